//! A picture on its way to a file: upright, sRGB.

use std::borrow::Cow;

use fast_image_resize::FilterType;

use crate::decoding::{Job, Keep};
use crate::filter::{Area, copy, resample};
use crate::frame::{Decoded, Frame, Samples};
use crate::planes::{PlaneResizer, Planes};
use crate::rows::{self, Pixels};
use crate::{Error, Limits, Orientation, colour, effects, ycbcr};

/// Pixels where anything is transparent or nothing may be lost, planes for all others.
pub(crate) enum Picture {
    Pixels(Pixels),
    Planes(Planes),
}

impl Picture {
    /// Takes over an upright frame in sRGB.
    pub(crate) fn from_frame(frame: Frame, keep: Keep) -> Self {
        match (keep, frame.samples) {
            (Keep::Planes, samples) if !samples.has_alpha() => Self::Planes(Planes::from_frame(frame)),
            (_, Samples::YCbCr) => {
                let pixels = ycbcr::to_rgb(&frame.pixels);
                Self::Pixels(Pixels::Straight(Frame { samples: Samples::Rgb, pixels, ..frame }))
            }
            _ => Self::Pixels(Pixels::Straight(frame)),
        }
    }

    /// Makes the picture that was asked for of what a decoder has left of it.
    pub(crate) fn new(decoded: Decoded, job: &Job<'_>) -> Result<Self, Error> {
        let limits = job.limits;
        limits.check_deadline()?;
        // Colour and orientation come after the first resize, on a fraction of the pixels.
        let frame = rows::shrink(decoded.frame, job.stored, limits)?;
        limits.check_deadline()?;
        let frame = colour::to_srgb(frame, decoded.icc_profile.as_deref());
        Ok(Self::from_frame(frame.upright(job.header.orientation), job.keep))
    }

    pub(crate) fn sides(&self) -> (u32, u32) {
        match self {
            Self::Pixels(pixels) => pixels.sides(),
            Self::Planes(planes) => (planes.width, planes.height),
        }
    }

    pub(crate) fn has_alpha(&self) -> bool {
        matches!(self, Self::Pixels(pixels) if pixels.samples().has_alpha())
    }

    /// Returns it smaller.
    pub(crate) fn scaled(&self, resizer: &mut PlaneResizer, sides: (u32, u32)) -> Self {
        match self {
            Self::Pixels(pixels) => Self::Pixels(pixels.scale(sides)),
            Self::Planes(planes) => Self::Planes(resizer.scale(planes, sides)),
        }
    }

    /// Returns a part of it at the sides `to`, which may be larger.
    pub(crate) fn part(&self, area: Area, to: (u32, u32)) -> Result<Self, Error> {
        let from = self.sides();
        Ok(match (self, area.aligned(to)) {
            (Self::Planes(planes), _) => Self::Planes(planes.part(area, to)?),
            (Self::Pixels(Pixels::Straight(frame)), Some(place)) => {
                let pixels = copy(&frame.pixels, frame.samples.channels(), from.0, place, to);
                let frame = Frame { width: to.0, height: to.1, samples: frame.samples, pixels };
                Self::Pixels(Pixels::Straight(frame))
            }
            (Self::Pixels(pixels), place) => {
                let frame = pixels.weighted();
                let channels = frame.samples.channels();
                let made = match place {
                    Some(place) => copy(&frame.pixels, channels, from.0, place, to),
                    None => resample(&frame.pixels, channels, from, area, to, FilterType::Lanczos3)?,
                };
                let frame = Frame { width: to.0, height: to.1, samples: frame.samples, pixels: made };
                Self::Pixels(Pixels::Weighted(frame))
            }
        })
    }

    /// Returns it turned.
    pub(crate) fn turned(self, resizer: &mut PlaneResizer, turn: Orientation) -> Self {
        match self {
            Self::Pixels(Pixels::Straight(frame)) => Self::Pixels(Pixels::Straight(frame.upright(turn))),
            Self::Pixels(Pixels::Weighted(frame)) => Self::Pixels(Pixels::Weighted(frame.upright(turn))),
            Self::Planes(planes) => Self::Planes(resizer.turn(&planes, turn)),
        }
    }

