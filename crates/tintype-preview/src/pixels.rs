//! Pixels on their way to a picture: from planes to sRGB, smaller, upright.

pub(crate) mod colour;
pub(crate) mod planes;
pub(crate) mod turn;

use crate::{Layout, Pixels};

impl Pixels {
    /// Makes the picture smaller by a whole factor, each pixel the mean of a square.
    pub(crate) fn shrink(self, factor: u32) -> Self {
        if factor <= 1 {
            return self;
        }
        let channels = self.layout.channels();
        let (width, height) = (self.width.div_ceil(factor), self.height.div_ceil(factor));
        let mut data = Vec::with_capacity(width as usize * height as usize * channels);
        for row in 0..height {
            let rows = row * factor..((row + 1) * factor).min(self.height);
            for column in 0..width {
                let columns = column * factor..((column + 1) * factor).min(self.width);
                let mut sums = [0u32; 4];
                let mut count = 0;
                for y in rows.clone() {
                    let start = (y as usize * self.width as usize + columns.start as usize) * channels;
                    let end = start + columns.len() * channels;
                    for pixel in self.data[start..end].chunks_exact(channels) {
                        // Colours count by how opaque they are.
                        let weight = pixel.get(3).map_or(255, |alpha| u32::from(*alpha));
                        for (sum, sample) in sums.iter_mut().zip(&pixel[..3]) {
                            *sum += u32::from(*sample) * weight;
                        }
                        sums[3] += weight;
                        count += 1;
                    }
                }
                let weight = sums[3].max(1);
                data.extend(sums[..3].iter().map(|sum| ((sum + weight / 2) / weight) as u8));
                if self.layout == Layout::Rgba {
                    data.push(((sums[3] + count / 2) / count) as u8);
                }
            }
        }
        Self { width, height, layout: self.layout, data }
    }
}

/// Returns the largest whole factor by which sides can shrink while the longer stays at least
/// `edge`.
pub(crate) fn shrink_factor(width: u32, height: u32, edge: Option<u32>) -> u32 {
    edge.map_or(1, |edge| (width.max(height) / edge.max(1)).clamp(1, 16))
}
