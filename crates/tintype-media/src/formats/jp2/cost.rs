//! What decoding a JPEG 2000 takes.

use crate::header::Header;

/// Bytes for each sample: the coefficient, the transform's, and eight bits of it.
const BYTES_PER_SAMPLE: u64 = 9;

/// Returns an upper estimate in bytes of the peak memory of decoding, in the decoder's process.
pub(super) fn memory(header: &Header, stored: (u32, u32)) -> u64 {
    // More cannot be decoded anyway, and the sums stay within 64 bits.
    let samples = header.pixels().min(1 << 40) * header.samples.channels() as u64;
    let small = u64::from(stored.0) * u64::from(stored.1);
    2 * header.scratch_bytes + samples * BYTES_PER_SAMPLE + small * 8 + (1 << 20)
}
