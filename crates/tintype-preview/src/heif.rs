//! What HEIF tells.

use std::ops::Range;

use crate::boxes::{BoxAt, Boxes, find};
use crate::input::{Input, Numbers};
use crate::metadata::fill;
use crate::{Error, Metadata, exif, icc, xmp};

/// Bytes of the boxes that list items.
const MAX_LIST_BYTES: usize = 4 << 20;
/// Items that are looked at.
const MAX_ITEMS: usize = 10_000;

/// An item that holds metadata.
pub(crate) struct Packet {
    pub(crate) kind: PacketKind,
    pub(crate) id: u32,
    /// Where it is in the file, as far as it is in one place.
    pub(crate) place: Option<Range<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PacketKind {
    Exif,
    Xmp,
}

pub(crate) fn read_metadata(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let whole = 0..input.len();
    let Some(meta) = find(input, whole, b"meta")? else {
        return Ok(());
    };
    for packet in packets(input, &meta)? {
        let Some(place) = packet.place else {
            continue;
        };
        match packet.kind {
            PacketKind::Exif => {
                let skip = input.array::<4>(place.start)?.map_or(0, u32::from_be_bytes);
                exif::read(input, place.start.saturating_add(4 + u64::from(skip))..place.end, metadata)?;
            }
            PacketKind::Xmp => xmp::read(&input.packet(place)?, metadata),
        }
    }
    let Some(properties) = find(input, children_of(&meta), b"iprp")? else {
        return Ok(());
    };
    let Some(container) = properties.child(input, b"ipco")? else {
        return Ok(());
    };
    let mut boxes = container.children(input);
    let mut profile = None;
    while let Some(found) = boxes.next()? {
        if found.kind == *b"colr" && profile.is_none() {
            let kind = found.head(boxes.input, 4)?;
            if kind == b"prof" || kind == b"rICC" {
                profile = Some(found.start + 4..found.end);
            }
        }
    }
    if let Some(place) = profile {
        fill(&mut metadata.colour_profile, icc::profile_name(&input.packet(place)?));
    }
    Ok(())
}

/// Where the children of a full box are.
pub(crate) fn children_of(meta: &BoxAt) -> Range<u64> {
    meta.start + 4..meta.end
}

/// Lists the items of EXIF and XMP.
pub(crate) fn packets(input: &mut Input<'_>, meta: &BoxAt) -> Result<Vec<Packet>, Error> {
    let Some(list) = find(input, children_of(meta), b"iinf")? else {
        return Ok(Vec::new());
    };
    let head = list.head(input, 8)?;
    let start = list.start + if head.first() == Some(&0) { 6 } else { 8 };
    let mut packets = Vec::new();
    let mut boxes = Boxes::new(input, start..list.end);
    for _ in 0..MAX_ITEMS {
        let Some(entry) = boxes.next()? else {
            break;
        };
        let bytes = entry.head(boxes.input, 128)?;
        let (id, rest) = match bytes.first() {
            Some(2) => (bytes.u16_be(4).map(u32::from), bytes.get(8..)),
            Some(3) => (bytes.u32_be(4), bytes.get(10..)),
            _ => continue,
        };
        let (Some(id), Some(rest)) = (id, rest) else {
            continue;
        };
        let kind = match rest.get(..4) {
            Some(b"Exif") => PacketKind::Exif,
            Some(b"mime") => {
                // A name, then the type of its content.
                let content = rest[4..].split(|byte| *byte == 0).nth(1).unwrap_or_default();
                if content != b"application/rdf+xml" {
                    continue;
                }
                PacketKind::Xmp
            }
            _ => continue,
        };
        packets.push(Packet { kind, id, place: None });
    }
    if !packets.is_empty() {
        locate(input, meta, &mut packets)?;
    }
    Ok(packets)
}

/// Finds out where items are (ISO/IEC 14496-12, 8.11.3).
fn locate(input: &mut Input<'_>, meta: &BoxAt, packets: &mut [Packet]) -> Result<(), Error> {
    let Some(list) = find(input, children_of(meta), b"iloc")? else {
        return Ok(());
    };
    let Some(bytes) = list.bytes(input, MAX_LIST_BYTES)? else {
        return Ok(());
    };
    let data = find(input, children_of(meta), b"idat")?;
    let Some(extents) = Locations::read(&bytes) else {
        return Ok(());
    };
    for (id, in_data, place) in extents {
        let place = match (in_data, &data) {
            (false, _) => place,
            (true, Some(data)) => data.start.saturating_add(place.start)..data.start.saturating_add(place.end),
            (true, None) => continue,
        };
        if let Some(packet) = packets.iter_mut().find(|packet| packet.id == id) {
            packet.place = Some(place);
        }
    }
    Ok(())
}

struct Locations<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Locations<'_> {
    /// Returns items in one place: identifier, whether that is within `idat`, and where.
    fn read(bytes: &[u8]) -> Option<Vec<(u32, bool, Range<u64>)>> {
        let version = *bytes.first()?;
        let (sizes, more) = (*bytes.get(4)?, *bytes.get(5)?);
        let (offset_size, length_size) = (usize::from(sizes >> 4), usize::from(sizes & 15));
        let (base_size, index_size) = (usize::from(more >> 4), if version > 0 { usize::from(more & 15) } else { 0 });
        let mut reader = Locations { bytes, at: 6 };
        let wide = if version < 2 { 2 } else { 4 };
        let count = reader.number(wide)?;
        let mut found = Vec::new();
        for _ in 0..count.min(MAX_ITEMS as u64) {
            let id = reader.number(wide)? as u32;
            let method = if version > 0 { reader.number(2)? & 15 } else { 0 };
            reader.number(2)?;
            let base = reader.number(base_size)?;
            let extents = reader.number(2)?;
            for _ in 0..extents {
                reader.number(index_size)?;
                let start = base.saturating_add(reader.number(offset_size)?);
                let length = reader.number(length_size)?;
                if extents == 1 && method < 2 {
                    let end = if length == 0 { u64::MAX } else { start.saturating_add(length) };
                    found.push((id, method == 1, start..end));
                }
            }
        }
        Some(found)
    }

    fn number(&mut self, size: usize) -> Option<u64> {
        let bytes = self.bytes.get(self.at..self.at + size)?;
        self.at += size;
        Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }
}
