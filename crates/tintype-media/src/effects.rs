//! Blur and sharpening.

use fast_image_resize::FilterType;

use crate::filter::{Area, Value, resample};
use crate::{Error, Limits};

/// Larger deviations are blurred at a smaller size, in which they are this large: nothing finer is
/// left anyway.
const MAX_DEVIATION: f32 = 6.0;

/// Rows between two looks at the clock.
const ROWS_BETWEEN_LOOKS: usize = 64;

/// Returns pixels under a Gaussian blur, those at the edges repeated beyond them; `deviation` is in
/// pixels, across and down.
pub(crate) fn blurred<S: Value>(
    pixels: &[S],
    channels: usize,
    sides: (u32, u32),
    deviation: (f32, f32),
    limits: &Limits,
) -> Result<Vec<S>, Error> {
    if deviation.0.max(deviation.1) <= MAX_DEVIATION {
        return gaussian(pixels, channels, sides, deviation, limits);
    }
    let reduce = |side: u32, deviation: f32| {
        let small = side as f32 / (deviation / MAX_DEVIATION).max(1.0);
        (small.round() as u32).clamp(1, side)
    };
    let small_sides = (reduce(sides.0, deviation.0), reduce(sides.1, deviation.1));
    let small = resample(pixels, channels, sides, Area::whole(sides), small_sides, FilterType::Box)?;
    limits.check_deadline()?;
    let scale = |small: u32, side: u32| small as f32 / side as f32;
    let deviation = (deviation.0 * scale(small_sides.0, sides.0), deviation.1 * scale(small_sides.1, sides.1));
    let small = gaussian(&small, channels, small_sides, deviation, limits)?;
    resample(&small, channels, small_sides, Area::whole(small_sides), sides, FilterType::CatmullRom)
}

/// Adds to pixels what a blur takes from them; the last of `colours` channels and those after it
/// stay as they are.
pub(crate) fn sharpened<S: Value>(
    pixels: &[S],
    (colours, channels): (usize, usize),
    sides: (u32, u32),
    deviation: f32,
    limits: &Limits,
) -> Result<Vec<S>, Error> {
    let mut made = blurred(pixels, channels, sides, (deviation, deviation), limits)?;
    for (made, pixel) in made.chunks_exact_mut(channels).zip(pixels.chunks_exact(channels)) {
        for (channel, (made, sample)) in made.iter_mut().zip(pixel).enumerate() {
            *made = if channel < colours { S::nearest(2.0 * sample.to_f32() - made.to_f32()) } else { *sample };
        }
    }
    Ok(made)
}

/// The blur by its definition: columns, then rows.
fn gaussian<S: Value>(
    pixels: &[S],
    channels: usize,
    (width, height): (u32, u32),
    deviation: (f32, f32),
    limits: &Limits,
) -> Result<Vec<S>, Error> {
    let (across, down) = (weights(deviation.0), weights(deviation.1));
    let (reach, last) = (down.len() / 2, height as usize - 1);
    let row_len = width as usize * channels;
    let margin = across.len() / 2 * channels;
    let mut column = vec![0.0_f32; row_len + 2 * margin];
    let mut sums = vec![0.0_f32; row_len];
    let mut made = Vec::with_capacity(pixels.len());
    for y in 0..height as usize {
        if y.is_multiple_of(ROWS_BETWEEN_LOOKS) {
            limits.check_deadline()?;
        }
        let inner = &mut column[margin..margin + row_len];
        inner.fill(0.0);
        for (index, weight) in down.iter().enumerate() {
            let row = (y + index).saturating_sub(reach).min(last);
            add(inner, &pixels[row * row_len..][..row_len], *weight);
        }
        column.copy_within(margin..margin + channels, 0);
        for at in channels..margin {
            column[at] = column[at - channels];
        }
        for at in margin + row_len..column.len() {
            column[at] = column[at - channels];
        }
        sums.fill(0.0);
        for (index, weight) in across.iter().enumerate() {
            add(&mut sums, &column[index * channels..][..row_len], *weight);
        }
        made.extend(sums.iter().map(|sum| S::nearest(*sum)));
    }
    Ok(made)
}

fn add<S: Value>(sums: &mut [f32], samples: &[S], weight: f32) {
    crate::simd::vectorised(
        #[inline(always)]
        || {
            for (sum, sample) in sums.iter_mut().zip(samples) {
                *sum += sample.to_f32() * weight;
            }
        },
    );
}

/// Returns the weights of a Gaussian up to three deviations, which add up to one.
fn weights(deviation: f32) -> Vec<f32> {
    let reach = (3.0 * deviation).ceil() as i32;
    let weight = |at: i32| (-0.5 * (at as f32 / deviation.max(1e-3)).powi(2)).exp();
    let sum: f32 = (-reach..=reach).map(weight).sum();
    (-reach..=reach).map(|at| weight(at) / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bright square on black.
    fn square(side: u32) -> Vec<u8> {
        let inside = |at: u32| (side / 4..side * 3 / 4).contains(&at);
        (0..side * side).map(|i| if inside(i % side) && inside(i / side) { 200 } else { 0 }).collect()
    }

    /// The blur in double precision, sample by sample.
    fn reference(pixels: &[u8], side: u32, deviation: f64) -> Vec<f64> {
        let reach = (4.0 * deviation).ceil() as i64;
        let weight = |at: i64| (-0.5 * (at as f64 / deviation).powi(2)).exp();
        let sum: f64 = (-reach..=reach).map(weight).sum();
        let inside = |at: i64| at.clamp(0, i64::from(side) - 1) as usize;
        let pass = |from: &dyn Fn(usize, usize) -> f64, across: bool| -> Vec<f64> {
            let at = |x: usize, y: usize, by: i64| match across {
                true => from(inside(x as i64 + by), y),
                false => from(x, inside(y as i64 + by)),
            };
            let side = side as usize;
            (0..side * side)
                .map(|i| (-reach..=reach).map(|by| at(i % side, i / side, by) * weight(by) / sum).sum())
                .collect()
        };
        let width = side as usize;
        let columns = pass(&|x, y| f64::from(pixels[y * width + x]), false);
        pass(&|x, y| columns[y * width + x], true)
    }

    #[test]
    fn a_blur_is_gaussian_at_any_deviation() {
        let side = 96;
        let pixels = square(side);
        for deviation in [0.3, 1.0, 2.5, 6.0, 9.0, 20.0] {
            let found = blurred(&pixels, 1, (side, side), (deviation, deviation), &Limits::default()).unwrap();
            let expected = reference(&pixels, side, deviation.into());
            for (found, expected) in found.iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 4.0, "{found}, not {expected}, at {deviation}");
            }
        }
    }

    #[test]
    fn sharpening_leaves_flat_parts_and_alpha() {
        let flat = [0.5_f32, 0.25, 0.5].repeat(100);
        let made = sharpened(&flat, (2, 3), (10, 10), 2.0, &Limits::default()).unwrap();
        assert!(made.iter().zip(&flat).all(|(made, flat)| (made - flat).abs() < 1e-5));
        let made = sharpened(&square(40), (1, 1), (40, 40), 1.0, &Limits::default()).unwrap();
        assert!(made[20 * 40 + 10] > 220 && made[20 * 40 + 20] == 200, "{} {}", made[20 * 40 + 10], made[20 * 40 + 20]);
    }
}
