//! From a frame to a file.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, ImageBuffer, JpegColorType, SamplingFactor};

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

/// Returns the sides that colour differences need for thumbnails that begin with these: none larger than this has all
/// of them, and the next may come down to what has.
pub(crate) fn least_chroma((width, height): (u32, u32)) -> (u32, u32) {
    if width.max(height) < 2 * FULL_CHROMA_SIDE {
        return (width, height);
    }
    (width.div_ceil(2), height.div_ceil(2))
}

fn jpeg(frame: &Frame, quality: u8) -> Result<Vec<u8>, Error> {
    let side = |side: u32| u16::try_from(side).map_err(failed);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality.clamp(1, 100));
    encoder.set_sampling_factor(if frame.width.max(frame.height) <= FULL_CHROMA_SIDE {
        SamplingFactor::F_1_1
    } else {
        SamplingFactor::F_2_2
    });
    let (width, height) = (side(frame.width)?, side(frame.height)?);
    match frame.samples {
        Samples::YCbCr => encoder.encode_image(Planes { frame, width, height }),
        Samples::Grey => encoder.encode(&frame.pixels, width, height, ColorType::Luma),
        _ => encoder.encode(&frame.pixels, width, height, ColorType::Rgb),
    }
    .map_err(failed)?;
    Ok(bytes)
}

/// Hands the encoder what it would otherwise have to compute.
struct Planes<'a> {
    frame: &'a Frame,
    width: u16,
    height: u16,
}

impl ImageBuffer for Planes<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let width = usize::from(self.width);
        let start = usize::from(y) * width;
        for (plane, buffer) in self.frame.planes().zip(buffers) {
            buffer.extend_from_slice(&plane[start..start + width]);
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
