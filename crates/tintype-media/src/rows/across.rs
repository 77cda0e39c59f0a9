//! Resizing rows across, and adding them up.

use std::ops::Range;

use fearless_simd::{Level, Simd, SimdBase, SimdFloat, dispatch, f32x8};

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
}

impl Across {
    pub(super) fn new(kernel: Kernel, channels: usize) -> Self {
        let windows = Vec::with_capacity(kernel.output() as usize);
        let mut across = Self { kernel, lattice: Lattice::ALL, channels, windows, weights: Vec::new() };
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
        dispatch!(Level::new(), simd => self.run_with::<_, CHANNELS, STEP>(simd, wide, narrow));
    }

    #[inline(always)]
    fn run_with<S: Simd, const CHANNELS: usize, const STEP: usize>(
        &mut self,
        simd: S,
        wide: &[f32],
        narrow: &mut [f32],
    ) {
        let stride = self.stride();
        let (upper, lower) = wide.split_at(2 * stride);
        let ((a, b), (c, d)) = (upper.split_at(stride), lower.split_at(stride));
        let row_len = narrow.len() / BATCH;
        for (index, (first, range)) in self.windows.iter().enumerate() {
            let weights = &self.weights[range.start as usize..range.end as usize];
            let start = *first as usize * CHANNELS;
            let sums = multiply::<S, STEP>(simd, weights, [&a[start..], &b[start..], &c[start..], &d[start..]]);
            for (sums, narrow) in sums.into_iter().zip(narrow.chunks_exact_mut(row_len)) {
                fold::<S, CHANNELS>(sums, &mut narrow[index * CHANNELS..]);
            }
        }
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
fn multiply<S: Simd, const STEP: usize>(simd: S, weights: &[Lanes], rows: [&[f32]; BATCH]) -> [f32x8<S>; BATCH] {
    let rows = rows.map(|row| &row[..weights.len() * STEP + LANES]);
    let mut sums = [f32x8::splat(simd, 0.0); BATCH];
    for (index, weights) in weights.iter().enumerate() {
        let weights = f32x8::load_array_ref(simd, weights);
        for (sum, row) in sums.iter_mut().zip(rows) {
            if let Some(samples) = row[index * STEP..].first_chunk() {
                *sum = weights.mul_add(f32x8::load_array_ref(simd, samples), *sum);
            }
        }
    }
    sums
}

/// Adds up what belongs to the same channel of a pixel.
#[inline(always)]
fn fold<S: Simd, const CHANNELS: usize>(sums: f32x8<S>, pixel: &mut [f32]) {
    let lanes = sums.to_array();
    match CHANNELS {
        // Four at a time, of which the next pixel overwrites what is too much.
        3 | 4 => {
            let sums: [f32; 4] = std::array::from_fn(|channel| lanes[channel] + lanes[channel + CHANNELS]);
            pixel[..4].copy_from_slice(&sums);
        }
        2 => {
            pixel[0] = (lanes[0] + lanes[4]) + (lanes[2] + lanes[6]);
            pixel[1] = (lanes[1] + lanes[5]) + (lanes[3] + lanes[7]);
        }
        _ => {
            let halves: [f32; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
            pixel[0] = (halves[0] + halves[2]) + (halves[1] + halves[3]);
        }
    }
}

fn pixels_in_lanes(channels: usize) -> usize {
    LANES / channels
}

fn stride(kernel: &Kernel, channels: usize) -> usize {
    kernel.input() as usize * channels + 2 * LANES
}
