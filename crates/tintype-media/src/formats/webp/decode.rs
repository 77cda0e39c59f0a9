//! WebP through libwebp: the first frame, lossy ones without alpha as the planes that they are
//! stored in.

use std::io::{Read, Seek, SeekFrom};

use tintype_webp::{Error as WebpError, PixelLayout};

use super::cost;
use super::header::WebpLayout;
use crate::decoding::{Input, Job, buffer, read_to_end};
use crate::frame::{Decoded, Frame, Samples};
use crate::header::Header;
use crate::picture::Picture;
use crate::planes::{PlaneResizer, PlaneSource, Side};
use crate::tools::Tools;
use crate::{Error, Format, Limits, Orientation, colour, ycbcr};

/// Returns the picture for the largest thumbnail, whose sides before orientation are `stored`.
pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>, tools: &mut Tools) -> Result<Picture, Error> {
    let Job { header, limits, stored, .. } = *job;
    let webp = header.detail::<WebpLayout>()?;
    let icc_profile = profile(&mut input, webp)?;
    input.seek(SeekFrom::Start(webp.stream.0))?;
    let stream = read_to_end(&mut input, webp.stream.1)?;
    let layout = cost::layout(header, webp);
    let mut go_on = || limits.check_deadline().is_ok();
    let decoded = tintype_webp::decode(&stream, layout, &mut go_on).map_err(|error| failed(error, limits))?;
    drop(stream);
    if (decoded.width, decoded.height) != webp.sides {
        return Err(Error::malformed(Format::WebP, "the bitstream has other sides than its header"));
    }
    let data = decoded.data;
    let (samples, pixels) = match layout {
        PixelLayout::Yuv if icc_profile.is_none() => {
            limits.check_deadline()?;
            let upright = header.orientation.displayed(stored.0, stored.1);
            let mut planes = tools.resizer.make(sources(&data, webp.sides).into_iter(), upright, header.orientation);
            planes.map(&RANGES.map(ycbcr::full_range));
            return Ok(Picture::Planes(planes));
        }
        PixelLayout::Yuv => {
            let frame = frame(&mut tools.resizer, &data, webp.sides, stored);
            return Picture::new(Decoded { frame, icc_profile }, job);
        }
        PixelLayout::Rgb => (Samples::Rgb, data),
        PixelLayout::Rgba if webp.sides == (header.width, header.height) => (Samples::Rgba, data),
        PixelLayout::Rgba => (Samples::Rgba, on_canvas(&data, webp, header)?),
    };
    let frame = Frame { width: header.width, height: header.height, samples, pixels };
    Picture::new(Decoded { frame, icc_profile }, job)
}

/// Where the planes of luminance and colour differences have their middle, for
/// [`ycbcr::full_range`].
const RANGES: [i32; 3] = [0, 128, 128];

/// Returns the planes that lie one after the other.
fn sources(data: &[u8], (width, height): (u32, u32)) -> [PlaneSource<'_>; 3] {
    let (across, down) = (Side::halved(width), Side::halved(height));
    let (luma, differences) = data.split_at(width as usize * height as usize);
    let (blue, red) = differences.split_at(across.samples as usize * down.samples as usize);
    let source = |data, width: Side, height| PlaneSource { data, stride: width.samples as usize, width, height };
    [source(luma, Side::whole(width), Side::whole(height)), source(blue, across, down), source(red, across, down)]
}

/// Returns all planes at the sides `stored`, with the range of JPEG, for colours that are to be
/// converted.
fn frame(resizer: &mut PlaneResizer, data: &[u8], sides: (u32, u32), stored: (u32, u32)) -> Frame {
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
