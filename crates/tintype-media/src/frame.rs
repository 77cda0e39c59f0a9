//! Decoded pixels on their way to a thumbnail.

use crate::Orientation;

/// What the samples of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Samples {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// Luminance and colour differences, in three planes one after the other.
    YCbCr,
    /// Amounts of ink, the largest value being full ink.
    Cmyk,
    /// CIE L\*a\*b\* of the white D50, sixteen bits: L\* from 0 to 100 over the whole range, a\*
    /// and b\* with 128 added times 256.
    Lab,
}

impl Samples {
    pub(crate) const fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb | Self::YCbCr | Self::Lab => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    pub(crate) const fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }
}

/// A picture in memory, rows from top to bottom without padding, the samples of a pixel side by
/// side but for [`Samples::YCbCr`]; eight bits a sample unless said.
#[derive(Clone)]
pub(crate) struct Frame<S = u8> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: Samples,
    pub(crate) pixels: Vec<S>,
}

/// What a decoder hands over: pixels as stored, and what it takes to show them.
pub(crate) struct Decoded {
    pub(crate) frame: Frame,
    pub(crate) icc_profile: Option<Vec<u8>>,
}

impl Frame {
    /// Drops an alpha channel that is 255 everywhere, in place: such an image is opaque, and
    /// resizes faster.
    pub(crate) fn drop_opaque_alpha(&mut self) {
        let opaque = match self.samples {
            Samples::GreyAlpha => self.pixels.chunks_exact(2).all(|pixel| pixel[1] == 255),
            Samples::Rgba => self.pixels.chunks_exact(4).all(|pixel| pixel[3] == 255),
            _ => return,
        };
        if !opaque {
            return;
        }
        self.drop_alpha();
    }
}

impl<S: Copy> Frame<S> {
    /// Drops the alpha channel, in place.
    pub(crate) fn drop_alpha(&mut self) {
        let (from, to) = (self.samples.channels(), self.samples.channels() - 1);
        let count = self.pixels.len() / from;
        for index in 0..count {
            self.pixels.copy_within(index * from..index * from + to, index * to);
        }
        self.pixels.truncate(count * to);
        self.samples = if to == 1 { Samples::Grey } else { Samples::Rgb };
    }

    /// Returns the picture turned upright.
    pub(crate) fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::Normal {
            return self;
        }
        let (width, height) = orientation.displayed(self.width, self.height);
        let stored_width = self.width as usize;
        let stored_height = self.height as usize;
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for plane in self.planes() {
            let channels = plane.len() / (stored_width * stored_height);
            for y in 0..height as usize {
                for x in 0..width as usize {
                    let (from_x, from_y) = orientation.stored_position(x, y, stored_width, stored_height);
                    let start = (from_y * stored_width + from_x) * channels;
                    pixels.extend_from_slice(&plane[start..start + channels]);
                }
            }
        }
        Self { width, height, samples: self.samples, pixels }
    }

    /// Returns the three planes, or the pixels whose samples lie side by side.
    pub(crate) fn planes(&self) -> std::slice::ChunksExact<'_, S> {
        let count = if self.samples == Samples::YCbCr { 3 } else { 1 };
        self.pixels.chunks_exact((self.pixels.len() / count).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opaque_alpha_channel_is_dropped_and_another_is_kept() {
        let mut opaque =
            Frame { width: 2, height: 1, samples: Samples::Rgba, pixels: vec![1, 2, 3, 255, 4, 5, 6, 255] };
        opaque.drop_opaque_alpha();
        assert_eq!((opaque.samples, opaque.pixels), (Samples::Rgb, vec![1, 2, 3, 4, 5, 6]));

        let mut translucent = Frame { width: 2, height: 1, samples: Samples::GreyAlpha, pixels: vec![1, 255, 2, 254] };
        translucent.drop_opaque_alpha();
        assert_eq!((translucent.samples, translucent.pixels.len()), (Samples::GreyAlpha, 4));
    }

    #[test]
    fn every_orientation_and_its_inverse_give_the_stored_picture() {
        for value in 1..=8 {
            let orientation = Orientation::from_exif(value).unwrap();
            let inverse = match orientation {
                Orientation::Rotate90 => Orientation::Rotate270,
                Orientation::Rotate270 => Orientation::Rotate90,
                other => other,
            };
            let pixels: Vec<u8> = (0..6).collect();
            let frame = Frame { width: 3, height: 2, samples: Samples::Grey, pixels: pixels.clone() };
            let back = frame.upright(orientation).upright(inverse);
            assert_eq!((back.width, back.height, back.pixels), (3, 2, pixels), "orientation {value}");
        }
    }
}
