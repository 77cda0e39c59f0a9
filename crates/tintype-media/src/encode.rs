//! From a picture to a file.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use tintype_jpeg::{EncodeOptions, Encoder};

use crate::frame::{Frame, Samples};
use crate::picture::Picture;
use crate::planes::Colour;
use crate::{Error, ThumbnailFormat};

/// Writes JPEG for an opaque picture and PNG for one with alpha, without any metadata.
pub(crate) fn encode(
    picture: &Picture,
    jpeg_quality: u8,
    encoder: &mut Encoder,
) -> Result<(ThumbnailFormat, Vec<u8>), Error> {
    match picture {
        Picture::Pixels(frame) => Ok((ThumbnailFormat::Png, png(frame)?)),
        Picture::Planes(planes) => {
            // In a small file the standard's tables are a good part of it, and making better ones costs next to nothing.
            let own_tables = planes.colour == Colour::Full;
            let options = EncodeOptions { quality: jpeg_quality.clamp(1, 100), own_tables };
            Ok((ThumbnailFormat::Jpeg, encoder.encode(&planes.views(), options).map_err(failed)?))
        }
    }
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
