//! Pages, Numbers and Keynote.

use std::io;

use super::directory::Entry;
use super::parts::Parts;
use crate::detect::detected::Detected;
use crate::detect::extension;
use crate::detect::file::File;
use crate::detect::types::*;
use crate::{encoding, gzip, xml};

pub(super) fn decide(file: &mut File<'_>, parts: &Parts, extension: &str) -> io::Result<Option<Detected>> {
    if let Some(entry) = &parts.apple_document {
        return Ok(Some(by_document(file, parts, entry, extension)?));
    }
    // Up to version 5 of 2009, an XML document.
    let Some(entry) = &parts.apple_index else {
        return Ok(None);
    };
    let index = entry.read(file, 16 << 10)?;
    let index = if gzip::is_packed(&index) { gzip::unpack(&index, gzip::HEAD_BYTES) } else { index };
    let index = encoding::readable(&index);
    Ok(xml::root(&index).and_then(|root| match (root.prefix, root.local) {
        (b"sl", b"document") => Some(PAGES),
        (b"ls", b"document") => Some(NUMBERS),
        (b"key", b"presentation") => Some(KEYNOTE),
        _ => None,
    }))
}

/// Tells the three by the type of the first object in `Index/Document.iwa`: Pages has a number of
/// its own.
fn by_document(file: &mut File<'_>, parts: &Parts, entry: &Entry, extension: &str) -> io::Result<Detected> {
    const PAGES_DOCUMENT: u64 = 10_000;
    const ROOT_DOCUMENT: u64 = 1;
    let start = entry.read(file, 64)?;
    Ok(match first_type(&start) {
        Some(PAGES_DOCUMENT) => PAGES,
        _ if parts.apple_slides => KEYNOTE,
        Some(ROOT_DOCUMENT) => NUMBERS,
        _ => extension::choose(extension::ZIP, extension)
            .filter(|chosen| [PAGES, NUMBERS, KEYNOTE].contains(chosen))
            .unwrap_or(PAGES),
    })
}

/// Reads the type in the first `ArchiveInfo`: a chunk's header, Snappy's length and its first
/// literal come before.
fn first_type(chunk: &[u8]) -> Option<u64> {
    let mut rest = chunk.strip_prefix(&[0])?.get(3..)?;
    let _unpacked_len = varint(&mut rest)?;
    let (tag, mut rest) = rest.split_first()?;
    if tag & 3 != 0 {
        return None;
    }
    // Lengths over 60 follow the tag.
    rest = rest.get(usize::from((tag >> 2).saturating_sub(59))..)?;
    let _info_len = varint(&mut rest)?;
    // Field 1: the identifier. Field 2: `MessageInfo`, whose field 1 is the type.
    take(&mut rest, 0x08)?;
    varint(&mut rest)?;
    take(&mut rest, 0x12)?;
    varint(&mut rest)?;
    take(&mut rest, 0x08)?;
    varint(&mut rest)
}

fn take(rest: &mut &[u8], expected: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[expected])?;
    Some(())
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, more) = rest.split_first()?;
        *rest = more;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
