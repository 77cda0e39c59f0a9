//! From a picture to a file.

mod webp;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use tintype_jpeg::{EncodeOptions, Encoder};

use crate::frame::{Frame, Samples};
use crate::picture::Picture;
use crate::planes::{Colour, Planes};
use crate::thumbnailer::Tools;
use crate::{Encoding, Error, ThumbnailFormat, ThumbnailOptions};

/// Writes the picture as the options say, without any metadata.
pub(crate) fn encode(
    tools: &mut Tools,
    picture: &Picture,
    options: &ThumbnailOptions,
) -> Result<(ThumbnailFormat, Vec<u8>), Error> {
    let quality = options.jpeg_quality;
    let encoder = &mut tools.encoder;
    Ok(match (options.encoding, picture) {
        (Encoding::WebP, Picture::Pixels(pixels)) => {
            (ThumbnailFormat::WebP, webp::pixels(&pixels.straight(), quality)?)
        }
        (Encoding::WebP, Picture::Planes(planes)) => (ThumbnailFormat::WebP, webp::planes(planes, quality)?),
        (Encoding::Auto, Picture::Pixels(pixels)) => (ThumbnailFormat::Png, png(&pixels.straight())?),
        (Encoding::Jpeg, Picture::Pixels(pixels)) => {
            let seen = on_white(&pixels.straight());
            (ThumbnailFormat::Jpeg, jpeg(encoder, &Planes::from_frame(seen), quality)?)
        }
        (Encoding::Auto | Encoding::Jpeg, Picture::Planes(planes)) => {
            (ThumbnailFormat::Jpeg, jpeg(encoder, planes, quality)?)
        }
    })
}

fn jpeg(encoder: &mut Encoder, planes: &Planes, quality: u8) -> Result<Vec<u8>, Error> {
    // In a small file the standard's tables are a good part of it, and making better ones costs next to nothing.
    let own_tables = planes.colour == Colour::Full;
    let options = EncodeOptions { quality: quality.clamp(1, 100), own_tables };
    encoder.encode(&planes.views(), options).map_err(failed)
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
