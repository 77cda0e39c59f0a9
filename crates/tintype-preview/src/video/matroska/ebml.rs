//! EBML (RFC 8794): the elements that Matroska is made of.

use crate::input::{Input, Numbers};
use crate::{Error, text};

/// Bytes of an element that is read as a whole.
const MAX_BYTES: u64 = 1 << 20;

/// An element: its identifier, and where its content is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) id: u32,
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Reads a number of variable length, and how many bytes it took; all ones mean an unknown size.
pub(super) fn variable(bytes: &[u8], keep_marker: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let marker = 1u64 << (8 - length);
    let mut value = u64::from(first);
    if !keep_marker {
        value &= marker - 1;
    }
    for byte in bytes.get(1..length)? {
        value = value << 8 | u64::from(*byte);
    }
    if !keep_marker && value == (1u64 << (7 * length)) - 1 {
        value = u64::MAX;
    }
    Some((value, length))
}

/// Returns the element at a place; one of unknown size reaches to the end of its parent.
pub(super) fn element(input: &mut Input<'_>, at: u64, end: u64) -> Result<Option<Element>, Error> {
    if at >= end {
        return Ok(None);
    }
    let head = input.read_up_to(at, 12)?;
    let Some((id, id_len)) = variable(&head, true).filter(|(_, length)| *length <= 4) else {
        return Ok(None);
    };
    let Some((size, size_len)) = variable(&head[id_len..], false) else {
        return Ok(None);
    };
    let start = at + (id_len + size_len) as u64;
    if start > end {
        return Ok(None);
    }
    Ok(Some(Element { id: id as u32, start, end: start.saturating_add(size).min(end) }))
}

/// Returns the elements within another one, `most` at most.
pub(super) fn children(input: &mut Input<'_>, parent: Element, most: usize) -> Result<Vec<Element>, Error> {
    let mut found = Vec::new();
    let mut at = parent.start;
    while found.len() < most
        && let Some(child) = element(input, at, parent.end)?
    {
        at = child.end;
        found.push(child);
    }
    Ok(found)
}

/// Returns the content of an element; nothing if it is large.
pub(super) fn bytes(input: &mut Input<'_>, element: Element) -> Result<Vec<u8>, Error> {
    let len = element.end - element.start;
    if len > MAX_BYTES { Ok(Vec::new()) } else { input.read_up_to(element.start, len as usize) }
}

/// Returns the number that an element is.
pub(super) fn unsigned(input: &mut Input<'_>, element: Element) -> Result<u64, Error> {
    let len = (element.end - element.start).min(8) as usize;
    let bytes = input.read_up_to(element.start, len)?;
    Ok(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// Returns the number that an element is, or 0 if it is larger than any side of a picture.
pub(super) fn small(input: &mut Input<'_>, element: Element) -> Result<u32, Error> {
    Ok(u32::try_from(unsigned(input, element)?).unwrap_or(0))
}

/// Returns the number that an element is, or 0 if it is none.
pub(super) fn float(input: &mut Input<'_>, element: Element) -> Result<f64, Error> {
    let bytes = input.read_up_to(element.start, (element.end - element.start).min(8) as usize)?;
    let value = match bytes.len() {
        4 => bytes.bytes_at(0).map(f32::from_be_bytes).map(f64::from),
        _ => bytes.bytes_at(0).map(f64::from_be_bytes),
    };
    Ok(value.filter(|value| value.is_finite()).unwrap_or(0.0))
}

/// Returns the text that an element is.
pub(super) fn string(input: &mut Input<'_>, element: Element) -> Result<Option<String>, Error> {
    let len = (element.end - element.start).min(4096) as usize;
    Ok(text::guess(&input.read_up_to(element.start, len)?))
}
