//! Lanczos3 in double precision, pixel by pixel: what resized pictures should look like.

use std::f64::consts::PI;

/// Pixels with colours times alpha, all from 0 to 1.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pixels: Vec<[f64; 4]>,
}

fn lanczos(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 }
}

/// Returns the samples of a line that one of `count` is made of, of a part that begins at `start`
/// and is `len` long.
fn weights(index: u32, count: u32, (start, len): (f64, f64), line: u32) -> Vec<(u32, f64)> {
    let scale = len / f64::from(count);
    let centre = start + (f64::from(index) + 0.5) * scale - 0.5;
    let stretch = scale.max(1.0);
    let all = (0..line).map(|at| (at, lanczos((f64::from(at) - centre) / stretch)));
    let found: Vec<_> = all.filter(|(_, weight)| *weight != 0.0).collect();
    let sum: f64 = found.iter().map(|(_, weight)| weight).sum();
    found.into_iter().map(|(at, weight)| (at, weight / sum)).collect()
}

impl Reference {
    pub(crate) fn new(width: u32, height: u32, rgba: &[u8]) -> Self {
        let weigh = |pixel: &[u8; 4]| {
            let [red, green, blue, alpha] = pixel.map(|sample| f64::from(sample) / 255.0);
            [red * alpha, green * alpha, blue * alpha, alpha]
        };
        Self { width, height, pixels: rgba.as_chunks::<4>().0.iter().map(weigh).collect() }
    }

    fn at(&self, x: u32, y: u32) -> [f64; 4] {
        self.pixels[(y * self.width + x) as usize]
    }

    /// Resizes the part at `place` of the sides `part`.
    pub(crate) fn resized(&self, place: (f64, f64), part: (f64, f64), (width, height): (u32, u32)) -> Self {
        let columns: Vec<_> = (0..width).map(|x| weights(x, width, (place.0, part.0), self.width)).collect();
        let mut pixels = Vec::new();
        for y in 0..height {
            let rows = weights(y, height, (place.1, part.1), self.height);
            for columns in &columns {
                let mut sum = [0.0; 4];
                for (row, down) in &rows {
                    for (column, across) in columns {
                        let pixel = self.at(*column, *row);
                        sum.iter_mut().zip(pixel).for_each(|(sum, sample)| *sum += sample * down * across);
                    }
                }
                pixels.push(sum);
            }
        }
        Self { width, height, pixels }
    }

    /// Returns how far straight RGBA pixels are off at most, of 255; colours matter as much as they
    /// are seen.
    pub(crate) fn most_off(&self, rgba: &[u8]) -> f64 {
        let found = Self::new(self.width, self.height, rgba);
        assert_eq!(found.pixels.len(), self.pixels.len());
        let of_pixel = |(found, expected): (&[f64; 4], &[f64; 4])| {
            let alpha = expected[3].clamp(0.0, 1.0);
            let off = found.iter().zip(expected).map(|(found, expected)| (found - expected.clamp(0.0, alpha)).abs());
            off.fold(0.0, f64::max) * 255.0
        };
        found.pixels.iter().zip(&self.pixels).map(of_pixel).fold(0.0, f64::max)
    }

    /// Returns how far opaque RGBA pixels are off: in light at most, and in all samples on average.
    pub(crate) fn differences(&self, rgba: &[u8]) -> (f64, f64) {
        let found = Self::new(self.width, self.height, rgba);
        let (mut light, mut sum) = (0.0_f64, 0.0);
        for (found, expected) in found.pixels.iter().zip(&self.pixels) {
            let off: Vec<f64> = found.iter().zip(expected).map(|(a, b)| (a - b.clamp(0.0, 1.0)) * 255.0).collect();
            light = light.max((0.299 * off[0] + 0.587 * off[1] + 0.114 * off[2]).abs());
            sum += off[..3].iter().map(|off| off.abs()).sum::<f64>() / 3.0;
        }
        (light, sum / found.pixels.len() as f64)
    }
}
