//! JPEG through `tintype-jpeg`: decoded no larger than the first thumbnail needs, then resized
//! plane by plane.

use std::io::{Read, Seek, SeekFrom};

use tintype_jpeg::{ColorFamily, DecodeLimits, DecodedPlanes, Error as JpegError, JpegHeader};

use super::cost::{KEPT_FILE_BYTES, KEPT_PLANE_BYTES};
use super::scale;
use crate::decoding::{Input, Job, check_sides};
use crate::frame::{Frame, Samples};
use crate::picture::Picture;
use crate::planes::{PlaneResizer, PlaneSource, Side};
use crate::tools::Tools;
use crate::{Error, Format, Orientation, colour, ycbcr};

/// Progressive files have about ten; each costs a pass over all coefficients.
const MAX_SCANS: u32 = 100;

/// Returns the picture for the largest thumbnail, whose sides before orientation are `stored`.
pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>, tools: &mut Tools) -> Result<Picture, Error> {
    let Job { header, limits, stored, .. } = *job;
    let file = read(&mut input, std::mem::take(&mut tools.file))?;
    let jpeg = JpegHeader::parse(&file).map_err(failed)?;
    check_sides(header, jpeg.width(), jpeg.height())?;
    let family = jpeg.color();
    let icc_profile = jpeg.icc_profile(colour::MAX_PROFILE_BYTES);
    let is_cancelled = || limits.is_cancelled();
    let jpeg_limits = DecodeLimits {
        max_alloc_bytes: limits.max_alloc_bytes,
        max_scans: MAX_SCANS,
        deadline: limits.deadline,
        cancelled: Some(&is_cancelled),
    };
    let options = scale::options(&jpeg, file.len() as u64, stored);
    let decoded = tools.decoder.decode(&jpeg, options, &jpeg_limits).map_err(failed)?;
    // Memory that is new takes longer to get than to fill, so that of small files and of their
    // planes stays. That of large ones does not: memory is what limits how many images are worked
    // on at a time.
    if file.capacity() <= KEPT_FILE_BYTES {
        tools.file = file;
    } else {
        drop(file);
    }
    limits.check_deadline()?;
    Ok(match (family, icc_profile) {
        (ColorFamily::Grey | ColorFamily::YCbCr, None) => {
            let upright = header.orientation.displayed(stored.0, stored.1);
            let sources = decoded.components.iter().map(PlaneSource::from);
            let planes = tools.resizer.make(sources, upright, header.orientation);
            if decoded.components.iter().map(|plane| plane.data().len()).sum::<usize>() <= KEPT_PLANE_BYTES {
                tools.decoder.recycle(decoded);
            }
            Picture::Planes(planes)
        }
        (_, profile) => {
            let frame = frame(&mut tools.resizer, decoded, family, stored)?;
            let frame = colour::to_srgb(frame, profile.as_deref()).upright(header.orientation);
            Picture::from_frame(frame, job.keep)
        }
    })
}

/// Reads the whole file into memory that may have been used before.
fn read(input: &mut Input<'_>, mut file: Vec<u8>) -> Result<Vec<u8>, Error> {
    let len = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    file.clear();
    // To the byte: a vector that grows by doubling would hold up to twice as much.
    let exact = usize::try_from(len).ok().filter(|len| file.try_reserve_exact(*len).is_ok());
    if exact.is_none() {
        return Err(Error::Io { source: std::io::ErrorKind::OutOfMemory.into() });
    }
    input.take(len).read_to_end(&mut file)?;
    Ok(file)
}

/// Returns all components at the sides `stored`, with the colours that the file has.
fn frame(
    resizer: &mut PlaneResizer,
    decoded: DecodedPlanes,
    family: ColorFamily,
    stored: (u32, u32),
) -> Result<Frame, Error> {
    let sides = (Side::whole(stored.0), Side::whole(stored.1));
    let components = decoded.components.into_iter();
    let mut planes: Vec<Vec<u8>> =
        components.map(|plane| resizer.plane(&PlaneSource::from(&plane), sides, Orientation::Normal)).collect();
    let (samples, pixels) = match family {
        ColorFamily::Grey => (Samples::Grey, planes.swap_remove(0)),
        ColorFamily::YCbCr => (Samples::YCbCr, planes.concat()),
        ColorFamily::Rgb => (Samples::Rgb, ycbcr::interleave(&planes)),
        ColorFamily::Cmyk => {
            let mut inks = ycbcr::interleave(&planes);
            // Whoever writes inks writes them inverted, as Adobe did first.
            inks.iter_mut().for_each(|ink| *ink = 255 - *ink);
            (Samples::Cmyk, inks)
        }
        ColorFamily::Ycck => (Samples::Cmyk, ycbcr::to_inks(&planes)),
        _ => return Err(Error::unsupported(Format::Jpeg, format!("`{}` components", planes.len()))),
    };
    Ok(Frame { width: stored.0, height: stored.1, samples, pixels })
}

fn failed(error: JpegError) -> Error {
    match error {
        JpegError::Unsupported(kind) => Error::unsupported(Format::Jpeg, kind.to_string()),
        JpegError::OverMemory { needed, limit } => Error::TooMuchMemory { limit, actual: needed },
        JpegError::DeadlineExceeded => Error::DeadlineExceeded,
        JpegError::Cancelled => Error::Cancelled,
        other => Error::malformed(Format::Jpeg, other.to_string()),
    }
}
