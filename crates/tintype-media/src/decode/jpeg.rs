//! JPEG through `tintype-jpeg`: decoded no larger than the first thumbnail needs, then resized plane by plane.

use std::io::{Seek, SeekFrom};

use tintype_jpeg::{ColorFamily, Error as JpegError, Header as Jpeg, Limits as JpegLimits};

use super::generic::slurp;
use super::{Input, check_sides, jpeg_scale};
use crate::frame::{Decoded, Frame, Samples};
use crate::probe::Header;
use crate::resize::{PlaneView, Scaler};
use crate::{Error, Format, Limits, colour, ycbcr};

/// Progressive files have about ten; each costs a pass over all coefficients.
const MAX_SCANS: u32 = 100;

/// Returns a frame of the sides `stored`, which are those of the largest thumbnail before orientation.
pub(super) fn decode(
    mut input: Input<'_>,
    header: &Header,
    limits: &Limits,
    stored: (u32, u32),
) -> Result<Decoded, Error> {
    let len = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let bytes = slurp(&mut input, len)?;
    let jpeg = Jpeg::parse(&bytes).map_err(failed)?;
    check_sides(header, jpeg.width(), jpeg.height())?;
    let family = jpeg.color();
    let icc_profile = jpeg.icc_profile(colour::MAX_PROFILE_BYTES);
    let jpeg_limits = JpegLimits {
        max_alloc_bytes: limits.max_alloc_bytes,
        max_scans: MAX_SCANS,
        deadline: limits.deadline,
        ..JpegLimits::default()
    };
    let decoded = jpeg.decode(jpeg_scale::options(&jpeg, stored), &jpeg_limits).map_err(failed)?;
    drop(bytes);

    let mut scaler = Scaler::new();
    let mut planes = Vec::with_capacity(decoded.components.len());
    for plane in decoded.components {
        limits.check_deadline()?;
        let view = PlaneView {
            data: plane.data(),
            stride: plane.stride(),
            width: plane.width(),
            height: plane.height(),
            exact: plane.exact_size(),
        };
        planes.push(scaler.plane(&view, stored)?);
    }
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
    let (width, height) = stored;
    Ok(Decoded { frame: Frame { width, height, samples, pixels }, icc_profile })
}

fn failed(error: JpegError) -> Error {
    match error {
        JpegError::Unsupported(kind) => Error::unsupported(Format::Jpeg, kind.to_string()),
        JpegError::OverMemory { needed, limit } => Error::TooMuchMemory { limit, actual: needed },
        JpegError::DeadlineExceeded => Error::DeadlineExceeded,
        other => Error::malformed(Format::Jpeg, other.to_string()),
    }
}
