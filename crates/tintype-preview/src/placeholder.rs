//! What stands for a picture until it is there.

use crate::{Layout, Pixels};

/// A few bytes and one colour for a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// The picture's [ThumbHash](https://evanw.github.io/thumbhash/), at most 25 bytes.
    pub thumb_hash: Vec<u8>,
    /// The dominant colour: red, green, blue.
    pub colour: [u8; 3],
}

impl Placeholder {
    /// Returns the colour as `#7a6b52`.
    pub fn colour_hex(&self) -> String {
        let [red, green, blue] = self.colour;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Pixels of either side that ThumbHash is made of, at most.
const MAX_SIDE: u32 = 100;

/// Returns the placeholder of a picture; a thumbnail of 64 pixels tells enough, and larger ones are
/// shrunk first.
pub fn placeholder(pixels: &Pixels) -> Placeholder {
    let factor = pixels.width.max(pixels.height).div_ceil(MAX_SIDE);
    let small = if factor > 1 { pixels.clone().shrink(factor) } else { pixels.clone() };
    let rgba: Vec<u8> = match small.layout {
        Layout::Rgba => small.data.clone(),
        Layout::Rgb => {
            small.data.as_chunks::<3>().0.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, 255]).collect()
        }
    };
    let thumb_hash = match rgba.is_empty() {
        true => Vec::new(),
        false => fast_thumbhash::rgba_to_thumb_hash(small.width as usize, small.height as usize, &rgba),
    };
    Placeholder { thumb_hash, colour: dominant(&rgba) }
}

/// Returns the mean of the fullest of 4,096 cells of colour, neighbours counted in part.
fn dominant(rgba: &[u8]) -> [u8; 3] {
    #[derive(Clone, Copy, Default)]
    struct Cell {
        weight: u32,
        sums: [u32; 3],
    }
    let mut cells = vec![Cell::default(); 4096];
    for pixel in rgba.as_chunks::<4>().0 {
        let index = usize::from(pixel[0] >> 4) << 8 | usize::from(pixel[1] >> 4) << 4 | usize::from(pixel[2] >> 4);
        let weight = u32::from(pixel[3] >> 4);
        cells[index].weight += weight;
        for (sum, sample) in cells[index].sums.iter_mut().zip(pixel) {
            *sum += u32::from(*sample) * weight;
        }
    }
    let score = |index: usize| -> u32 {
        let near = |step: usize, part: usize| {
            let below = if part > 0 { cells[index - step].weight } else { 0 };
            let above = if part < 15 { cells[index + step].weight } else { 0 };
            (below + above) / 2
        };
        cells[index].weight + near(256, index >> 8) + near(16, index >> 4 & 15) + near(1, index & 15)
    };
    let filled = (0..4096).filter(|index| cells[*index].weight > 0);
    match filled.max_by_key(|index| score(*index)) {
        Some(best) => cells[best].sums.map(|sum| (sum / cells[best].weight) as u8),
        // Nothing but transparency.
        None => [255; 3],
    }
}

#[cfg(test)]
mod tests {
    use super::placeholder;
    use crate::{Layout, Pixels};

    #[test]
    fn the_colour_is_the_one_that_most_pixels_have() {
        let mut data = [30, 60, 200, 255].repeat(64 * 40);
        data.extend([250, 250, 240, 255].repeat(64 * 20));
        data.extend([200, 0, 0, 0].repeat(64 * 4));
        let found = placeholder(&Pixels { width: 64, height: 64, layout: Layout::Rgba, data });
        assert_eq!(found.colour_hex(), "#1e3cc8");
        assert!((5..=25).contains(&found.thumb_hash.len()));
    }

    #[test]
    fn transparent_and_tiny_pictures_have_one_too() {
        for (width, height) in [(1, 1), (1, 64), (64, 1), (300, 2)] {
            let data = vec![0; width as usize * height as usize * 4];
            let found = placeholder(&Pixels { width, height, layout: Layout::Rgba, data });
            assert_eq!(found.colour, [255; 3]);
        }
    }
}
