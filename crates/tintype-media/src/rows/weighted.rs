//! Pixels on their way from one size to the next.

use std::borrow::Cow;

use super::resizer::RowResizer;
use super::row::{Row, finish};
use super::weights::Lattice;
use crate::frame::{Frame, Samples};

/// A picture of pixels, with alpha or without.
pub(crate) enum Pixels {
    /// As files have them.
    Straight(Frame),
    /// Colours times alpha if there is any, all from 0 to 1 but for what overshoots at edges. What
    /// is cut off there, and what is rounded where little is to be seen, would be missing from all
    /// smaller sizes.
    Weighted(Frame<f32>),
}

impl Pixels {
    pub(crate) fn sides(&self) -> (u32, u32) {
        match self {
            Self::Straight(frame) => (frame.width, frame.height),
            Self::Weighted(frame) => (frame.width, frame.height),
        }
    }

    /// Makes a smaller one.
    pub(crate) fn scale(&self, (width, height): (u32, u32)) -> Self {
        let (from, samples) = (self.sides(), self.samples());
        let channels = samples.channels();
        let weighted = samples.has_alpha().then_some(channels);
        let row_len = from.0 as usize * channels;
        let mut resizer = RowResizer::new(from, (width, height), channels, true);
        let mut pixels = Vec::with_capacity(width as usize * height as usize * channels);
        for y in 0..from.1 {
            let row = y as usize * row_len..(y as usize + 1) * row_len;
            resizer.push(y, Lattice::ALL, |target| match self {
                Self::Straight(frame) => Row::Eight(&frame.pixels[row]).write(target, weighted),
                Self::Weighted(frame) => target.copy_from_slice(&frame.pixels[row]),
            });
            while let Some(complete) = resizer.complete(y + 1) {
                pixels.extend_from_slice(complete);
            }
        }
        Self::Weighted(Frame { width, height, samples, pixels })
    }

    /// Returns the pixels as files have them.
    pub(crate) fn straight(&self) -> Cow<'_, Frame> {
        match self {
            Self::Straight(frame) => Cow::Borrowed(frame),
            Self::Weighted(frame) => {
                let Frame { width, height, samples, .. } = *frame;
                let mut pixels = vec![0; frame.pixels.len()];
                finish(&frame.pixels, &mut pixels, samples.has_alpha().then_some(samples.channels()));
                Cow::Owned(Frame { width, height, samples, pixels })
            }
        }
    }

    /// Returns colours times alpha.
    pub(crate) fn weighted(&self) -> Cow<'_, Frame<f32>> {
        match self {
            Self::Weighted(frame) => Cow::Borrowed(frame),
            Self::Straight(frame) => {
                let Frame { width, height, samples, .. } = *frame;
                let mut pixels = vec![0.0; frame.pixels.len()];
                Row::Eight(&frame.pixels).write(&mut pixels, samples.has_alpha().then_some(samples.channels()));
                Cow::Owned(Frame { width, height, samples, pixels })
            }
        }
    }

    pub(crate) fn samples(&self) -> Samples {
        match self {
            Self::Straight(frame) => frame.samples,
            Self::Weighted(frame) => frame.samples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels of which all but every fourth are hidden.
    fn sparse(side: u32) -> Frame {
        let pixels = (0..side * side).flat_map(|i| if i % 4 == 0 { [200, 40, 90, 30] } else { [0, 255, 0, 0] });
        Frame { width: side, height: side, samples: Samples::Rgba, pixels: pixels.collect() }
    }

    #[test]
    fn hidden_colour_does_not_bleed_into_what_is_seen() {
        let mut pixels = Pixels::Straight(sparse(64));
        for side in [40, 16, 9] {
            pixels = pixels.scale((side, side));
            let straight = pixels.straight();
            assert_eq!((straight.width, straight.height), (side, side));
            for pixel in straight.pixels.as_chunks::<4>().0.iter().filter(|pixel| pixel[3] > 0) {
                // Alpha is some 8 of 255, which in eight bits would leave as many colours.
                assert!(
                    pixel.iter().zip([200, 40, 90]).all(|(found, wanted)| found.abs_diff(wanted) <= 1),
                    "{pixel:?}"
                );
            }
        }
    }

    #[test]
    fn what_overshoots_at_an_edge_comes_back_in_the_next_size() {
        let column = |x: u32| if x % 40 < 20 { [255; 4] } else { [0; 4] };
        let pixels = (0..200 * 200).flat_map(|i| column(i % 200)).collect();
        let whole = Pixels::Straight(Frame { width: 200, height: 200, samples: Samples::Rgba, pixels });
        let (direct, by_steps) = (whole.scale((20, 20)), whole.scale((90, 90)).scale((20, 20)));
        for (direct, by_steps) in direct.straight().pixels.iter().zip(&by_steps.straight().pixels) {
            assert!(direct.abs_diff(*by_steps) <= 2, "{direct} and {by_steps}");
        }
    }
}
