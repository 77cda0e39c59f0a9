//! From a picture to a file.

#[cfg(feature = "webp")]
mod webp;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use tintype_jpeg::{EncodeOptions, Encoder};

use crate::Error;
use crate::frame::{Frame, Samples};
use crate::options::{Encoding, OutputFormat, RenderOptions};
use crate::picture::Picture;
use crate::planes::{Colour, Planes};
use crate::tools::Tools;

/// What shows through transparent pixels of a JPEG, unless something else is asked for.
pub(crate) const WHITE: [u8; 3] = [255; 3];

/// Writes the picture as the options say, without any metadata.
pub(crate) fn encode(
    tools: &mut Tools,
    picture: &Picture,
    options: &RenderOptions,
) -> Result<(OutputFormat, Vec<u8>), Error> {
    let (format, quality) = (format(picture, options.encoding), options.quality);
    let bytes = match (format, picture) {
        (OutputFormat::Jpeg, Picture::Planes(planes)) => jpeg(&mut tools.encoder, planes, quality)?,
        (OutputFormat::Jpeg, Picture::Pixels(pixels)) => {
            let frame = pixels.straight();
            let seen = match frame.samples.has_alpha() {
                true => on_background(&frame, options.background.unwrap_or(WHITE)),
                false => frame.into_owned(),
            };
            jpeg(&mut tools.encoder, &Planes::from_frame(seen), quality)?
        }
        (OutputFormat::Png, picture) => png(&picture.frame(&mut tools.resizer))?,
        (OutputFormat::WebP, picture) => encode_webp(picture, quality)?,
    };
    Ok((format, bytes))
}

/// Returns what the picture is to be saved as.
fn format(picture: &Picture, encoding: Encoding) -> OutputFormat {
    match encoding {
        Encoding::Auto if picture.has_alpha() => OutputFormat::Png,
        Encoding::Auto | Encoding::Jpeg => OutputFormat::Jpeg,
        Encoding::Png => OutputFormat::Png,
        Encoding::WebP => OutputFormat::WebP,
    }
}

#[cfg(feature = "webp")]
fn encode_webp(picture: &Picture, quality: u8) -> Result<Vec<u8>, Error> {
    match picture {
        Picture::Planes(planes) => webp::planes(planes, quality),
        Picture::Pixels(pixels) if picture.has_alpha() => webp::pixels(&pixels.straight(), quality),
        Picture::Pixels(pixels) => webp::planes(&Planes::from_frame(pixels.straight().into_owned()), quality),
    }
    .map_err(failed)
}

#[cfg(not(feature = "webp"))]
fn encode_webp(_: &Picture, _: u8) -> Result<Vec<u8>, Error> {
    Err(Error::unsupported(crate::Format::WebP, "this program was built without the feature `webp`"))
}

fn jpeg(encoder: &mut Encoder, planes: &Planes, quality: u8) -> Result<Vec<u8>, Error> {
    // In a small file the standard's tables are a good part of it, and making better ones costs
    // next to nothing.
    let own_tables = planes.colour == Colour::Full;
    let options = EncodeOptions { quality: quality.clamp(1, 100), own_tables };
    encoder.encode(&planes.views(), options).map_err(failed)
}

/// Returns what is seen of a frame with alpha on a page of one colour.
fn on_background(frame: &Frame, background: [u8; 3]) -> Frame {
    let Frame { width, height, samples, .. } = *frame;
    let channels = samples.channels();
    let is_grey = samples == Samples::GreyAlpha && background.iter().all(|light| *light == background[0]);
    let mut pixels = Vec::with_capacity(frame.pixels.len() / channels * if is_grey { 1 } else { 3 });
    for pixel in frame.pixels.chunks_exact(channels) {
        let (lights, alpha) = pixel.split_at(channels - 1);
        let alpha = u32::from(alpha[0]);
        // At most 255.
        let blend = |(light, behind): (&u8, u8)| {
            ((u32::from(*light) * alpha + u32::from(behind) * (255 - alpha) + 127) / 255) as u8
        };
        let count = if is_grey { 1 } else { 3 };
        pixels.extend(lights.iter().cycle().zip(background).take(count).map(blend));
    }
    Frame { width, height, samples: if is_grey { Samples::Grey } else { Samples::Rgb }, pixels }
}

fn png(frame: &Frame) -> Result<Vec<u8>, Error> {
    let kind = match frame.samples {
        Samples::Grey => ExtendedColorType::L8,
        Samples::GreyAlpha => ExtendedColorType::La8,
        Samples::Rgb => ExtendedColorType::Rgb8,
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
