//! A hash by which pictures that look alike are found.

use std::f32::consts::PI;

use crate::Pixels;

/// 64 bits of which pictures that look alike share most.
///
/// The signs of the 64 lowest frequencies of a cosine transform of 32 by 32 grey values, against
/// their median (pHash). Resizing, compressing and small changes of colour flip a few bits;
/// unrelated pictures differ in about 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PerceptualHash(pub u64);

impl PerceptualHash {
    /// Returns how many of the 64 bits differ.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

const SIDE: usize = 32;
const LOW: usize = 8;

/// Returns the hash of a picture, of which a thumbnail of 64 pixels tells enough; transparency
/// counts as white.
pub fn perceptual_hash(pixels: &Pixels) -> PerceptualHash {
    let grey = reduce(pixels);
    // Rows first, then columns, of the lowest frequencies alone.
    let mut cosines = [[0f32; SIDE]; LOW];
    for (frequency, row) in cosines.iter_mut().enumerate() {
        for (place, cosine) in row.iter_mut().enumerate() {
            *cosine = (PI / SIDE as f32 * (place as f32 + 0.5) * frequency as f32).cos();
        }
    }
    let mut rows = [[0f32; LOW]; SIDE];
    for (row, values) in rows.iter_mut().zip(grey.as_chunks::<SIDE>().0) {
        for (target, cosines) in row.iter_mut().zip(&cosines) {
            *target = values.iter().zip(cosines).map(|(value, cosine)| value * cosine).sum();
        }
    }
    let mut values = [0f32; LOW * LOW];
    for (index, value) in values.iter_mut().enumerate() {
        let (down, across) = (index / LOW, index % LOW);
        *value = rows.iter().zip(&cosines[down]).map(|(row, cosine)| row[across] * cosine).sum();
    }
    // The mean of the picture says nothing about its shapes.
    values[0] = 0.0;
    let mut sorted = values;
    sorted.sort_by(f32::total_cmp);
    let median = sorted[LOW * LOW / 2];
    let bits = values.iter().map(|value| u64::from(*value > median));
    PerceptualHash(bits.fold(0, |hash, bit| hash << 1 | bit))
}

/// Returns grey values of 32 by 32 squares of the picture.
fn reduce(pixels: &Pixels) -> Vec<f32> {
    let channels = pixels.layout.channels();
    let (width, height) = (pixels.width.max(1) as usize, pixels.height.max(1) as usize);
    let range = |index: usize, length: usize| {
        let start = index * length / SIDE;
        start..((index + 1) * length / SIDE).max(start + 1).min(length)
    };
    let mut grey = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        for column in 0..SIDE {
            let (mut sum, mut count) = (0.0, 0.0f32);
            for y in range(row, height) {
                for x in range(column, width) {
                    let Some(pixel) =
                        pixels.data.get((y * width + x) * channels..).and_then(|rest| rest.get(..channels))
                    else {
                        continue;
                    };
                    let luma = 0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2]);
                    let alpha = pixel.get(3).map_or(1.0, |alpha| f32::from(*alpha) / 255.0);
                    sum += luma * alpha + 255.0 * (1.0 - alpha);
                    count += 1.0;
                }
            }
            grey.push(sum / count.max(1.0));
        }
    }
    grey
}

#[cfg(test)]
mod tests {
    use super::perceptual_hash;
    use crate::{Layout, Pixels};

    fn picture(width: u32, height: u32, value: impl Fn(f32, f32) -> f32) -> Pixels {
        let pixel = |index: u32| {
            let (x, y) = ((index % width) as f32 / width as f32, (index / width) as f32 / height as f32);
            [(value(x, y).clamp(0.0, 1.0) * 255.0) as u8; 3]
        };
        Pixels { width, height, layout: Layout::Rgb, data: (0..width * height).flat_map(pixel).collect() }
    }

    #[test]
    fn sizes_and_brightness_change_little_and_other_pictures_much() {
        let hills = |x: f32, y: f32| 0.5 + 0.3 * (x * 7.0).sin() * (y * 3.0 + x).cos() + 0.15 * y;
        let one = perceptual_hash(&picture(64, 48, hills));
        let larger = perceptual_hash(&picture(200, 150, hills));
        let brighter = perceptual_hash(&picture(64, 48, |x, y| hills(x, y) * 0.8 + 0.15));
        let other = perceptual_hash(&picture(64, 48, |x, y| 0.5 + 0.4 * (y * 11.0).sin() * (x * 5.0 - y * 2.0).sin()));
        assert!(one.distance(larger) <= 4, "{}", one.distance(larger));
        assert!(one.distance(brighter) <= 4, "{}", one.distance(brighter));
        assert!(one.distance(other) > 15, "{}", one.distance(other));
    }
}
