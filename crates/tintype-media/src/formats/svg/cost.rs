//! What drawing an SVG takes.

use crate::header::Header;

/// Returns an upper estimate in bytes of the peak memory of drawing, in the decoder's process.
pub(super) fn memory(header: &Header, stored: (u32, u32)) -> u64 {
    // Groups that are see-through, masked or filtered are drawn on layers of their own, one in the
    // other.
    const LAYERS: u64 = 12;
    header.scratch_bytes.saturating_add(u64::from(stored.0) * u64::from(stored.1) * 4 * LAYERS)
}
