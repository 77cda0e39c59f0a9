//! What decoding an AVIF takes.

use crate::formats::heif::HeifLayout;
use crate::header::Header;

/// Returns an upper estimate in bytes of the peak memory of decoding, in the decoder's process.
pub(super) fn memory(header: &Header, stored: (u32, u32)) -> u64 {
    let Ok(layout) = header.detail::<HeifLayout>() else {
        return u64::MAX;
    };
    // More cannot be decoded anyway, and the sums stay within 64 bits.
    let pixels = (u64::from(layout.coded.0) * u64::from(layout.coded.1)).max(header.pixels()).min(1 << 40);
    let (bytes, small) = (if layout.deep { 2 } else { 1 }, u64::from(stored.0) * u64::from(stored.1));
    let planes = pixels * layout.samples_in_two / 2;
    // The decoder's picture, and what it knows of each block; ours beside it.
    let decoding = planes * bytes + pixels / 8 + planes;
    // With alpha its plane, and pixels at full size.
    let resizing = if layout.alpha.pieces.is_empty() {
        planes + u64::from(stored.0) * u64::from(header.height) + small * 3
    } else {
        planes + pixels * (bytes + 1 + 3 + 3 + 4)
    };
    // What a file that is cut short lacks is made up, here and in the decoder.
    let is_cut = [&layout.picture, &layout.alpha].iter().any(|tiles| tiles.missing(header.scratch_bytes) > 0);
    let made_up = if is_cut { 2 * made_up(pixels) } else { 0 };
    header.scratch_bytes + decoding.max(resizing) + made_up + small * 4 + (1 << 20)
}

/// Returns how many bytes are made up for a picture that is cut short: more than a decoder reads
/// where it takes them for a picture.
pub(super) fn made_up(pixels: u64) -> u64 {
    pixels / 2 + (1 << 16)
}
