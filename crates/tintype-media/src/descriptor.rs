//! What the crate knows of a format, in one value.

use crate::decoding::{Input, Job};
use crate::frame::Decoded;
use crate::header::Header;
use crate::picture::Picture;
use crate::reader::HeaderReader;
use crate::tools::Tools;
use crate::{Error, Format};

/// A format of images. Each has one, in its own folder below `formats`.
pub(crate) struct Descriptor {
    pub(crate) format: Format,
    /// The usual short lower-case name.
    pub(crate) name: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) recognise: Recognise,
    pub(crate) read_header: fn(&mut HeaderReader<'_>) -> Result<Header, Error>,
    pub(crate) decoding: Decoding,
}

/// How a file of the format is known.
pub(crate) enum Recognise {
    /// By its first 128 bytes, or as many as there are.
    Signature(fn(&[u8]) -> bool),
    /// By looking around in it, if no signature fits.
    Content(fn(&mut HeaderReader<'_>) -> Result<bool, Error>),
}

/// How it becomes pixels.
pub(crate) enum Decoding {
    /// Not at all.
    Never,
    /// Not in this build, which lacks a feature of the crate.
    #[cfg_attr(
        all(feature = "avif", feature = "heic", feature = "jp2", feature = "jxl", feature = "svg", feature = "webp"),
        expect(dead_code, reason = "no feature is missing")
    )]
    Missing { feature: &'static str },
    /// Row by row or as a whole, into one frame.
    Frame { cost: Cost, decode: fn(Input<'_>, &Job<'_>) -> Result<Decoded, Error> },
    /// By a decoder that makes planes where it can.
    Picture { cost: Cost, decode: fn(Input<'_>, &Job<'_>, &mut Tools) -> Result<Picture, Error> },
    /// In a process of its own: the decoder cannot be stopped, or may abort.
    #[cfg_attr(
        not(any(feature = "avif", feature = "heic", feature = "jp2", feature = "jxl", feature = "svg")),
        expect(dead_code, reason = "only the decoders of these features are isolated")
    )]
    Isolated { cost: Cost, decode: fn(Vec<u8>, &Job<'_>) -> Result<Decoded, Error> },
}

/// Returns an upper estimate in bytes of the peak memory of making pictures of which the largest
/// has the given sides before orientation.
pub(crate) type Cost = fn(&Header, (u32, u32)) -> u64;
