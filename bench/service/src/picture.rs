//! Inputs made from nothing, with what photographs have: detail that falls off with its frequency,
//! grain, and edges.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Pixels, 8 bits of red, green and blue each.
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// A generator of numbers without pattern, the same at every run: Marsaglia's xorshift64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Returns a number between -1 and 1.
    fn signed(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

impl Picture {
    /// Paints noise of octaves that get weaker as they get finer, in three planes that resemble
    /// each other, with grain of so many levels on top.
    pub fn paint(width: usize, height: usize, grain: f32) -> Self {
        let mut random = Random::new(7);
        let mut pixels = vec![0; width * height * 3];
        let shared = octaves(width, height, &mut random);
        for channel in 0..3 {
            let own = octaves(width, height, &mut random);
            for (index, pixel) in pixels.iter_mut().skip(channel).step_by(3).enumerate() {
                let level = 128.0 + 90.0 * shared[index] + 30.0 * own[index] + grain * random.signed();
                *pixel = level.clamp(0.0, 255.0) as u8;
            }
        }
        Self { width, height, pixels }
    }

    /// Returns it as a baseline JPEG with halved colour planes, as cameras write them.
    pub fn jpeg(&self, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        let (width, height) = (self.width as u16, self.height as u16);
        encoder.encode(&self.pixels, width, height, ColorType::Rgb).expect("a vector takes every byte");
        bytes
    }

    /// Returns it as an RGB PNG.
    pub fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().expect("a vector takes every byte");
        writer.write_image_data(&self.pixels).expect("the sides are those of the pixels");
        writer.finish().expect("a vector takes every byte");
        bytes
    }
}

fn octaves(width: usize, height: usize, random: &mut Random) -> Vec<f32> {
    let mut sum = vec![0.0; width * height];
    let mut cell = width.max(height) / 2;
    let mut weight = 0.5;
    while cell >= 2 {
        let (columns, rows) = (width / cell + 2, height / cell + 2);
        let knots: Vec<f32> = (0..columns * rows).map(|_| random.signed()).collect();
        for y in 0..height {
            let (row, below) = (y / cell, (y % cell) as f32 / cell as f32);
            for x in 0..width {
                let (column, right) = (x / cell, (x % cell) as f32 / cell as f32);
                let knot = |row: usize, column: usize| knots[row * columns + column];
                let upper = knot(row, column) + right * (knot(row, column + 1) - knot(row, column));
                let lower = knot(row + 1, column) + right * (knot(row + 1, column + 1) - knot(row + 1, column));
                sum[y * width + x] += weight * (upper + below * (lower - upper));
            }
        }
        cell /= 2;
        weight *= 0.62;
    }
    sum
}

/// Returns where the last, least visible entries of a JPEG's first quantisation table are: another
/// value there is another file, which decodes just as well.
pub fn variable_bytes(jpeg: &[u8]) -> Option<std::ops::Range<usize>> {
    // Marker, length, table number, 64 entries.
    let table = jpeg.windows(5).position(|bytes| bytes[..2] == [0xff, 0xdb] && bytes[4] == 0)? + 5;
    (table + 64 <= jpeg.len()).then_some(table + 61..table + 64)
}
