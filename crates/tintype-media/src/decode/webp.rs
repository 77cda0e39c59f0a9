//! WebP through libwebp: the first frame, lossy ones without alpha as the planes that they are stored in.

use std::io::{Read, Seek, SeekFrom};

use tintype_webp::{Error as WebpError, Layout};

use super::generic::slurp;
use super::{Input, buffer};
use crate::frame::{Decoded, Frame, Samples};
use crate::picture::Picture;
use crate::planes::{self, Resizer, Side, Source};
use crate::probe::{Detail, Header, WebpLayout};
use crate::thumbnailer::Tools;
use crate::{Error, Format, Limits, Orientation, colour, ycbcr};

/// Returns the picture for the largest thumbnail, whose sides before orientation are `stored`.
pub(super) fn decode(
    mut input: Input<'_>,
    header: &Header,
    limits: &Limits,
    stored: (u32, u32),
    tools: &mut Tools,
) -> Result<Picture, Error> {
    let Detail::WebP(webp) = &header.detail else {
        return Err(Error::malformed(Format::WebP, "header was not read"));
    };
    let icc_profile = profile(&mut input, webp)?;
    input.seek(SeekFrom::Start(webp.stream.0))?;
    let stream = slurp(&mut input, webp.stream.1)?;
    let layout = layout(header, webp);
    let mut go_on = || limits.check_deadline().is_ok();
    let decoded = tintype_webp::decode(&stream, layout, &mut go_on).map_err(|error| failed(error, limits))?;
    drop(stream);
    if (decoded.width, decoded.height) != webp.sides {
        return Err(Error::malformed(Format::WebP, "the bitstream has other sides than its header"));
    }
    let data = decoded.data;
    let (samples, pixels) = match layout {
        Layout::Yuv if icc_profile.is_none() => {
            limits.check_deadline()?;
            let upright = header.orientation.displayed(stored.0, stored.1);
            let mut planes = tools.resizer.make(sources(&data, webp.sides).into_iter(), upright, header.orientation);
            planes.map(&RANGES.map(ycbcr::full_range));
            return Ok(Picture::Planes(planes));
        }
        Layout::Yuv => {
            let frame = frame(&mut tools.resizer, &data, webp.sides, stored);
            return Picture::new(Decoded { frame, icc_profile }, header.orientation, limits, stored);
        }
        Layout::Rgb => (Samples::Rgb, data),
        Layout::Rgba if webp.sides == (header.width, header.height) => (Samples::Rgba, data),
        Layout::Rgba => (Samples::Rgba, on_canvas(&data, webp, header)?),
    };
    let frame = Frame { width: header.width, height: header.height, samples, pixels };
    Picture::new(Decoded { frame, icc_profile }, header.orientation, limits, stored)
}

/// What a picture is decoded to: planes cost half of what pixels do, but they have no alpha.
fn layout(header: &Header, webp: &WebpLayout) -> Layout {
    // Around a frame that is smaller than its canvas nothing is to be seen.
    if webp.alpha || webp.sides != (header.width, header.height) {
        Layout::Rgba
    } else if webp.lossless {
        Layout::Rgb
    } else {
        Layout::Yuv
    }
}

