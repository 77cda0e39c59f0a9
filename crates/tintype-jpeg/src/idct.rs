//! Inverse transforms of eight blocks at once, at every scale.
//!
//! Lane by lane plain `f32` arithmetic on adjacent data, with neither shuffles nor branches, so
//! that the compiler makes vector code of it for whatever instructions it may use, with the same
//! results for all of them. A reduced transform is the inverse DCT of 1 to 6 points of the block's
//! low-frequency corner, which is what a perfect low-pass filter in the DCT domain would leave
//! (Dugad and Ahuja 2001, "A fast scheme for image size change in the compressed domain").

use crate::{block::LANES, scale::Scale};

/// Multipliers of the coefficients at one scale: the quantisation table with the transform's
/// constants folded in, row-major.
pub(crate) struct Dequantiser {
    scale: Scale,
    factors: [f32; 64],
}

/// Samples of eight neighbouring blocks, row by row: a row holds 8 × the block's side of them.
pub(crate) type Samples = [u8; 64 * LANES];

/// First factor of each frequency in the 8-point transform of Arai, Agui and Nakajima, and what is
/// left of it for the multiplications inside: cos(kπ/16) × √2, 1 for k = 0.
pub(crate) const AAN: [f64; 8] = [
    1.0,
    1.387_039_845_322_147_5,
    1.306_562_964_876_376_5,
    1.175_875_602_419_358_7,
    1.0,
    0.785_694_958_387_102_2,
    0.541_196_100_146_197,
    0.275_899_379_282_943_1,
];

impl Dequantiser {
    /// For a quantisation table in natural order.
    pub(crate) fn new(scale: Scale, quantisation: &[u16; 64]) -> Self {
        let side = scale.block_side() as usize;
        let mut factors = [0.0; 64];
        for (i, factor) in factors.iter_mut().enumerate().take(side * side) {
            let (row, column) = (i / side, i % side);
            let fold = if side == 8 { AAN[row] * AAN[column] } else { 1.0 };
            // The coefficient of frequency 0 is eight times the mean.
            *factor = (f64::from(quantisation[row * 8 + column]) * fold / 8.0) as f32;
        }
        Self { scale, factors }
    }

    /// Samples of eight blocks from their coefficients, which begin `coefficients`: those of a
    /// frequency for all eight blocks, then the next frequency.
    #[inline(always)]
    pub(crate) fn transform(&self, coefficients: &[i16], out: &mut Samples) {
        match self.scale {
            Scale::Full => {
                if let Some(c) = coefficients.first_chunk() {
                    full(c, &self.factors, out);
                }
            }
            Scale::Half => {
                if let Some(c) = coefficients.first_chunk() {
                    half(c, &self.factors, out);
                }
            }
            Scale::ThreeEighths => reduced(coefficients, &self.factors, points3, out),
            Scale::FiveEighths => reduced(coefficients, &self.factors, points5, out),
            Scale::ThreeQuarters => reduced(coefficients, &self.factors, points6, out),
            Scale::Quarter => {
                if let Some(c) = coefficients.first_chunk() {
                    quarter(c, &self.factors, out);
                }
            }
            Scale::Eighth => {
                if let Some(c) = coefficients.first_chunk() {
                    eighth(c, &self.factors, out);
                }
            }
        }
    }
}

/// The nearest sample value, 0 to 255, in the low bits. `x` is the sample without the level shift.
#[inline(always)]
fn sample(x: f32) -> u32 {
    let x = x + 128.0;
    let x = if x > 0.0 { x } else { 0.0 };
    let x = if x < 255.0 { x } else { 255.0 };
    // Adding 2^23 leaves the rounded integer in the low bits of the mantissa.
    (x + 8_388_608.0).to_bits() & 0xFF
}

#[inline(always)]
fn load(c: &[i16], factors: &[f32; 64], frequency: usize, lane: usize) -> f32 {
    f32::from(c[frequency * LANES + lane]) * factors[frequency]
}

#[inline(always)]
fn eighth(c: &[i16; LANES], factors: &[f32; 64], out: &mut Samples) {
    for (lane, out) in out.iter_mut().enumerate().take(LANES) {
        *out = sample(load(c, factors, 0, lane)) as u8;
    }
}