    /// Returns it blurred.
    pub(crate) fn blurred(self, deviation: f32, limits: &Limits) -> Result<Self, Error> {
        Ok(match self {
            Self::Planes(mut planes) => {
                let whole = (planes.width as f32, planes.height as f32);
                for (plane, sides) in planes.each_mut() {
                    let scale = (sides.0 as f32 / whole.0, sides.1 as f32 / whole.1);
                    let deviation = (deviation * scale.0, deviation * scale.1);
                    *plane = effects::blurred(plane, 1, sides, deviation, limits)?;
                }
                Self::Planes(planes)
            }
            Self::Pixels(pixels) => {
                let mut frame = pixels.weighted().into_owned();
                let (channels, sides) = (frame.samples.channels(), (frame.width, frame.height));
                frame.pixels = effects::blurred(&frame.pixels, channels, sides, (deviation, deviation), limits)?;
                Self::Pixels(Pixels::Weighted(frame))
            }
        })
    }

    /// Returns it sharpened; of planes, that of luminance only.
    pub(crate) fn sharpened(self, deviation: f32, limits: &Limits) -> Result<Self, Error> {
        Ok(match self {
            Self::Planes(mut planes) => {
                if let Some((plane, sides)) = planes.each_mut().next() {
                    *plane = effects::sharpened(plane, (1, 1), sides, deviation, limits)?;
                }
                Self::Planes(planes)
            }
            Self::Pixels(pixels) => {
                let mut frame = pixels.weighted().into_owned();
                let channels = frame.samples.channels();
                let colours = channels - usize::from(frame.samples.has_alpha());
                let sides = (frame.width, frame.height);
                frame.pixels = effects::sharpened(&frame.pixels, (colours, channels), sides, deviation, limits)?;
                Self::Pixels(Pixels::Weighted(frame))
            }
        })
    }

    /// Returns it in the middle of a canvas that is at least as large, of a colour or transparent.
    pub(crate) fn on_canvas(self, resizer: &mut PlaneResizer, sides: (u32, u32), background: Option<[u8; 3]>) -> Self {
        let (width, height) = self.sides();
        let place = ((sides.0 - width) / 2, (sides.1 - height) / 2);
        let keep = match (&self, background) {
            (Self::Planes(planes), Some(background)) => {
                if let Some(canvas) = planes.on_canvas(sides, place, background) {
                    return Self::Planes(canvas);
                }
                Keep::Planes
            }
            _ => Keep::Pixels,
        };
        let frame = self.frame(resizer);
        let samples = if frame.samples.has_alpha() || background.is_none() { Samples::Rgba } else { Samples::Rgb };
        let fill = match background {
            Some([red, green, blue]) => [red, green, blue, 255],
            None => [0; 4],
        };
        let channels = samples.channels();
        let mut pixels = fill[..channels].repeat(sides.0 as usize * sides.1 as usize);
        let lines = pixels.chunks_exact_mut(sides.0 as usize * channels).skip(place.1 as usize);
        for (line, row) in lines.zip(frame.pixels.chunks_exact(width as usize * frame.samples.channels())) {
            let line = line[place.0 as usize * channels..].chunks_exact_mut(channels);
            for (target, pixel) in line.zip(row.chunks_exact(frame.samples.channels())) {
                target.copy_from_slice(&rgba(pixel)[..channels]);
            }
        }
        Self::from_frame(Frame { width: sides.0, height: sides.1, samples, pixels }, keep)
    }

    /// Returns its pixels, grey or RGB, with alpha or without.
    pub(crate) fn frame(&self, resizer: &mut PlaneResizer) -> Cow<'_, Frame> {
        match self {
            Self::Pixels(pixels) => pixels.straight(),
            Self::Planes(planes) => Cow::Owned(planes.to_frame(resizer)),
        }
    }

    /// Returns its pixels as RGBA.
    pub(crate) fn rgba(&self, resizer: &mut PlaneResizer) -> Vec<u8> {
        let frame = self.frame(resizer);
        let mut pixels = Vec::with_capacity(frame.width as usize * frame.height as usize * 4);
        for pixel in frame.pixels.chunks_exact(frame.samples.channels()) {
            pixels.extend(rgba(pixel));
        }
        pixels
    }
}

fn rgba(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [grey] => [grey, grey, grey, 255],
        [grey, alpha] => [grey, grey, grey, alpha],
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, alpha, ..] => [red, green, blue, alpha],
        [] => [0; 4],
    }
}
