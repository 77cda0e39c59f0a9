//! Files that are packed with gzip (RFC 1952).

use std::io::{self, Read, Seek};

use flate2::read::GzDecoder;

use crate::reader::BoundedReader;

/// Bytes that are enough to see what is inside.
pub(crate) const HEAD_BYTES: usize = 64 << 10;

/// Says whether a file begins with gzip's header: two bytes, the only method, and no flag that was
/// never defined.
pub(crate) fn is_packed(head: &[u8]) -> bool {
    matches!(head, [0x1F, 0x8B, 8, flags, ..] if flags & 0xE0 == 0)
}

/// Returns at most `most` bytes of what is inside: of a beginning, or of a damaged file, what there
/// is.
pub(crate) fn unpack(packed: &[u8], most: usize) -> Vec<u8> {
    let mut unpacked = Vec::new();
    let _ = GzDecoder::new(packed).take(most as u64).read_to_end(&mut unpacked);
    unpacked
}

/// Returns how many bytes a file says are inside: its last four.
pub(crate) fn stated_len(packed: &[u8]) -> usize {
    packed.last_chunk::<4>().map_or(0, |len| u32::from_le_bytes(*len) as usize)
}

/// Returns [`stated_len`] of a file.
pub(crate) fn unpacked_len<R: Read + Seek>(source: &mut BoundedReader<R>) -> io::Result<u64> {
    let end = source.len().saturating_sub(4);
    Ok(stated_len(&source.read_up_to(end, 4)?) as u64)
}
