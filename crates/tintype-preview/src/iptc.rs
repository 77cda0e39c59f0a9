//! What IPTC's information interchange model tells (IIM 4.2).

use crate::metadata::fill;
use crate::{Metadata, text};

const MAX_KEYWORDS: usize = 200;

/// Reads records of IPTC.
pub(crate) fn read(mut bytes: &[u8], metadata: &mut Metadata) {
    let mut utf8 = false;
    while let [0x1c, record, dataset, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        // Longer values are written otherwise; none of ours is.
        let Some(value) = rest.get(..length).filter(|_| length < 0x8000) else {
            return;
        };
        bytes = &rest[length..];
        let decoded = || if utf8 { text::clean(&String::from_utf8_lossy(value)) } else { text::guess(value) };
        match (record, dataset) {
            (1, 90) => utf8 = value == b"\x1b%G",
            (2, 5) => fill(&mut metadata.title, decoded()),
            (2, 25) if metadata.keywords.len() < MAX_KEYWORDS => metadata.keywords.extend(decoded()),
            (2, 80) => fill(&mut metadata.creator, decoded()),
            (2, 116) => fill(&mut metadata.copyright, decoded()),
            _ => {}
        }
    }
}

/// Finds IPTC among the resources of Photoshop that a JPEG carries.
pub(crate) fn read_resources(mut bytes: &[u8], metadata: &mut Metadata) {
    use crate::input::Numbers;
    while bytes.starts_with(b"8BIM") {
        let (Some(id), Some(name)) = (bytes.u16_be(4), bytes.get(6)) else {
            return;
        };
        let start = 6 + (usize::from(*name) + 2) / 2 * 2;
        let Some(length) = bytes.u32_be(start) else {
            return;
        };
        let Some(value) = bytes.get(start + 4..(start + 4).saturating_add(length as usize)) else {
            return;
        };
        if id == 0x0404 {
            read(value, metadata);
        }
        bytes = bytes.get(start + 4 + value.len() + value.len() % 2..).unwrap_or_default();
    }
}
