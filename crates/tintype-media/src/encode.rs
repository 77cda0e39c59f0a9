//! From a frame to a file.

mod webp;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, ImageBuffer, JpegColorType, SamplingFactor};

use crate::frame::{Frame, Samples};
use crate::{Encoding, Error, ThumbnailFormat};

/// Up to this side the colour of each pixel is worth its bytes: a few of them make up a face.
const FULL_CHROMA_SIDE: u32 = 128;

/// Writes the frame as `encoding` says, without any metadata.
pub(crate) fn encode(frame: &Frame, encoding: Encoding, quality: u8) -> Result<(ThumbnailFormat, Vec<u8>), Error> {
    Ok(match (encoding, frame.samples.has_alpha()) {
        (Encoding::WebP, _) => (ThumbnailFormat::WebP, webp::encode(frame, quality)?),
        (Encoding::Auto, true) => (ThumbnailFormat::Png, png(frame)?),
        (Encoding::Jpeg, true) => (ThumbnailFormat::Jpeg, jpeg(&on_white(frame), quality)?),
        (Encoding::Auto | Encoding::Jpeg, false) => (ThumbnailFormat::Jpeg, jpeg(frame, quality)?),
    })
}

/// Returns what is seen of a frame with alpha on a white page.
fn on_white(frame: &Frame) -> Frame {
    let channels = frame.samples.channels();
    let mut pixels = Vec::with_capacity(frame.pixels.len() / channels * (channels - 1));
    for pixel in frame.pixels.chunks_exact(channels) {
        let alpha = u32::from(pixel[channels - 1]);
        // At most 255.
        let blend = |light: &u8| ((u32::from(*light) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        pixels.extend(pixel[..channels - 1].iter().map(blend));
    }
    let samples = if channels == 2 { Samples::Grey } else { Samples::Rgb };
    Frame { width: frame.width, height: frame.height, samples, pixels }
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
    let halves = frame.width.max(frame.height) > FULL_CHROMA_SIDE;
    encoder.set_sampling_factor(if halves { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 });
    if frame.samples != Samples::YCbCr {
        // Left alone, the encoder takes one pixel's colour for all four, and the others' is lost.
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    }
    let (width, height) = (side(frame.width)?, side(frame.height)?);
    match frame.samples {
        Samples::YCbCr => encoder.encode_image(Planes { frame, width, height, halves }),
        Samples::Grey => encoder.encode(&frame.pixels, width, height, ColorType::Luma),
        _ => encoder.encode(&frame.pixels, width, height, ColorType::Rgb),
    }
    .map_err(failed)?;
    Ok(bytes)
}

/// Hands the encoder what it would otherwise have to compute, means of colour differences included.
struct Planes<'a> {
    frame: &'a Frame,
    /// Whether the encoder takes every second colour difference of every second row.
    halves: bool,
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
        for (index, (plane, buffer)) in self.frame.planes().zip(buffers).enumerate() {
            let row = &plane[start..start + width];
            if index > 0 && self.halves && y.is_multiple_of(2) {
                // Below the last row of an odd number there is none but itself.
                add_means(row, plane.get(start + width..start + 2 * width).unwrap_or(row), buffer);
            } else {
                buffer.extend_from_slice(row);
            }
        }
    }
}

/// Adds the mean of each four samples, twice.
fn add_means(row: &[u8], next: &[u8], buffer: &mut Vec<u8>) {
    let start = buffer.len();
    buffer.extend_from_slice(row);
    let (means, last) = buffer[start..].as_chunks_mut::<2>();
    for (index, ((mean, above), below)) in
        means.iter_mut().zip(row.as_chunks::<2>().0).zip(next.as_chunks::<2>().0).enumerate()
    {
        // Rounding halves up and down by turns, as libjpeg does, keeps the mean of all.
        let rounding = 1 + (index as u16 & 1);
        let sum: u16 = [above[0], above[1], below[0], below[1]].into_iter().map(u16::from).sum();
        *mean = [((sum + rounding) / 4) as u8; 2];
    }
    if let ([last], [.., above], [.., below]) = (last, row, next) {
        *last = above.midpoint(*below);
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
