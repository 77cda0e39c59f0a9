//! Forward transform and quantisation of eight blocks at once: what `idct` does, backwards, and
//! like it plain `f32` arithmetic lane by lane, with the same results for all processors.

use crate::block::{LANES, ZIGZAG};
use crate::idct::AAN;

/// Samples of eight neighbouring blocks: eight rows of 64.
pub(crate) type Samples = [u8; 64 * LANES];

/// Working memory of a transform: what rows leave for columns, and coefficients that are not yet
/// quantised.
pub(crate) struct Scratch {
    rows: [[[f32; LANES]; 8]; 8],
    transformed: [[f32; LANES]; 64],
}

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self { rows: [[[0.0; LANES]; 8]; 8], transformed: [[0.0; LANES]; 64] }
    }
}

/// Quantised coefficients of eight blocks in the order of the file, those of one index for all
/// blocks, then the next.
pub(crate) type Coefficients = [[i16; LANES]; 64];

/// Which coefficients of each of eight blocks are not zero: a bit each, index 0 topmost.
pub(crate) type Masks = [u64; LANES];

/// Multipliers that make quantised coefficients of the transform's results, in the order of the
/// file.
pub(crate) struct Quantiser([f32; 64]);

impl Quantiser {
    /// For a quantisation table in natural order.
    pub(crate) fn new(quantisation: &[u16; 64]) -> Self {
        Self(ZIGZAG.map(|place| {
            let i = usize::from(place);
            (1.0 / (f64::from(quantisation[i]) * AAN[i / 8] * AAN[i % 8] * 8.0)) as f32
        }))
    }

    /// Transforms eight blocks.
    #[inline(always)]
    pub(crate) fn transform(
        &self,
        samples: &Samples,
        Scratch { rows, transformed }: &mut Scratch,
        (coefficients, masks): (&mut Coefficients, &mut Masks),
    ) {
        for (row, samples) in rows.iter_mut().zip(samples.as_chunks::<{ 8 * LANES }>().0) {
            transform_row(samples, row);
        }
        for x in 0..8 {
            for lane in 0..LANES {
                let values = points8(std::array::from_fn(|y| rows[y][x][lane]));
                for (y, value) in values.into_iter().enumerate() {
                    transformed[y * 8 + x][lane] = value;
                }
            }
        }
        let first = self.quantise::<0>(transformed, coefficients);
        let second = self.quantise::<32>(transformed, coefficients);
        for lane in 0..LANES {
            masks[lane] = u64::from(first[lane]) << 32 | u64::from(second[lane]);
        }
    }

    /// Quantises 32 coefficients, in the order of the file, of each block. Returns which are not
    /// zero, the first topmost.
    ///
    /// A closure would not be inlined and so be compiled for any processor.
    #[inline(always)]
    fn quantise<const START: usize>(
        &self,
        transformed: &[[f32; LANES]; 64],
        coefficients: &mut Coefficients,
    ) -> [u32; LANES] {
        let mut mask = [0u32; LANES];
        for k in START..START + 32 {
            let (values, factor) = (&transformed[usize::from(ZIGZAG[k] & 63)], self.0[k]);
            for lane in 0..LANES {
                let value = nearest(values[lane] * factor);
                coefficients[k][lane] = value as i16;
                mask[lane] = mask[lane] << 1 | u32::from(value != 0);
            }
        }
        mask
    }
}

/// The nearest integer, of a value below 2^21.
#[inline(always)]
fn nearest(x: f32) -> i32 {
    // Adding 1.5 × 2^23 leaves it in the low bits of the mantissa.
    (x + 12_582_912.0).to_bits() as i32 - 0x4B40_0000
}

#[inline(always)]
fn transform_row(samples: &[u8; 8 * LANES], row: &mut [[f32; LANES]; 8]) {
    let (mut left, mut right) = ([0u32; LANES], [0u32; LANES]);
    for ((left, right), block) in left.iter_mut().zip(&mut right).zip(samples.as_chunks::<8>().0) {
        let [a, b, c, d, e, f, g, h] = *block;
        *left = u32::from_le_bytes([a, b, c, d]);
        *right = u32::from_le_bytes([e, f, g, h]);
    }
    for lane in 0..LANES {
        let sample = |word: u32, at: u32| (word >> (8 * at) & 0xFF) as i32 as f32;
        let values = points8([
            sample(left[lane], 0) - 128.0,
            sample(left[lane], 1) - 128.0,
            sample(left[lane], 2) - 128.0,
            sample(left[lane], 3) - 128.0,
            sample(right[lane], 0) - 128.0,
            sample(right[lane], 1) - 128.0,
            sample(right[lane], 2) - 128.0,
            sample(right[lane], 3) - 128.0,
        ]);
        for (to, value) in row.iter_mut().zip(values) {
            to[lane] = value;
        }
    }
}

/// 8-point DCT of Arai, Agui and Nakajima; each result is [`AAN`] × √8 times the orthonormal one.
#[inline(always)]
fn points8(s: [f32; 8]) -> [f32; 8] {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = s;
    const SQRT_HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    let (t0, t7) = (s0 + s7, s0 - s7);
    let (t1, t6) = (s1 + s6, s1 - s6);
    let (t2, t5) = (s2 + s5, s2 - s5);
    let (t3, t4) = (s3 + s4, s3 - s4);

    let (e0, e3) = (t0 + t3, t0 - t3);
    let (e1, e2) = (t1 + t2, t1 - t2);
    let z1 = (e2 + e3) * SQRT_HALF;

    let (o0, o1, o2) = (t4 + t5, t5 + t6, t6 + t7);
    let z5 = (o0 - o2) * 0.382_683_43; // sin(π/8)
    let z2 = o0 * 0.541_196_1 + z5; // cos(π/8) - sin(π/8)
    let z4 = o2 * 1.306_563 + z5; // cos(π/8) + sin(π/8)
    let z3 = o1 * SQRT_HALF;
    let (z11, z13) = (t7 + z3, t7 - z3);
    [e0 + e1, z11 + z4, e3 + z1, z13 - z2, e0 - e1, z13 + z2, e3 - z1, z11 - z4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_are_those_of_the_definition() {
        let mut seed = 1u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        let samples: Samples = std::array::from_fn(|_| random());
        let quantisation: [u16; 64] = std::array::from_fn(|i| 1 + i as u16 % 7);
        let (mut found, mut masks) = ([[0; LANES]; 64], [0; LANES]);
        Quantiser::new(&quantisation).transform(&samples, &mut Scratch::new(), (&mut found, &mut masks));
        for lane in 0..LANES {
            for (k, natural) in ZIGZAG.iter().enumerate() {
                let (v, u) = (usize::from(*natural) / 8, usize::from(*natural) % 8);
                let basis = |at: usize, k: usize| match k {
                    0 => std::f64::consts::FRAC_1_SQRT_2,
                    _ => ((2 * at + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos(),
                };
                let mut sum = 0.0;
                for y in 0..8 {
                    for x in 0..8 {
                        let sample = f64::from(samples[y * 64 + lane * 8 + x]) - 128.0;
                        sum += sample * basis(x, u) * basis(y, v) / 4.0;
                    }
                }
                let expected = sum / f64::from(quantisation[usize::from(*natural)]);
                let value = found[k][lane];
                assert!((f64::from(value) - expected).abs() < 0.501, "{k}: {value}, not {expected}");
                assert_eq!(masks[lane] >> (63 - k) & 1, u64::from(value != 0));
            }
        }
    }
}
