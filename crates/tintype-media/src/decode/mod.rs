//! From a file to a frame: one module for each decoder, chosen by the header.

mod generic;
mod gif;
mod ico;
mod jpeg;
mod jpeg_scale;
mod pfm;
mod png;
mod tiff;
mod tiff_jpeg;
mod tiff_samples;
mod webp;

use std::io::{BufRead, Seek};

pub(crate) use jpeg_scale::memory as jpeg_memory;
pub(crate) use webp::memory as webp_memory;

use crate::frame::Decoded;
use crate::guard::Deadline;
use crate::probe::Header;
use crate::{Error, Format, Limits};

/// A trait object's stand-in for `BufRead + Seek`: decoders are compiled once, not once for each kind of reader.
pub(crate) trait BufReadSeek: BufRead + Seek {}

impl<T: BufRead + Seek> BufReadSeek for T {}

/// What the decoders read from.
pub(crate) type Input<'a> = Deadline<&'a mut dyn BufReadSeek>;

/// Decodes the image whose header is known and admitted; `reader` stands at its beginning.
///
/// The frame has the image's sides, or those of the first thumbnail before orientation, `stored`, where the format
/// allows to decode less than all.
pub(crate) fn decode<R: BufRead + Seek>(
    reader: &mut R,
    header: &Header,
    limits: &Limits,
    stored: (u32, u32),
) -> Result<Decoded, Error> {
    let input = Deadline::new(reader as &mut dyn BufReadSeek, limits.deadline);
    match header.format {
        Format::Jpeg => jpeg::decode(input, header, limits, stored),
        Format::Png => png::decode(input, header),
        Format::Gif => gif::decode(input, header),
        Format::Ico => ico::decode(input, header, limits),
        Format::Tiff => tiff::decode(input, header),
        Format::WebP => webp::decode(input, header, limits, stored),
        Format::Pnm => pfm::decode(input, header, limits),
        _ => generic::decode(input, header, limits),
    }
}

/// Allocates the frame's pixels, which the header's gate has already found affordable.
pub(crate) fn buffer(header: &Header, channels: usize) -> Result<Vec<u8>, Error> {
    let len = usize::try_from(header.pixels()).ok().and_then(|pixels| pixels.checked_mul(channels));
    match len {
        Some(len) => Ok(vec![0; len]),
        None => Err(Error::malformed(header.format, "more pixels than can be addressed")),
    }
}

/// A decoder must not think otherwise than the header parser: budgets were computed from the latter.
pub(crate) fn check_sides(header: &Header, width: u32, height: u32) -> Result<(), Error> {
    if (width, height) == (header.width, header.height) {
        return Ok(());
    }
    let (expected_width, expected_height) = (header.width, header.height);
    Err(Error::malformed(
        header.format,
        format!("header says `{expected_width}x{expected_height}` pixels, data says `{width}x{height}`"),
    ))
}
