//! What archives tell: how many files, and how large unpacked.

use crate::input::Input;
use crate::zip::Zip;
use crate::{Error, Metadata};

/// Headers of a tar archive that are looked at.
const MAX_HEADERS: usize = 1_000_000;

pub(crate) fn zip(input: &mut Input<'_>, zip: &Zip, metadata: &mut Metadata) -> Result<(), Error> {
    let (mut files, mut bytes) = (0u64, 0u64);
    zip.each(input, |entry| {
        if !entry.name.ends_with('/') {
            files += 1;
            bytes = bytes.saturating_add(entry.size);
        }
        true
    })?;
    (metadata.entries, metadata.uncompressed_size) = (Some(files), Some(bytes));
    Ok(())
}

pub(crate) fn tar(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let (mut files, mut bytes, mut at) = (0u64, 0u64, 0u64);
    for _ in 0..MAX_HEADERS {
        let header = input.read_up_to(at, 512)?;
        if header.len() < 512 || header.iter().all(|byte| *byte == 0) {
            break;
        }
        let Some(size) = number(&header[124..136]) else {
            break;
        };
        // Regular files; others describe them, or are folders and links.
        if matches!(header[156], 0 | b'0' | b'7') {
            files += 1;
            bytes = bytes.saturating_add(size);
        }
        let Some(next) = size.checked_next_multiple_of(512).and_then(|size| at.checked_add(512 + size)) else {
            break;
        };
        at = next;
    }
    (metadata.entries, metadata.uncompressed_size) = (Some(files), Some(bytes));
    Ok(())
}

/// Reads octal digits, or binary as GNU writes large numbers.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        return Some(field[4..].iter().fold(0, |value, byte| value << 8 | u64::from(*byte)));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}
