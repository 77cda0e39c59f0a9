//! A picture on its way to thumbnails: upright, sRGB.

use crate::frame::{Decoded, Frame};
use crate::planes::{Planes, Resizer};
use crate::rows::{self, Pixels};
use crate::{Error, Limits, Orientation, colour};

/// Pixels where anything is transparent, planes for all others.
pub(crate) enum Picture {
    Pixels(Pixels),
    Planes(Planes),
}

impl From<Frame> for Picture {
    fn from(frame: Frame) -> Self {
        if frame.samples.has_alpha() {
            Self::Pixels(Pixels::Straight(frame))
        } else {
            Self::Planes(Planes::from_frame(frame))
        }
    }
}

impl Picture {
    /// Makes the picture for the largest thumbnail, whose sides before orientation are `stored`.
    pub(crate) fn new(
        decoded: Decoded,
        orientation: Orientation,
        limits: &Limits,
        stored: (u32, u32),
    ) -> Result<Self, Error> {
        limits.check_deadline()?;
        // Colour and orientation come after the first resize, on a fraction of the pixels.
        let frame = rows::shrink(decoded.frame, stored, limits)?;
        limits.check_deadline()?;
        Ok(colour::to_srgb(frame, decoded.icc_profile.as_deref()).upright(orientation).into())
    }

    pub(crate) fn sides(&self) -> (u32, u32) {
        match self {
            Self::Pixels(pixels) => pixels.sides(),
            Self::Planes(planes) => (planes.width, planes.height),
        }
    }

    /// Makes a smaller one of it.
    pub(crate) fn scale(self, resizer: &mut Resizer, sides: (u32, u32)) -> Self {
        match self {
            Self::Pixels(pixels) => Self::Pixels(pixels.scale(sides)),
            Self::Planes(planes) => {
                let small = resizer.scale(&planes, sides);
                resizer.recycle(planes);
                Self::Planes(small)
            }
        }
    }
}