/// Returns an upper estimate in bytes of the peak memory of making thumbnails whose first has the sides `stored`.
pub(crate) fn memory(header: &Header, webp: &WebpLayout, stored: (u32, u32)) -> u64 {
    let pixels = u64::from(webp.sides.0) * u64::from(webp.sides.1);
    let small = u64::from(stored.0) * u64::from(stored.1);
    // Rows of macroblocks, and what is known of those above.
    let rows = u64::from(webp.sides.0) * 96;
    let profile = webp.profile.map_or(0, |(_, len)| 2 * len.min(colour::MAX_PROFILE_BYTES as u64));
    let (decoding, resizing, channels) = match layout(header, webp) {
        Layout::Yuv => {
            let planes = pixels * 3 / 2 + u64::from(webp.sides.0) + u64::from(webp.sides.1);
            let from = (Side::whole(webp.sides.0), Side::whole(webp.sides.1));
            // Colours that are converted have differences for each pixel.
            let converted = if profile > 0 { small * 3 } else { 0 };
            (webp.stream.1 + planes + rows, planes + planes::memory(from, stored, 3) + converted, 3)
        }
        layout => {
            let channels = if layout == Layout::Rgb { 3 } else { 4 };
            // What the lossless codec works on is four bytes for each pixel; alpha is a plane and a lossless picture of its own.
            let working = match (webp.lossless, webp.alpha) {
                (true, _) => pixels * 4,
                (false, true) => pixels * 5,
                (false, false) => 0,
            };
            let covers = webp.sides == (header.width, header.height);
            let canvas = if covers { 0 } else { header.pixels() * channels };
            let decoding = (webp.stream.1 + working + rows).max(canvas) + pixels * channels;
            let between = u64::from(stored.0) * u64::from(header.height);
            let weights = (u64::from(header.width) + u64::from(header.height)) * 64;
            (decoding, (header.pixels() + small + between) * channels + weights, channels)
        }
    };
    // Afterwards some copies of the largest thumbnail and its file; pixels with alpha make large ones, and converted colours more copies.
    let copies = if channels == 4 || profile > 0 { 5 } else { 2 };
    decoding.max(resizing).max(small * channels * copies).saturating_add(profile)
}

/// Where the planes of luminance and colour differences have their middle, for [`ycbcr::full_range`].
const RANGES: [i32; 3] = [0, 128, 128];

/// Returns the planes that lie one after the other.
fn sources(data: &[u8], (width, height): (u32, u32)) -> [Source<'_>; 3] {
    let (across, down) = (Side::halved(width), Side::halved(height));
    let (luma, differences) = data.split_at(width as usize * height as usize);
    let (blue, red) = differences.split_at(across.samples as usize * down.samples as usize);
    let source = |data, width: Side, height| Source { data, stride: width.samples as usize, width, height };
    [source(luma, Side::whole(width), Side::whole(height)), source(blue, across, down), source(red, across, down)]
}

/// Returns all planes at the sides `stored`, with the range of JPEG, for colours that are to be converted.
fn frame(resizer: &mut Resizer, data: &[u8], sides: (u32, u32), stored: (u32, u32)) -> Frame {
    let to = (Side::whole(stored.0), Side::whole(stored.1));
    let mut pixels = Vec::with_capacity(stored.0 as usize * stored.1 as usize * 3);
    for (source, table) in sources(data, sides).iter().zip(RANGES.map(ycbcr::full_range)) {
        let plane = resizer.plane(source, to, Orientation::Normal);
        pixels.extend(plane.into_iter().map(|sample| table[usize::from(sample)]));
    }
    Frame { width: stored.0, height: stored.1, samples: Samples::YCbCr, pixels }
}

/// Places a frame on the transparent canvas of its animation.
fn on_canvas(frame: &[u8], webp: &WebpLayout, header: &Header) -> Result<Vec<u8>, Error> {
    let mut canvas = buffer(header, 4)?;
    let (left, top) = (webp.place.0 as usize * 4, webp.place.1 as usize);
    let row_bytes = webp.sides.0 as usize * 4;
    let lines = canvas.chunks_exact_mut(header.width as usize * 4).skip(top);
    for (row, line) in frame.chunks_exact(row_bytes).zip(lines) {
        line[left..left + row_bytes].copy_from_slice(row);
    }
    Ok(canvas)
}

fn profile(input: &mut Input<'_>, webp: &WebpLayout) -> Result<Option<Vec<u8>>, Error> {
    let Some((offset, len)) = webp.profile.filter(|(_, len)| *len <= colour::MAX_PROFILE_BYTES as u64) else {
        return Ok(None);
    };
    input.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    input.take(len).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn failed(error: WebpError, limits: &Limits) -> Error {
    match error {
        WebpError::Stopped => limits.check_deadline().err().unwrap_or(Error::DeadlineExceeded),
        WebpError::OutOfMemory => Error::Io { source: std::io::ErrorKind::OutOfMemory.into() },
        other => Error::malformed(Format::WebP, other.to_string()),
    }
}
