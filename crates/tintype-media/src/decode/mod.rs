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

use std::io::{BufRead, Seek};

pub(crate) use jpeg_scale::memory as jpeg_memory;

use crate::frame::Decoded;
use crate::guard::Deadline;
use crate::picture::Picture;
use crate::probe::Header;
use crate::thumbnailer::Tools;
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
    let input = Deadline::new(reader as &mut dyn BufReadSeek, limits);
    match header.format {
        Format::Png => png::decode(input, header, limits, stored),
        Format::Gif => gif::decode(input, header, limits, stored),
        Format::Ico => ico::decode(input, header, limits, stored),
        Format::Tiff => tiff::decode(input, header, limits, stored),
        Format::Pnm => pfm::decode(input, header, limits, stored),
        _ => generic::decode(input, header, limits, stored),
    }
}

/// Decodes the JPEG whose header is known and admitted, as far as a first thumbnail of the sides `stored`, before
/// orientation, needs it; `reader` stands at its beginning.
pub(crate) fn decode_jpeg<R: BufRead + Seek>(
    reader: &mut R,
    header: &Header,
    limits: &Limits,
    stored: (u32, u32),
    tools: &mut Tools,
) -> Result<Picture, Error> {
    let input = Deadline::new(reader as &mut dyn BufReadSeek, limits);
    jpeg::decode(input, header, limits, stored, tools)
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
