//! What the decoders share.

use crate::{Error, Limits};

/// Bytes of memory that decoding takes for each pixel, at most: the decoder's own picture, ours and
/// what belongs to blocks.
pub(super) const BYTES_PER_PIXEL: u64 = 16;
/// Memory that decoders take however small the picture is.
const SCRATCH_BYTES: u64 = 16 << 20;

/// Fails before a picture is decoded that is larger than allowed.
pub(super) fn check(limits: &Limits, width: u32, height: u32, frame: &[u8]) -> Result<(), Error> {
    limits.check_sides(width, height)?;
    let pixels = u64::from(width) * u64::from(height);
    limits.check_memory(pixels * BYTES_PER_PIXEL + SCRATCH_BYTES + frame.len() as u64 * 3)?;
    limits.check_deadline()
}

/// Returns NAL units with start codes between them, of units with lengths of `length_bytes` before
/// them.
#[cfg(any(feature = "h264", feature = "h265"))]
pub(super) fn annex_b(mut frame: &[u8], length_bytes: usize, stream: &mut Vec<u8>) -> Result<(), Error> {
    while frame.len() > length_bytes {
        let (length, rest) = frame.split_at(length_bytes);
        let length = length.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
        // What is left over at the end is no unit.
        let Some(unit) = rest.get(..length) else {
            return Err(Error::damaged("a unit longer than its frame"));
        };
        stream.extend([0, 0, 0, 1]);
        stream.extend(unit);
        frame = &rest[length..];
    }
    Ok(())
}
