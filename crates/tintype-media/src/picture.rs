//! A picture on its way to thumbnails: upright, sRGB.

use crate::frame::{Decoded, Frame};
use crate::planes::{Planes, Resizer};
use crate::resize::Scaler;
use crate::{Error, Limits, Orientation, colour};

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
    /// Makes the picture for the largest thumbnail, whose sides before orientation are `stored`.
    pub(crate) fn new(
        decoded: Decoded,
        orientation: Orientation,
        limits: &Limits,
        stored: (u32, u32),
    ) -> Result<Self, Error> {
        limits.check_deadline()?;
        let mut frame = decoded.frame;
        frame.drop_opaque_alpha();
        // Colour and orientation come after the first resize, on a fraction of the pixels.
        let frame = Scaler::new().consume(frame, stored.0, stored.1)?;
        limits.check_deadline()?;
        Ok(colour::to_srgb(frame, decoded.icc_profile.as_deref()).upright(orientation).into())
    }

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
