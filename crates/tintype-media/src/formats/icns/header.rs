//! Apple's Icon Services: one element after the other, each a picture of its own.

use std::io::Cursor;

use super::classic::{self, Classic};
use crate::formats::png;
use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::{BoundedReader, HeaderReader, ReadSeek};
use crate::{ColourMode, Error, Format};

const MOST_ELEMENTS: usize = 256;
const ELEMENT_HEADER_BYTES: u64 = 8;

/// The word begins texts too, so that the first element has to follow.
pub(super) fn is_icon(head: &[u8]) -> bool {
    let is_name = |name: &[u8]| name.iter().all(|letter| letter.is_ascii_graphic() || *letter == b' ');
    matches!(head, [b'i', b'c', b'n', b's', 0, ..]) && head.get(8..12).is_some_and(is_name)
}

/// The largest picture counts that can be drawn, else the largest of all.
pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let elements = elements(source)?;
    let best = elements.iter().filter(|element| element.kind != Kind::Other).max_by_key(|element| element.side);
    let best = best.or_else(|| elements.iter().max_by_key(|element| element.side));
    let best = best.ok_or_else(|| Error::malformed(Format::Icns, "no picture"))?;
    let len = usize::try_from(best.len.min(source.len())).unwrap_or(usize::MAX);
    let mut header = match best.kind {
        Kind::Png => {
            let mut bytes = Cursor::new(source.read_up_to(best.offset, len.min(1 << 16))?);
            png::read(&mut BoundedReader::new(&mut bytes as &mut dyn ReadSeek)?)?
        }
        Kind::Classic(_) | Kind::Other => Header::new(Format::Icns, best.side, best.side, ColourMode::Rgba),
    };
    header.format = Format::Icns;
    header.mode = ColourMode::Rgba;
    if best.kind != Kind::Png {
        header.samples = Samples::Rgba;
    }
    header.scratch_bytes += len as u64 + (1 << 16);
    let mask = match best.kind {
        Kind::Classic(classic) => elements.iter().find(|element| element.name == *classic.mask()),
        _ => None,
    };
    let place = |element: &Element| (element.offset, element.len);
    header.set_detail(IcnsLayout { kind: best.kind, place: place(best), mask: mask.map(place) });
    Ok(header)
}

/// The picture that counts.
pub(super) struct IcnsLayout {
    pub(super) kind: Kind,
    /// Where its bytes are, and how many.
    pub(super) place: (u64, u64),
    /// The same of its alpha, where that is an element of its own.
    pub(super) mask: Option<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Png,
    Classic(Classic),
    /// JPEG 2000, or few colours.
    Other,
}

struct Element {
    name: [u8; 4],
    kind: Kind,
    side: u32,
    offset: u64,
    len: u64,
}

fn elements(source: &mut HeaderReader<'_>) -> Result<Vec<Element>, Error> {
    let _signature: [u8; 8] = need(source, Format::Icns, 0)?;
    let (mut elements, mut at) = (Vec::new(), ELEMENT_HEADER_BYTES);
    for _ in 0..MOST_ELEMENTS {
        let Some(head) = source.array::<8>(at)? else {
            break;
        };
        let [name @ .., _, _, _, _] = head;
        let len = u64::from(u32::from_be_bytes([head[4], head[5], head[6], head[7]]));
        let Some(body) = len.checked_sub(ELEMENT_HEADER_BYTES) else {
            break;
        };
        let offset = at + ELEMENT_HEADER_BYTES;
        let start = source.read_up_to(offset, 24)?;
        let png_side = match start.strip_prefix(b"\x89PNG\r\n\x1A\n") {
            Some([_, _, _, _, b'I', b'H', b'D', b'R', width @ ..]) => {
                width.first_chunk().map(|w| u32::from_be_bytes(*w))
            }
            _ => None,
        };
        let found = match (png_side, Classic::of(&name)) {
            (Some(side), _) => Some((Kind::Png, side)),
            (None, Some(classic)) => Some((Kind::Classic(classic), classic.side())),
            (None, None) => classic::side_of(&name).map(|side| (Kind::Other, side)),
        };
        // Others may be masks.
        let (kind, side) = found.unwrap_or((Kind::Other, 0));
        elements.push(Element { name, kind, side, offset, len: body });
        at += len;
    }
    Ok(elements)
}
