//! What decoding a JPEG XL takes.

use crate::ColourMode;
use crate::header::Header;

/// Returns an upper estimate in bytes of the peak memory of decoding, in the decoder's process.
pub(super) fn memory(header: &Header, stored: (u32, u32)) -> u64 {
    let (pixels, small) = (header.pixels(), u64::from(stored.0) * u64::from(stored.1));
    // Colours are three channels of 32 bits even where the picture is grey, twice while filters run
    // over them, and then of eight bits.
    let channels = if matches!(header.mode, ColourMode::GreyAlpha | ColourMode::Rgba) { 4 } else { 3 };
    let decoding = pixels.saturating_mul(channels * 4 * 2 + channels);
    header.scratch_bytes.saturating_add(decoding).saturating_add(small * 4 + (4 << 20))
}