#[inline(always)]
fn quarter(c: &[i16; 4 * LANES], factors: &[f32; 64], out: &mut Samples) {
    let mut rows = [[0u32; LANES]; 2];
    let [above, below] = &mut rows;
    for lane in 0..LANES {
        let (mean, across) = (load(c, factors, 0, lane), load(c, factors, 1, lane));
        let (down, both) = (load(c, factors, 2, lane), load(c, factors, 3, lane));
        let (left, right) = (mean + across, mean - across);
        let (left_down, right_down) = (down + both, down - both);
        above[lane] = sample(left + left_down) | sample(right + right_down) << 8;
        below[lane] = sample(left - left_down) | sample(right - right_down) << 8;
    }
    for (row, out) in rows.iter().zip(out.as_chunks_mut::<{ 2 * LANES }>().0) {
        for (pair, out) in row.iter().zip(out.as_chunks_mut::<2>().0) {
            *out = (*pair as u16).to_le_bytes();
        }
    }
}

/// Inverse 4-point DCT, orthonormal but for a factor of 2.
#[inline(always)]
fn points4(a: f32, b: f32, c: f32, d: f32) -> (f32, f32, f32, f32) {
    const COS: f32 = 1.306_563; // √2 cos(π/8)
    const SIN: f32 = 0.541_196_1; // √2 sin(π/8)
    let (even, odd) = (a + c, b * COS + d * SIN);
    let (even2, odd2) = (a - c, b * SIN - d * COS);
    (even + odd, even2 + odd2, even2 - odd2, even - odd)
}

#[inline(always)]
fn half(c: &[i16; 16 * LANES], factors: &[f32; 64], out: &mut Samples) {
    let mut columns = [[[0f32; LANES]; 4]; 4];
    for (x, [p, q, r, s]) in columns.iter_mut().enumerate() {
        for lane in 0..LANES {
            (p[lane], q[lane], r[lane], s[lane]) = points4(
                load(c, factors, x, lane),
                load(c, factors, 4 + x, lane),
                load(c, factors, 8 + x, lane),
                load(c, factors, 12 + x, lane),
            );
        }
    }
    let [a, b, c, d] = &columns;
    for (y, out) in out.as_chunks_mut::<{ 4 * LANES }>().0.iter_mut().enumerate().take(4) {
        let mut row = [0u32; LANES];
        for lane in 0..LANES {
            let (p, q, r, s) = points4(a[y][lane], b[y][lane], c[y][lane], d[y][lane]);
            row[lane] = sample(p) | sample(q) << 8 | sample(r) << 16 | sample(s) << 24;
        }
        for (samples, out) in row.iter().zip(out.as_chunks_mut::<4>().0) {
            *out = samples.to_le_bytes();
        }
    }
}

/// Inverse 3-point DCT, scaled like the one of 4.
#[inline(always)]
fn points3([a, b, c]: [f32; 3]) -> [f32; 3] {
    const COS: f32 = 1.224_744_9; // √2 cos(π/6)
    let (even, odd) = (a + c * std::f32::consts::FRAC_1_SQRT_2, b * COS);
    [even + odd, a - c * std::f32::consts::SQRT_2, even - odd]
}

/// Inverse 5-point DCT, scaled like the one of 4.
#[inline(always)]
fn points5([a, b, c, d, e]: [f32; 5]) -> [f32; 5] {
    const COS1: f32 = 1.344_997; // √2 cos(π/10)
    const COS2: f32 = 1.144_122_8; // √2 cos(2π/10)
    const COS3: f32 = 0.831_253_9; // √2 cos(3π/10)
    const COS4: f32 = 0.437_016; // √2 cos(4π/10)
    let (even, odd) = (a + c * COS2 + e * COS4, b * COS1 + d * COS3);
    let (even2, odd2) = (a - c * COS4 - e * COS2, b * COS3 - d * COS1);
    [even + odd, even2 + odd2, a + (e - c) * std::f32::consts::SQRT_2, even2 - odd2, even - odd]
}

/// Inverse 6-point DCT, scaled like the one of 4.
#[inline(always)]
fn points6([a, b, c, d, e, f]: [f32; 6]) -> [f32; 6] {
    const COS1: f32 = 1.366_025_4; // √2 cos(π/12)
    const COS2: f32 = 1.224_744_9; // √2 cos(2π/12)
    const COS5: f32 = 0.366_025_4; // √2 cos(5π/12)
    let half = a + e * std::f32::consts::FRAC_1_SQRT_2;
    let (even, odd) = (half + c * COS2, b * COS1 + d + f * COS5);
    let (even2, odd2) = (a - e * std::f32::consts::SQRT_2, b - d - f);
    let (even3, odd3) = (half - c * COS2, b * COS5 - d + f * COS1);
    [even + odd, even2 + odd2, even3 + odd3, even3 - odd3, even2 - odd2, even - odd]
}

