//! A picture on its way to thumbnails: upright, sRGB.

use crate::Error;
use crate::frame::Frame;
use crate::planes::{Planes, Resizer};
use crate::resize::Scaler;

/// Pixels where anything is transparent, planes for all others.
pub(crate) enum Picture {
    Pixels(Frame),
    Planes(Planes),
}

impl From<Frame> for Picture {
    fn from(frame: Frame) -> Self {
        if frame.samples.has_alpha() { Self::Pixels(frame) } else { Self::Planes(Planes::from_frame(frame)) }
    }
}

impl Picture {
    pub(crate) fn sides(&self) -> (u32, u32) {
        match self {
            Self::Pixels(frame) => (frame.width, frame.height),
            Self::Planes(planes) => (planes.width, planes.height),
        }
    }

    /// Makes a smaller one of it.
    pub(crate) fn scale(self, resizer: &mut Resizer, (width, height): (u32, u32)) -> Result<Self, Error> {
        match self {
            Self::Pixels(frame) => Scaler::new().consume(frame, width, height).map(Self::Pixels),
            Self::Planes(planes) => {
                let small = resizer.scale(&planes, (width, height));
                resizer.recycle(planes);
                Ok(Self::Planes(small))
            }
        }
    }
}
