//! The Lanczos3 kernel, as Pillow samples it.

use std::f64::consts::PI;
use std::ops::Range;

const LOBES: f64 = 3.0;

/// Every `step`-th sample from `first` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lattice {
    pub(crate) first: u32,
    pub(crate) step: u32,
}

impl Lattice {
    pub(crate) const ALL: Self = Self { first: 0, step: 1 };

    /// Says how many of `len` samples are on the lattice.
    pub(crate) fn count(self, len: u32) -> u32 {
        len.saturating_sub(self.first).div_ceil(self.step)
    }
}

/// From a line of `input` samples to one of `output` samples, fewer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kernel {
    input: u32,
    output: u32,
    scale: f64,
}

impl Kernel {
    pub(super) fn new(input: u32, output: u32) -> Self {
        Self { input, output, scale: f64::from(input) / f64::from(output) }
    }

    pub(super) fn input(&self) -> u32 {
        self.input
    }

    pub(super) fn output(&self) -> u32 {
        self.output
    }

    /// Returns the input samples that the output sample `index` is made of.
    pub(super) fn window(&self, index: u32) -> Range<u32> {
        let support = LOBES * self.scale.max(1.0);
        let centre = self.centre(index);
        // Conversion saturates at zero.
        let first = (centre - support + 0.5) as u32;
        let end = ((centre + support + 0.5) as u32).min(self.input);
        first..end.max(first + 1)
    }

    fn centre(&self, index: u32) -> f64 {
        (f64::from(index) + 0.5) * self.scale
    }

    /// Writes the weights of those samples of the window that are on the lattice, and returns the
    /// first of them, counted on the lattice. The weights of the whole window add up to one.
    pub(super) fn weights(&self, index: u32, lattice: Lattice, weights: &mut Vec<f32>) -> u32 {
        let window = self.window(index);
        let scale = self.scale.max(1.0);
        let start = (f64::from(window.start) + 0.5 - self.centre(index)) / scale;
        // sin(pi t) is 3 s - 4 s^3 with s = sin(pi t / 3), and that comes by rotation from one
        // sample to the next.
        let (mut sine, mut cosine) = (start * PI / LOBES).sin_cos();
        let (turn_sine, turn_cosine) = (PI / LOBES / scale).sin_cos();
        let on_lattice = lattice.count(window.start)..lattice.count(window.end);
        let mut next = u64::from(on_lattice.start) * u64::from(lattice.step) + u64::from(lattice.first);
        let (mut sum, before) = (0.0, weights.len());
        for (position, sample) in window.enumerate() {
            let distance = start + position as f64 / scale;
            let weight = lanczos(distance, sine * sine);
            sum += weight;
            if u64::from(sample) == next {
                weights.push(weight as f32);
                next += u64::from(lattice.step);
            }
            (sine, cosine) = (sine * turn_cosine + cosine * turn_sine, cosine * turn_cosine - sine * turn_sine);
        }
        let factor = 1.0 / sum as f32;
        weights[before..].iter_mut().for_each(|weight| *weight *= factor);
        on_lattice.start
    }

    /// Returns the most samples that a window has.
    pub(super) fn longest(&self) -> u32 {
        // Conversion saturates.
        ((2.0 * LOBES * self.scale.max(1.0)).ceil() as u32).saturating_add(1).min(self.input)
    }

    /// Returns the most output samples that `batch` input samples, one after the other, are part
    /// of.
    pub(super) fn overlap(&self, batch: u32) -> u32 {
        // Windows are six output samples wide, and each end may be rounded outwards.
        let scale = self.scale.max(1.0);
        (2.0 * LOBES + (f64::from(batch) + 1.0) / scale).ceil() as u32 + 1
    }
}

/// Returns sinc(t) sinc(t / 3), given the square of sin(pi t / 3).
fn lanczos(distance: f64, square: f64) -> f64 {
    if distance.abs() >= LOBES {
        return 0.0;
    }
    if distance.abs() < 1e-6 {
        return 1.0;
    }
    LOBES * square * (3.0 - 4.0 * square) / (PI * PI * distance * distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sinc(t: f64) -> f64 {
        if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) }
    }

    #[test]
    fn weights_are_those_of_the_definition() {
        for (input, output) in [(2560, 1080), (10_000, 1080), (7, 5), (65_535, 64), (3, 1), (1, 1)] {
            let kernel = Kernel::new(input, output);
            let scale = f64::from(input) / f64::from(output);
            for index in [0, output / 3, output - 1] {
                let mut found = Vec::new();
                let first = kernel.weights(index, Lattice::ALL, &mut found);
                let centre = (f64::from(index) + 0.5) * scale;
                let expected: Vec<f64> = (0..found.len())
                    .map(|at| (f64::from(first) + at as f64 + 0.5 - centre) / scale)
                    .map(|t| if t.abs() < 3.0 { sinc(t) * sinc(t / 3.0) } else { 0.0 })
                    .collect();
                let sum: f64 = expected.iter().sum();
                for (found, expected) in found.iter().zip(expected) {
                    assert!((f64::from(*found) - expected / sum).abs() < 1e-6, "{input} to {output}, {index}");
                }
            }
        }
    }

    #[test]
    fn lattices_share_the_weights_among_them() {
        let kernel = Kernel::new(1001, 77);
        for index in 0..77 {
            let mut whole = Vec::new();
            let start = kernel.weights(index, Lattice::ALL, &mut whole);
            let mut parts = vec![0.0; whole.len()];
            for first in 0..4 {
                let lattice = Lattice { first, step: 4 };
                let mut part = Vec::new();
                let at = kernel.weights(index, lattice, &mut part);
                for (weight, sample) in part.iter().zip(at..) {
                    parts[(sample * 4 + first - start) as usize] += weight;
                }
            }
            assert_eq!(parts, whole, "{index}");
        }
    }
}
