//! Resizing rows across, and adding them up.

use std::ops::Range;

use super::weights::{Kernel, Lattice};

/// Rows that are resized together, so that each weight is loaded once for all of them.
pub(super) const BATCH: usize = 4;

/// Samples that are multiplied at once.
const LANES: usize = 8;

type Lanes = [f32; LANES];

/// The weights of a kernel across, laid out as pixels are, and the loops that use them.
pub(super) struct Across {
    kernel: Kernel,
    lattice: Lattice,
    channels: usize,
    /// For each output pixel, its first input pixel and its weights.
    windows: Vec<(u32, Range<u32>)>,
    /// As many pixels' as fit into the lanes, each once for each of the channels.
    weights: Vec<Lanes>,
    lanes: Vec<[Lanes; BATCH]>,
}

impl Across {
    pub(super) fn new(kernel: Kernel, channels: usize) -> Self {
        let windows = Vec::with_capacity(kernel.output() as usize);
        let mut across = Self {
            kernel,
            lattice: Lattice::ALL,
            channels,
            windows,
            weights: Vec::new(),
            lanes: vec![[[0.0; LANES]; BATCH]; kernel.output() as usize],
        };
        across.set_lattice(Lattice::ALL);
        across
    }

    pub(super) fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// Returns how many samples a row on the lattice has.
    pub(super) fn row_len(&self) -> usize {
        self.lattice.count(self.kernel.input()) as usize * self.channels
    }

    /// Returns how far apart the rows of a batch are: lanes may reach beyond the last pixel.
    pub(super) fn stride(&self) -> usize {
        stride(&self.kernel, self.channels)
    }

    /// Returns how many floats this and a batch of rows take.
    pub(super) fn floats(kernel: &Kernel, channels: usize) -> u64 {
        let groups = u64::from(kernel.longest()).div_ceil(pixels_in_lanes(channels) as u64);
        let windows = u64::from(kernel.output());
        (stride(kernel, channels) * BATCH) as u64 + windows * (3 + groups * LANES as u64)
    }

    pub(super) fn set_lattice(&mut self, lattice: Lattice) {
        self.lattice = lattice;
        self.windows.clear();
        self.weights.clear();
        let pixels = pixels_in_lanes(self.channels);
        let longest = self.kernel.longest() as usize;
        let mut weights = Vec::with_capacity(longest);
        self.weights
            .reserve_exact(self.kernel.output() as usize * longest.div_ceil(lattice.step as usize).div_ceil(pixels));
        for output in 0..self.kernel.output() {
            weights.clear();
            let first = self.kernel.weights(output, lattice, &mut weights);
            let start = self.weights.len() as u32;
            for group in weights.chunks(pixels) {
                let mut lanes = [0.0; LANES];
                for (pixel, weight) in lanes.chunks_mut(self.channels).zip(group) {
                    pixel.fill(*weight);
                }
                self.weights.push(lanes);
            }
            self.windows.push((first, start..self.weights.len() as u32));
        }
    }

    /// Resizes a batch of rows.
    pub(super) fn run(&mut self, wide: &[f32], narrow: &mut [f32]) {
        match self.channels {
            1 => self.run_channels::<1, 8>(wide, narrow),
            2 => self.run_channels::<2, 8>(wide, narrow),
            3 => self.run_channels::<3, 6>(wide, narrow),
            _ => self.run_channels::<4, 8>(wide, narrow),
        }
    }

    fn run_channels<const CHANNELS: usize, const STEP: usize>(&mut self, wide: &[f32], narrow: &mut [f32]) {
        let stride = self.stride();
        crate::simd::vectorised(
            #[inline(always)]
            || {
                let (upper, lower) = wide.split_at(2 * stride);
                let ((a, b), (c, d)) = (upper.split_at(stride), lower.split_at(stride));
                for ((first, range), sums) in self.windows.iter().zip(&mut self.lanes) {
                    let weights = &self.weights[range.start as usize..range.end as usize];
                    let start = *first as usize * CHANNELS;
                    *sums = multiply::<STEP>(weights, [&a[start..], &b[start..], &c[start..], &d[start..]]);
                }
                for (row, narrow) in narrow.chunks_exact_mut(narrow.len() / BATCH).enumerate() {
                    fold::<CHANNELS>(row, &self.lanes, narrow);
                }
            },
        );
    }

    /// Adds each row of a batch times its factor.
    pub(super) fn add(&self, narrow: &[f32], factors: [f32; BATCH], sums: &mut [f32]) {
        crate::simd::vectorised(
            #[inline(always)]
            || {
                let (upper, lower) = narrow.split_at(narrow.len() / 2);
                let ((a, b), (c, d)) = (upper.split_at(upper.len() / 2), lower.split_at(lower.len() / 2));
                for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *sum += a * factors[0] + b * factors[1] + (c * factors[2] + d * factors[3]);
                }
            },
        );
    }
}

#[inline(always)]
fn multiply<const STEP: usize>(weights: &[Lanes], [a, b, c, d]: [&[f32]; BATCH]) -> [Lanes; BATCH] {
    let len = weights.len() * STEP + LANES;
    let (a, b, c, d) = (&a[..len], &b[..len], &c[..len], &d[..len]);
    let mut sums = [[0.0; LANES]; BATCH];
    for (index, weights) in weights.iter().enumerate() {
        let at = index * STEP;
        sums[0] = add(sums[0], weights, &a[at..at + LANES]);
        sums[1] = add(sums[1], weights, &b[at..at + LANES]);
        sums[2] = add(sums[2], weights, &c[at..at + LANES]);
        sums[3] = add(sums[3], weights, &d[at..at + LANES]);
    }
    sums
}

#[inline(always)]
fn add(sums: Lanes, weights: &Lanes, samples: &[f32]) -> Lanes {
    std::array::from_fn(|lane| sums[lane] + weights[lane] * samples[lane])
}

/// Adds up what belongs to the same channel.
#[inline(always)]
fn fold<const CHANNELS: usize>(row: usize, lanes: &[[Lanes; BATCH]], narrow: &mut [f32]) {
    for (index, lanes) in lanes.iter().enumerate() {
        let lanes = &lanes[row];
        match CHANNELS {
            // Four at a time, of which the next pixel overwrites what is too much.
            3 | 4 => {
                let sums: [f32; 4] = std::array::from_fn(|channel| lanes[channel] + lanes[channel + CHANNELS]);
                narrow[index * CHANNELS..index * CHANNELS + 4].copy_from_slice(&sums);
            }
            2 => {
                let halves: [f32; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
                narrow[index * 2] = halves[0] + halves[2];
                narrow[index * 2 + 1] = halves[1] + halves[3];
            }
            _ => {
                let halves: [f32; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
                narrow[index] = (halves[0] + halves[2]) + (halves[1] + halves[3]);
            }
        }
    }
}

fn pixels_in_lanes(channels: usize) -> usize {
    LANES / channels
}

fn stride(kernel: &Kernel, channels: usize) -> usize {
    kernel.input() as usize * channels + 2 * LANES
}
