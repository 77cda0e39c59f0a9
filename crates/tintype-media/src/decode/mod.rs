//! From a file to a frame: one module for each decoder, chosen by the header.

mod avif;
mod generic;
mod gif;
mod ico;
mod jpeg;
mod jpeg_scale;
mod jxl;
mod pfm;
mod png;
mod svg;
mod tiff;
mod tiff_jpeg;
mod tiff_samples;
mod webp;

use std::io::{BufRead, Seek};

use crate::frame::Decoded;
use crate::guard::Deadline;
use crate::picture::Picture;
use crate::probe::{Detail, Header};
use crate::process;
use crate::thumbnail::{FIXED_BYTES, first_sides};
use crate::thumbnailer::Tools;
use crate::{Error, Format, Limits, ThumbnailOptions};

/// A trait object's stand-in for `BufRead + Seek`: decoders are compiled once, not once for each kind of reader.
pub(crate) trait BufReadSeek: BufRead + Seek {}

impl<T: BufRead + Seek> BufReadSeek for T {}

/// What the decoders read from.
pub(crate) type Input<'a> = Deadline<&'a mut dyn BufReadSeek>;

/// Decodes the image whose header is known and admitted, and makes the picture for the largest thumbnail of it; `reader` stands at
/// its beginning.
pub(crate) fn decode<R: BufRead + Seek>(
    reader: &mut R,
    header: &Header,
    options: &ThumbnailOptions,
    tools: &mut Tools,
) -> Result<Picture, Error> {
    let limits = &options.limits;
    let stored = first_sides(header, &options.edges);
    let input = Deadline::new(reader as &mut dyn BufReadSeek, limits);
    let decoded = match header.format {
        Format::Jpeg => return jpeg::decode(input, header, limits, stored, tools),
        Format::WebP => return webp::decode(input, header, limits, stored, tools),
        format if format.is_isolated() => {
            let decoder = options.decoder.as_ref().ok_or_else(|| no_process(format))?;
            let memory = memory(header, stored).unwrap_or(limits.max_alloc_bytes);
            process::decode(decoder, input, header, limits, stored, memory)?
        }
        Format::Png => png::decode(input, header, limits, stored)?,
        Format::Gif => gif::decode(input, header, limits, stored)?,
        Format::Ico => ico::decode(input, header, limits, stored)?,
        Format::Tiff => tiff::decode(input, header, limits, stored)?,
        Format::Pnm => pfm::decode(input, header, limits, stored)?,
        _ => generic::decode(input, header, limits, stored)?,
    };
    Picture::new(decoded, header.orientation, limits, stored)
}

/// Why a format cannot be decoded that needs a process of its own.
pub(crate) fn no_process(format: Format) -> Error {
    Error::unsupported(format, format!("`{format}` is decoded in a process of its own, and none was given"))
}

/// Decodes what [`Format::is_isolated`], inside the process that is there for it; the frame has the sides `stored`.
pub(crate) fn decode_isolated(
    bytes: Vec<u8>,
    header: &Header,
    limits: &Limits,
    stored: (u32, u32),
) -> Result<Decoded, Error> {
    match header.format {
        Format::Avif => avif::decode(&bytes, header, limits, stored),
        Format::Jxl => jxl::decode(bytes, header, limits, stored),
        Format::Svg => svg::decode(&bytes, stored),
        format => Err(Error::unsupported(format, format!("`{format}` cannot be decoded"))),
    }
}

/// Returns an upper estimate in bytes of the peak memory of making thumbnails whose first has the sides `stored`, for the formats whose
/// decoders know better than the header.
pub(crate) fn memory(header: &Header, stored: (u32, u32)) -> Option<u64> {
    Some(match &header.detail {
        Detail::Jpeg { skeleton, profile_bytes } => {
            jpeg_scale::memory(skeleton, header.scratch_bytes, *profile_bytes, stored)
        }
        Detail::WebP(webp) => webp::memory(header, webp, stored).saturating_add(FIXED_BYTES),
        Detail::Heif(heif) if header.format == Format::Avif => avif::memory(header, heif, stored),
        _ if header.format == Format::Jxl => jxl::memory(header, stored),
        _ if header.format == Format::Svg => svg::memory(header, stored),
        _ => return None,
    })
}

/// Allocates the pixels of the whole image, which the header's gate has already found affordable.
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
