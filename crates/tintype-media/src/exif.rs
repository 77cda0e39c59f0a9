use crate::Orientation;

const ORIENTATION: u16 = 0x0112;

/// Finds the orientation in an EXIF block, which is a small TIFF file (CIPA DC-008, section 4.5.2).
///
/// Only the first directory is looked at and each entry once, so a block cannot send the search
/// round in circles.
pub(crate) fn orientation(block: &[u8]) -> Option<Orientation> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let big_endian = match block.get(..4)? {
        [b'M', b'M', 0, 42] => true,
        [b'I', b'I', 42, 0] => false,
        _ => return None,
    };
    let u16_at = |offset: usize| {
        let bytes = block.get(offset..offset.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let u32_at = |offset: usize| {
        let bytes = block.get(offset..offset.checked_add(4)?)?.try_into().ok()?;
        Some(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    let directory = u32_at(4)? as usize;
    let entries = usize::from(u16_at(directory)?);
    for index in 0..entries {
        let entry = directory.checked_add(2 + 12 * index)?;
        if u16_at(entry)? == ORIENTATION {
            let value = match u16_at(entry + 2)? {
                // SHORT, or LONG as some writers have it.
                3 => u16_at(entry + 8)?,
                4 => u16::try_from(u32_at(entry + 8)?).ok()?,
                _ => return None,
            };
            return Orientation::from_exif(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_byte_orders_are_read() {
        let little = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0";
        assert_eq!(orientation(little), Some(Orientation::Rotate90));
        assert_eq!(orientation(big), Some(Orientation::Rotate270));
    }

    #[test]
    fn a_directory_outside_the_block_is_none() {
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
        assert_eq!(orientation(b"II*\0\x08\0\0\0\xff\xff"), None);
        assert_eq!(orientation(b""), None);
    }
}
