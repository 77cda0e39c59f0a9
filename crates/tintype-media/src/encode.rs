//! From a frame to a file.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::frame::{Frame, Samples};
use crate::{Error, ThumbnailFormat};

/// Up to this side the colour of each pixel is worth its bytes: a few of them make up a face.
const FULL_CHROMA_SIDE: u32 = 128;

/// Writes JPEG for an opaque frame and PNG for one with alpha, without any metadata.
pub(crate) fn encode(frame: &Frame, jpeg_quality: u8) -> Result<(ThumbnailFormat, Vec<u8>), Error> {
    if frame.samples.has_alpha() {
        Ok((ThumbnailFormat::Png, png(frame)?))
    } else {
        Ok((ThumbnailFormat::Jpeg, jpeg(frame, jpeg_quality)?))
    }
}

fn jpeg(frame: &Frame, quality: u8) -> Result<Vec<u8>, Error> {
    let kind = match frame.samples {
        Samples::Grey => ColorType::Luma,
        _ => ColorType::Rgb,
    };
    let side = |side: u32| u16::try_from(side).map_err(failed);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    encoder.set_sampling_factor(if frame.width.max(frame.height) <= FULL_CHROMA_SIDE {
        SamplingFactor::F_1_1
    } else {
        SamplingFactor::F_2_2
    });
    encoder.encode(&frame.pixels, side(frame.width)?, side(frame.height)?, kind).map_err(failed)?;
    Ok(bytes)
}

fn png(frame: &Frame) -> Result<Vec<u8>, Error> {
    let kind = match frame.samples {
        Samples::GreyAlpha => ExtendedColorType::La8,
        _ => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&frame.pixels, frame.width, frame.height, kind)
        .map_err(failed)?;
    Ok(bytes)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Encode { reason: error.to_string() }
}
