//! The formats for which the `image` crate's decoder is good enough.

use std::io::{self, Read};

use image::codecs::{bmp::BmpDecoder, ico::IcoDecoder, pnm::PnmDecoder, qoi::QoiDecoder, tga::TgaDecoder};
use image::{ColorType, ImageDecoder, ImageError};

use super::{Input, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::probe::Header;
use crate::rows::{Order, Plan, Row, Shrinker};
use crate::{Error, Format, Limits};

pub(super) fn decode(input: Input<'_>, header: &Header, limits: &Limits, stored: (u32, u32)) -> Result<Decoded, Error> {
    let failed = |error| image_error(header.format, error);
    match header.format {
        Format::Bmp => run(BmpDecoder::new(input).map_err(failed)?, header, limits, stored),
        Format::Ico => run(IcoDecoder::new(input).map_err(failed)?, header, limits, stored),
        Format::Pnm => run(PnmDecoder::new(input).map_err(failed)?, header, limits, stored),
        Format::Qoi => run(QoiDecoder::new(input).map_err(failed)?, header, limits, stored),
        Format::Tga => run(TgaDecoder::new(input).map_err(failed)?, header, limits, stored),
        format => Err(Error::unsupported(format, format!("`{format}` cannot be decoded"))),
    }
}

fn run(mut decoder: impl ImageDecoder, header: &Header, limits: &Limits, stored: (u32, u32)) -> Result<Decoded, Error> {
    let failed = |error| image_error(header.format, error);
    let (width, height) = decoder.dimensions();
    check_sides(header, width, height)?;
    // `into_decoder` and friends do not count the output buffer; the header's gate did, and this asks once more.
    let needed = decoder.total_bytes();
    if needed > limits.max_alloc_bytes {
        return Err(Error::TooMuchMemory { limit: limits.max_alloc_bytes, actual: needed });
    }
    let mut decoder_limits = image::Limits::no_limits();
    // What the header's estimate allows beside the pixels, so that a chunk's length cannot ask for more.
    decoder_limits.max_alloc = Some(header.scratch_bytes.max(1 << 20));
    decoder.set_limits(decoder_limits).map_err(failed)?;
    let icc_profile = decoder.icc_profile().ok().flatten();
    let kind = decoder.color_type();
    let (samples, deep) =
        samples(kind).ok_or_else(|| Error::unsupported(header.format, format!("samples of kind `{kind:?}`")))?;
    let mut pixels = vec![0; usize::try_from(needed).map_err(|_| too_large(header))?];
    decoder.read_image(&mut pixels).map_err(failed)?;
    let plan = Plan { from: (width, height), to: stored, samples, order: Order::Down, deep: icc_profile.is_some() };
    if plan.from == plan.to && !deep && !plan.deep {
        return Ok(Decoded { frame: Frame { width, height, samples, pixels }, icc_profile });
    }
    let mut shrinker = Shrinker::new(plan, limits);
    let mut line = Vec::new();
    for row in pixels.chunks_exact(pixels.len() / height as usize) {
        if deep {
            line.clear();
            line.extend(row.as_chunks::<2>().0.iter().map(|sample| u16::from_ne_bytes(*sample)));
            shrinker.push(Row::Sixteen(&line))?;
        } else {
            shrinker.push(Row::Eight(row))?;
        }
    }
    drop(pixels);
    Ok(shrinker.finish(icc_profile))
}

/// Returns what the samples mean, and whether they have sixteen bits.
fn samples(kind: ColorType) -> Option<(Samples, bool)> {
    Some(match kind {
        ColorType::L8 => (Samples::Grey, false),
        ColorType::La8 => (Samples::GreyAlpha, false),
        ColorType::Rgb8 => (Samples::Rgb, false),
        ColorType::Rgba8 => (Samples::Rgba, false),
        ColorType::L16 => (Samples::Grey, true),
        ColorType::La16 => (Samples::GreyAlpha, true),
        ColorType::Rgb16 => (Samples::Rgb, true),
        ColorType::Rgba16 => (Samples::Rgba, true),
        _ => return None,
    })
}

fn too_large(header: &Header) -> Error {
    Error::malformed(header.format, "more pixels than can be addressed")
}

fn image_error(format: Format, error: ImageError) -> Error {
    match error {
        ImageError::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => Error::Io { source },
        ImageError::Unsupported(error) => Error::unsupported(format, error.to_string()),
        other => Error::malformed(format, other.to_string()),
    }
}

/// Reads at most `limit` bytes to the end.
pub(super) fn slurp(input: &mut Input<'_>, limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    // To the byte: a vector that grows by doubling would hold up to twice as much.
    let exact = usize::try_from(limit).ok().filter(|len| bytes.try_reserve_exact(*len).is_ok());
    if exact.is_none() {
        return Err(Error::Io { source: io::ErrorKind::OutOfMemory.into() });
    }
    input.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
