//! The properties of an item (ISO/IEC 23008-12, section 9.3).

use super::boxes::{be16, be32, boxes, child};

/// URNs that say of an auxiliary picture that it is alpha (ISO/IEC 23000-22, section 7.3.5.2, and
/// ISO/IEC 23008-12, annex B); the others are depth maps, gain maps and the like.
const ALPHA_URNS: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];

/// Returns the kinds and bodies of an item's properties, in their order.
pub(super) fn of_item(meta: &[u8], item: u32) -> Option<Vec<([u8; 4], &[u8])>> {
    let properties = child(meta, b"iprp")?;
    let container: Vec<_> = boxes(child(properties, b"ipco")?).collect();
    let indices = associations(child(properties, b"ipma")?, item)?;
    Some(indices.into_iter().filter_map(|index| container.get(index.checked_sub(1)?).copied()).collect())
}

/// Says whether an auxiliary item is alpha, by its `auxC`.
pub(super) fn is_alpha(meta: &[u8], item: u32) -> bool {
    of_item(meta, item).unwrap_or_default().iter().any(|(kind, body)| {
        let urn = body.get(4..).and_then(|urn| urn.split(|byte| *byte == 0).next());
        kind == b"auxC" && urn.is_some_and(|urn| ALPHA_URNS.contains(&urn))
    })
}

/// The part of a coded picture that is displayed, before it is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crop {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Crop {
    /// Reads `clap` (ISO/IEC 14496-12, section 12.1.4), whose offsets are between the centres; none
    /// where it is not inside.
    pub(super) fn parse(body: &[u8], (width, height): (u32, u32)) -> Option<Self> {
        let (left, width) = Self::part(body, (0, 16), width)?;
        let (top, height) = Self::part(body, (8, 24), height)?;
        Some(Self { left, top, width, height })
    }

    fn part(body: &[u8], (len_at, offset_at): (usize, usize), whole: u32) -> Option<(u32, u32)> {
        let (len, divisor) = (u64::from(be32(body, len_at)?), u64::from(be32(body, len_at + 4)?));
        let len = u32::try_from((len + divisor / 2).checked_div(divisor)?).ok()?;
        let spare = i64::from(whole.checked_sub(len).filter(|_| len > 0)?);
        let (offset, divisor) = (be32(body, offset_at)?.cast_signed(), i64::from(be32(body, offset_at + 4)?));
        let first = (spare * divisor + 2 * i64::from(offset)).checked_div(2 * divisor)?;
        (first <= spare).then_some((u32::try_from(first).ok()?, len))
    }
}

/// Returns the one-based property indices of an item (`ipma`, section 9.3.2).
fn associations(body: &[u8], id: u32) -> Option<Vec<usize>> {
    let (version, wide) = (*body.first()?, body.get(3)? & 1 == 1);
    let entries = be32(body, 4)?;
    let mut at = 8;
    for _ in 0..entries {
        let item = if version < 1 { u32::from(be16(body, at)?) } else { be32(body, at)? };
        at += if version < 1 { 2 } else { 4 };
        let count = usize::from(*body.get(at)?);
        at += 1;
        let len = if wide { 2 } else { 1 };
        let list = body.get(at..at + count * len)?;
        at += count * len;
        if item == id {
            let index = |entry: &[u8]| match entry {
                [high, low] => usize::from(u16::from_be_bytes([*high, *low]) & 0x7FFF),
                _ => usize::from(entry[0] & 0x7F),
            };
            return Some(list.chunks_exact(len).map(index).collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clap(numbers: [i32; 8]) -> Vec<u8> {
        numbers.into_iter().flat_map(i32::to_be_bytes).collect()
    }

    #[test]
    fn a_clean_aperture_is_a_part_of_the_coded_picture() {
        // What libheif writes for 51x61 pixels of 52x62.
        let body = clap([51, 1, 61, 1, -1, 2, -1, 2]);
        assert_eq!(Crop::parse(&body, (52, 62)), Some(Crop { left: 0, top: 0, width: 51, height: 61 }));
        let body = clap([20, 1, 10, 1, 5, 1, -5, 1]);
        assert_eq!(Crop::parse(&body, (40, 30)), Some(Crop { left: 15, top: 5, width: 20, height: 10 }));
    }

    #[test]
    fn a_clean_aperture_outside_the_picture_is_none() {
        for numbers in [
            [51, 1, 61, 1, 9, 1, 0, 1],
            [51, 0, 61, 1, 0, 1, 0, 1],
            [53, 1, 61, 1, 0, 1, 0, 1],
            [0, 1, 1, 1, 0, 1, 0, 1],
        ] {
            assert_eq!(Crop::parse(&clap(numbers), (52, 62)), None);
        }
    }

    /// `meta` without version and flags, with one property of item 1.
    fn meta(property: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let boxed = |kind: &[u8; 4], body: &[u8]| [&(body.len() as u32 + 8).to_be_bytes(), &kind[..], body].concat();
        let container = boxed(b"ipco", &boxed(property, body));
        let association = boxed(b"ipma", b"\0\0\0\0\0\0\0\x01\0\x01\x01\x01");
        boxed(b"iprp", &[container, association].concat())
    }

    #[test]
    fn only_the_urns_of_alpha_make_an_auxiliary_item_alpha() {
        for (urn, expected) in [
            (&b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"[..], true),
            (b"urn:mpeg:hevc:2015:auxid:1\0", true),
            (b"urn:mpeg:hevc:2015:auxid:1\0\0\0\0\x02", true),
            (b"urn:mpeg:hevc:2015:auxid:2\0", false),
            (b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0", false),
            (b"urn:com:photo:aux:hdrgainmap\0", false),
            (b"urn:com:apple:photo:2020:aux:hdrgainmap\0", false),
        ] {
            let body = [b"\0\0\0\0", urn].concat();
            assert_eq!(is_alpha(&meta(b"auxC", &body), 1), expected, "{}", urn.escape_ascii());
        }
    }
}
