//! From one key frame's bytes to pixels.

#[cfg(feature = "h264")]
mod h264;
#[cfg(feature = "h265")]
mod h265;
mod open_codecs;
mod stream;

use super::{Codec, VideoTrack};
use crate::{Error, Limits, Pixels};

/// Decodes a key frame to pixels that are as they were stored, not upright.
pub(crate) fn decode(track: &VideoTrack, frame: Vec<u8>, edge: Option<u32>, limits: &Limits) -> Result<Pixels, Error> {
    if frame.is_empty() {
        return Err(Error::damaged("an empty frame"));
    }
    match track.codec {
        #[cfg(feature = "h264")]
        Codec::H264 => h264::decode(track, &frame, edge, limits),
        #[cfg(feature = "h265")]
        Codec::H265 => h265::decode(track, &frame, edge, limits),
        Codec::Vp8 => open_codecs::vp8(track, &frame, edge, limits),
        Codec::Vp9 => open_codecs::vp9(track, &frame, edge, limits),
        Codec::Av1 => open_codecs::av1(track, frame, edge, limits),
        codec => Err(Error::unsupported(format!("video codec `{codec:?}`"))),
    }
}
