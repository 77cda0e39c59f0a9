//! A bitmap without a file header, and the mask of one bit below it.

use crate::frame::{Frame, Samples};
use crate::header::Header;
use crate::{Error, Format, masks};

/// Colours without masks of their own: five bits each, or eight.
const MASKS_16: [u32; 4] = [0x7C00, 0x03E0, 0x001F, 0];
const MASKS_24: [u32; 4] = [0xFF_0000, 0xFF00, 0xFF, 0];
const MASKS_32: [u32; 4] = [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000];

/// Returns the pixels as RGBA. Alpha in them wins over the mask; what is missing of the mask is
/// opaque, and what is missing of the pixels is clear.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Frame, Error> {
    let (width, height) = (header.width as usize, header.height as usize);
    let bitmap = Bitmap::parse(bytes)?;
    let stride = |bits: usize| (width * bits).div_ceil(32) * 4;
    let colours = bytes.get(bitmap.pixels..).unwrap_or_default();
    let mask = colours.get(stride(bitmap.bits).saturating_mul(height)..).unwrap_or_default();
    if colours.is_empty() {
        return Err(Error::malformed(Format::Ico, "bitmap is cut short"));
    }
    let mut pixels = vec![0; width * height * 4];
    // By the mask, for a bitmap without alpha.
    let mut opacity = vec![0; width * height];
    for (index, line) in colours.chunks(stride(bitmap.bits)).take(height).enumerate() {
        let y = if bitmap.top_down { index } else { height - 1 - index };
        let hidden = mask.get(index * stride(1)..).unwrap_or_default();
        for x in 0..width {
            let Some(value) = bitmap.value(line, x) else {
                break;
            };
            let at = y * width + x;
            pixels[at * 4..][..4].copy_from_slice(&bitmap.colour(value));
            let is_hidden = hidden.get(x / 8).is_some_and(|byte| byte & 0x80 >> (x % 8) != 0);
            opacity[at] = if is_hidden { 0 } else { u8::MAX };
        }
    }
    let (pixel, _) = pixels.as_chunks_mut::<4>();
    if pixel.iter().all(|pixel| pixel[3] == 0) {
        pixel.iter_mut().zip(opacity).for_each(|(pixel, opacity)| pixel[3] = opacity);
    }
    Ok(Frame { width: header.width, height: header.height, samples: Samples::Rgba, pixels })
}

struct Bitmap {
    bits: usize,
    top_down: bool,
    palette: Vec<[u8; 4]>,
    /// Red, green, blue and alpha of pixels without a palette.
    masks: [u32; 4],
    /// Where the pixels begin.
    pixels: usize,
}

impl Bitmap {
    fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let cut = || Error::malformed(Format::Ico, "header of the bitmap is cut short");
        let word = |at: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
        let size = word(0).ok_or_else(cut)?;
        let old = size == 12;
        let bits = bytes.get(if old { 10 } else { 14 }).copied().ok_or_else(cut)?;
        let compression = if old { 0 } else { word(16).ok_or_else(cut)? };
        let used = if old { 0 } else { word(32).ok_or_else(cut)? };
        let mut start = size as usize;
        let masks = match (bits, compression) {
            (1 | 2 | 4 | 8, 0) => [0; 4],
            (16, 0) => MASKS_16,
            (24, 0) => MASKS_24,
            (32, 0) => MASKS_32,
            (16 | 32, 3) => {
                if size == 40 {
                    start += 12;
                }
                let alpha = if size >= 56 { word(52) } else { Some(0) };
                let masks = [word(40), word(44), word(48), alpha];
                [
                    masks[0].ok_or_else(cut)?,
                    masks[1].ok_or_else(cut)?,
                    masks[2].ok_or_else(cut)?,
                    alpha.ok_or_else(cut)?,
                ]
            }
            _ => {
                let message = format!("a bitmap of `{bits}` bits, compression `{compression}`");
                return Err(Error::unsupported(Format::Ico, message));
            }
        };
        let most = if bits <= 8 { 1 << bits } else { 0 };
        // A palette may stand before deeper pixels too, and is not needed.
        let count = if used == 0 { most } else { used.min(256) };
        let entry = if old { 3 } else { 4 };
        let palette = bytes.get(start..).unwrap_or_default().chunks_exact(entry).take(count as usize);
        let palette = palette.map(|colour| [colour[2], colour[1], colour[0], 0]).collect();
        let pixels = start + count as usize * entry;
        let top_down = !old && word(8).ok_or_else(cut)?.cast_signed() < 0;
        Ok(Self { bits: bits.into(), top_down, palette, masks, pixels })
    }

    /// Returns the bits of the pixel at `x`, or none where the line ends before.
    fn value(&self, line: &[u8], x: usize) -> Option<u32> {
        if self.bits < 8 {
            let bit = x * self.bits;
            let byte = u32::from(*line.get(bit / 8)?);
            return Some(byte >> (8 - self.bits - bit % 8) & ((1 << self.bits) - 1));
        }
        let len = self.bits / 8;
        let bytes = line.get(x * len..(x + 1) * len)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    fn colour(&self, value: u32) -> [u8; 4] {
        if self.bits <= 8 {
            return self.palette.get(value as usize).copied().unwrap_or_default();
        }
        masks::colour(value, self.masks)
    }
}
