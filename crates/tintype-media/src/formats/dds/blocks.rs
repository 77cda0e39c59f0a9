//! Blocks of 4 x 4 pixels (Microsoft, "Texture Block Compression in Direct3D 11": BC1 to BC3).

use super::header::BlockKind;

impl BlockKind {
    /// Returns the bytes of a block.
    pub(super) fn len(self) -> usize {
        if self == Self::Colours { 8 } else { 16 }
    }

    /// Returns the pixels of a block as RGBA, row by row.
    pub(super) fn pixels(self, block: &[u8]) -> [[u8; 4]; 16] {
        let (alpha, colours) = block.split_at(self.len() - 8);
        let mut pixels = colour_pixels(colours, self == Self::Colours);
        let number = alpha.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        match self {
            Self::Colours => {}
            Self::Bits => {
                for (index, pixel) in pixels.iter_mut().enumerate() {
                    pixel[3] = (number >> (4 * index) & 15) as u8 * 17;
                }
            }
            Self::Ends => {
                let levels = levels(alpha[0], alpha[1]);
                for (index, pixel) in pixels.iter_mut().enumerate() {
                    pixel[3] = levels[(number >> (16 + 3 * index) & 7) as usize];
                }
            }
        }
        pixels
    }
}

fn colour_pixels(block: &[u8], may_be_clear: bool) -> [[u8; 4]; 16] {
    let ends = [u16::from_le_bytes([block[0], block[1]]), u16::from_le_bytes([block[2], block[3]])];
    let indices = u32::from_le_bytes([block[4], block[5], block[6], block[7]]);
    let [first, second] = ends.map(|end| crate::masks::colour(end.into(), [0xF800, 0x07E0, 0x001F, 0]));
    let between = |a: u16, b: u16| {
        let mix = |index: usize| ((u16::from(first[index]) * a + u16::from(second[index]) * b) / (a + b)) as u8;
        [mix(0), mix(1), mix(2), 255]
    };
    let colours = match !may_be_clear || ends[0] > ends[1] {
        true => [between(1, 0), between(0, 1), between(2, 1), between(1, 2)],
        false => [between(1, 0), between(0, 1), between(1, 1), [0; 4]],
    };
    std::array::from_fn(|index| colours[(indices >> (2 * index) & 3) as usize])
}

fn levels(first: u8, second: u8) -> [u8; 8] {
    let (a, b) = (u16::from(first), u16::from(second));
    let between = |steps: u16, step: u16| ((a * (steps - step) + b * step) / steps) as u8;
    match first > second {
        true => {
            [first, second, between(7, 1), between(7, 2), between(7, 3), between(7, 4), between(7, 5), between(7, 6)]
        }
        false => [first, second, between(5, 1), between(5, 2), between(5, 3), between(5, 4), 0, 255],
    }
}
