//! JPEG XL through jxl-oxide, the first frame. Runs in a process of its own: nothing in it can be
//! stopped.

use std::io::Cursor;

use jxl_oxide::color::{ColourSpace, TransferFunction};
use jxl_oxide::{AllocTracker, EnumColourEncoding, ImageStream, JxlImage, JxlThreadPool, PixelFormat, RenderingIntent};

use crate::decoding::{Job, buffer, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::hdr::{self, Hdr};
use crate::{Error, Format, rows};

/// Returns a frame of the sides `stored`; the decoder has turned it upright.
pub(super) fn decode(bytes: Vec<u8>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::malformed(Format::Jxl, error.to_string());
    let tracked = usize::try_from(limits.max_alloc_bytes).unwrap_or(usize::MAX);
    let mut image = JxlImage::builder()
        .pool(JxlThreadPool::none())
        .alloc_tracker(AllocTracker::with_limit(tracked))
        .read(Cursor::new(bytes))
        .map_err(failed)?;
    check_sides(header, image.width(), image.height())?;
    let bright_white = bright_white(&image);
    if bright_white.is_some() {
        let metadata = &image.image_header().metadata;
        let colour_space = if metadata.grayscale() { ColourSpace::Grey } else { ColourSpace::Rgb };
        let srgb = EnumColourEncoding::srgb(RenderingIntent::Relative);
        image.request_color_encoding(EnumColourEncoding { colour_space, tf: TransferFunction::Pq, ..srgb });
    }
    let samples = match image.pixel_format() {
        PixelFormat::Gray => Samples::Grey,
        PixelFormat::Graya => Samples::GreyAlpha,
        PixelFormat::Rgb => Samples::Rgb,
        PixelFormat::Rgba => Samples::Rgba,
        PixelFormat::Cmyk => Samples::Cmyk,
        PixelFormat::Cmyka => return Err(Error::unsupported(Format::Jxl, "inks with alpha")),
    };
    let codes = image.rendered_cicp().filter(|_| bright_white.is_none());
    let hdr = codes.and_then(|[primaries, transfer, ..]| Hdr::from_codes(primaries.into(), transfer.into()));
    // In sRGB at the end, either way.
    let is_srgb = bright_white.is_some() || hdr.is_some();
    let icc_profile = (!is_srgb).then(|| image.rendered_icc());
    let render = image.render_frame(0).map_err(failed)?;
    let mut pixels = buffer(header, samples.channels())?;
    let mut stream = render.stream();
    if stream.channels() as usize != samples.channels() {
        return Err(Error::unsupported(Format::Jxl, format!("`{}` channels", stream.channels())));
    }
    match bright_white {
        Some(white) => write_relative_to(white, &mut stream, &mut pixels, (header.width, samples)),
        None => {
            stream.write_to_buffer(&mut pixels);
        }
    }
    drop(render);
    if samples == Samples::Cmyk {
        // Full ink is zero in JPEG XL.
        pixels.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    let frame = Frame { width: header.width, height: header.height, samples, pixels };
    let frame = rows::shrink(frame, stored, limits)?;
    let frame = match hdr {
        Some(hdr) => hdr.to_srgb(frame),
        None => frame,
    };
    Ok(Decoded { frame, icc_profile })
}

/// Returns the luminance of white, in cd/m², where it is high though the picture is no HDR. The
/// decoder would compress such a range for a display of 255 cd/m², which makes everything brighter;
/// libjxl and browsers show white as white.
fn bright_white(image: &JxlImage) -> Option<f32> {
    let metadata = &image.image_header().metadata;
    let white = metadata.tone_mapping.intensity_target;
    (metadata.xyb_encoded && image.hdr_type().is_none() && white > 255.0).then_some(white)
}

/// Makes sRGB of a picture in PQ, which the decoder does not compress, so that `white` cd/m² are
/// white.
fn write_relative_to(white: f32, stream: &mut ImageStream<'_>, pixels: &mut [u8], (width, samples): (u32, Samples)) {
    let linear = |code: u16| hdr::pq_luminance(f32::from(code) / 65_535.0) / white;
    let table: Vec<u8> = (0..=u16::MAX).map(|code| hdr::srgb(linear(code))).collect();
    let channels = samples.channels();
    let mut row = vec![0_u16; width as usize * channels];
    for line in pixels.chunks_exact_mut(row.len()) {
        stream.write_to_buffer(&mut row);
        for (pixel, codes) in line.chunks_exact_mut(channels).zip(row.chunks_exact(channels)) {
            for (sample, code) in pixel.iter_mut().zip(codes) {
                *sample = table[usize::from(*code)];
            }
            if let (true, [.., sample], [.., alpha]) = (samples.has_alpha(), pixel, codes) {
                *sample = (alpha >> 8) as u8;
            }
        }
    }
}
