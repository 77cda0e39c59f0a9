//! JPEG XL through jxl-oxide, the first frame. Runs in a process of its own: nothing in it can be stopped.

use std::io::Cursor;

use jxl_oxide::{AllocTracker, JxlImage, JxlThreadPool, PixelFormat};

use crate::decoding::{Job, buffer, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::{Error, Format, rows};

/// Returns a frame of the sides `stored`; the decoder has turned it upright.
pub(super) fn decode(bytes: Vec<u8>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::malformed(Format::Jxl, error.to_string());
    let tracked = usize::try_from(limits.max_alloc_bytes).unwrap_or(usize::MAX);
    let image = JxlImage::builder()
        .pool(JxlThreadPool::none())
        .alloc_tracker(AllocTracker::with_limit(tracked))
        .read(Cursor::new(bytes))
        .map_err(failed)?;
    check_sides(header, image.width(), image.height())?;
    let samples = match image.pixel_format() {
        PixelFormat::Gray => Samples::Grey,
        PixelFormat::Graya => Samples::GreyAlpha,
        PixelFormat::Rgb => Samples::Rgb,
        PixelFormat::Rgba => Samples::Rgba,
        PixelFormat::Cmyk => Samples::Cmyk,
        PixelFormat::Cmyka => return Err(Error::unsupported(Format::Jxl, "inks with alpha")),
    };
    let icc_profile = Some(image.rendered_icc());
    let render = image.render_frame(0).map_err(failed)?;
    let mut pixels = buffer(header, samples.channels())?;
    let mut stream = render.stream();
    if stream.channels() as usize != samples.channels() {
        return Err(Error::unsupported(Format::Jxl, format!("`{}` channels", stream.channels())));
    }
    stream.write_to_buffer(&mut pixels);
    drop(render);
    if samples == Samples::Cmyk {
        // Full ink is zero in JPEG XL.
        pixels.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    let frame = Frame { width: header.width, height: header.height, samples, pixels };
    Ok(Decoded { frame: rows::shrink(frame, stored, limits)?, icc_profile })
}
