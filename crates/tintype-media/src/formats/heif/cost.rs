//! What decoding a HEIC takes.

use super::items::{HeifLayout, Tiles};
use crate::header::Header;

/// Returns an upper estimate in bytes of the peak memory of decoding, in the decoder's process.
pub(super) fn memory(header: &Header, stored: (u32, u32)) -> u64 {
    let Ok(layout) = header.detail::<HeifLayout>() else {
        return u64::MAX;
    };
    // More cannot be decoded anyway, and the sums stay within 64 bits.
    let pixels = (u64::from(layout.coded.0) * u64::from(layout.coded.1)).max(header.pixels()).min(1 << 40);
    let (small, planes) = (u64::from(stored.0) * u64::from(stored.1), pixels * layout.samples_in_two / 2);
    let decoding = tile(layout, &layout.picture, layout.samples_in_two);
    let resizing = u64::from(stored.0) * u64::from(header.height) + small * 3;
    let alpha = match layout.alpha.pieces.is_empty() {
        true => 0,
        // Its plane, and pixels at full size.
        false => tile(layout, &layout.alpha, 2).max(pixels * 10) + pixels,
    };
    // The file, and three copies of what is in a tile of it.
    let tiles = layout.picture.pieces.len().max(1) as u64;
    let file = header.scratch_bytes.saturating_add(header.scratch_bytes.saturating_mul(3) / tiles);
    file + planes + decoding.max(resizing).max(alpha) + small * 4 + (2 << 20)
}

/// Returns what the decoder takes for one coded picture: samples of 32 bits, a mark for each, and
/// what it knows of each block, of 16 pixels; with up to 63 samples more on each side.
fn tile(layout: &HeifLayout, tiles: &Tiles, samples_in_two: u64) -> u64 {
    let (width, height) = tiles.sides.unwrap_or(layout.coded);
    let pixels = (u64::from(width) + 63).saturating_mul(u64::from(height) + 63);
    pixels.min(1 << 40) * (samples_in_two * 5 + 4) / 2
}
