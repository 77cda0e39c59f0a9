//! The formats for which the decoders of the `image` crate are good enough.

use std::io;

use image::{ColorType, ImageDecoder, ImageError};

use crate::decoding::{Job, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::header::Header;
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format};

pub(crate) fn decode(decoder: Result<impl ImageDecoder, ImageError>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let failed = |error| image_error(header.format, error);
    let mut decoder = decoder.map_err(failed)?;
    let (width, height) = decoder.dimensions();
    check_sides(header, width, height)?;
    // `into_decoder` and friends do not count the output buffer; the header's gate did, and this
    // asks once more.
    let needed = decoder.total_bytes();
    if needed > limits.max_alloc_bytes {
        return Err(Error::TooMuchMemory { limit: limits.max_alloc_bytes, actual: needed });
    }
    let mut decoder_limits = image::Limits::no_limits();
    // What the header's estimate allows beside the pixels, so that a chunk's length cannot ask for
    // more.
    decoder_limits.max_alloc = Some(header.scratch_bytes.max(1 << 20));
    decoder.set_limits(decoder_limits).map_err(failed)?;
    let icc_profile = decoder.icc_profile().ok().flatten();
    let kind = decoder.color_type();
    let (samples, deep) =
        samples(kind).ok_or_else(|| Error::unsupported(header.format, format!("samples of kind `{kind:?}`")))?;
    let mut pixels = vec![0; usize::try_from(needed).map_err(|_| too_large(header))?];
    if let Err(error) = decoder.read_image(&mut pixels).map_err(failed) {
        // What came before the end of a file that is cut short, or before damage, is shown.
        let is_damage = matches!(error, Error::Malformed { .. });
        if !is_damage || pixels.iter().all(|sample| *sample == 0) {
            return Err(error);
        }
    }
    let plan = RowPlan { from: (width, height), to: stored, samples, order: Order::Down, deep: icc_profile.is_some() };
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