/// Samples of a corner of `N` × `N` coefficients, 3 to 6 of them to a side.
#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "an index over lanes is what vectorises")]
fn reduced<const N: usize>(c: &[i16], factors: &[f32; 64], points: impl Fn([f32; N]) -> [f32; N], out: &mut Samples) {
    let Some(c) = c.get(..N * N * LANES) else {
        return;
    };
    let mut columns = [[[0f32; LANES]; N]; N];
    for (x, column) in columns.iter_mut().enumerate() {
        for lane in 0..LANES {
            let values = points(std::array::from_fn(|y| load(c, factors, y * N + x, lane)));
            for (to, value) in column.iter_mut().zip(values) {
                to[lane] = value;
            }
        }
    }
    for y in 0..N {
        let (mut left, mut right) = ([0u32; LANES], [0u32; LANES]);
        for lane in 0..LANES {
            let values = points(std::array::from_fn(|x| columns[x][y][lane])).map(sample);
            for (x, value) in values.into_iter().enumerate() {
                let word = if x < 4 { &mut left } else { &mut right };
                word[lane] |= value << (8 * (x % 4));
            }
        }
        for lane in 0..LANES {
            let samples = (u64::from(left[lane]) | u64::from(right[lane]) << 32).to_le_bytes();
            // Eight at once; the next block's take the place of what is not this one's.
            let start = (y * LANES + lane) * N;
            if let Some(out) = out[start..].first_chunk_mut() {
                *out = samples;
            }
        }
    }
}

/// Inverse 8-point DCT of Arai, Agui and Nakajima on coefficients scaled by [`AAN`].
#[inline(always)]
fn points8(s: [f32; 8]) -> [f32; 8] {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = s;
    const SQRT2: f32 = std::f32::consts::SQRT_2;
    let (e0, e1) = (s0 + s4, s0 - s4);
    let e3 = s2 + s6;
    let e2 = (s2 - s6) * SQRT2 - e3;
    let (t0, t3) = (e0 + e3, e0 - e3);
    let (t1, t2) = (e1 + e2, e1 - e2);

    let (z13, z10) = (s5 + s3, s5 - s3);
    let (z11, z12) = (s1 + s7, s1 - s7);
    let t7 = z11 + z13;
    let o1 = (z11 - z13) * SQRT2;
    let z5 = (z10 + z12) * 1.847_759_1; // 2 cos(π/8)
    let o0 = z5 - z12 * 1.082_392_2; // 2 (cos(π/8) - cos(3π/8))
    let o2 = z5 - z10 * 2.613_126; // 2 (cos(π/8) + cos(3π/8))
    let t6 = o2 - t7;
    let t5 = o1 - t6;
    let t4 = o0 - t5;
    [t0 + t7, t1 + t6, t2 + t5, t3 + t4, t3 - t4, t2 - t5, t1 - t6, t0 - t7]
}

#[inline(always)]
#[expect(clippy::needless_range_loop, reason = "an index over lanes is what vectorises")]
fn full(c: &[i16; 64 * LANES], factors: &[f32; 64], out: &mut Samples) {
    let mut columns = [[[0f32; LANES]; 8]; 8];
    for (x, column) in columns.iter_mut().enumerate() {
        for lane in 0..LANES {
            let values = points8([
                load(c, factors, x, lane),
                load(c, factors, 8 + x, lane),
                load(c, factors, 16 + x, lane),
                load(c, factors, 24 + x, lane),
                load(c, factors, 32 + x, lane),
                load(c, factors, 40 + x, lane),
                load(c, factors, 48 + x, lane),
                load(c, factors, 56 + x, lane),
            ]);
            for y in 0..8 {
                column[y][lane] = values[y];
            }
        }
    }
    for (y, out) in out.as_chunks_mut::<{ 8 * LANES }>().0.iter_mut().enumerate() {
        let (mut left, mut right) = ([0u32; LANES], [0u32; LANES]);
        for lane in 0..LANES {
            let [a, b, c, d, e, f, g, h] = points8([
                columns[0][y][lane],
                columns[1][y][lane],
                columns[2][y][lane],
                columns[3][y][lane],
                columns[4][y][lane],
                columns[5][y][lane],
                columns[6][y][lane],
                columns[7][y][lane],
            ]);
            left[lane] = sample(a) | sample(b) << 8 | sample(c) << 16 | sample(d) << 24;
            right[lane] = sample(e) | sample(f) << 8 | sample(g) << 16 | sample(h) << 24;
        }
        for (lane, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            *out = (u64::from(left[lane]) | u64::from(right[lane]) << 32).to_le_bytes();
        }
    }
}
