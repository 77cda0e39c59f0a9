//! MP4 and MOV: boxes of metadata become free space, as samples are found by their places.

use super::edit::{Edit, Strip};
use crate::Error;
use crate::boxes::{BoxAt, Boxes, find};
use crate::input::Input;

/// Boxes that tell about a place, a device or a person.
const TELLING: [[u8; 4]; 4] = [*b"udta", *b"meta", *b"uuid", *b"XMP_"];

pub(super) fn edits(input: &mut Input<'_>, strip: Strip) -> Result<Vec<Edit>, Error> {
    let whole = 0..input.len();
    let Some(moov) = find(input, whole.clone(), b"moov")? else {
        return Err(Error::damaged("no `moov` box"));
    };
    let mut edits = Vec::new();
    let mut places = vec![moov];
    let mut boxes = moov.children(input);
    while let Some(found) = boxes.next()? {
        if found.kind == *b"trak" && places.len() < 64 {
            places.push(found);
        }
    }
    for place in places {
        within(input, place.start..place.end, strip, &mut edits)?;
        if strip == Strip::All {
            times(input, &place, &mut edits)?;
        }
    }
    // Beside the movie: XMP, and what fragments bring.
    within(input, whole, strip, &mut edits)?;
    Ok(edits)
}

fn within(
    input: &mut Input<'_>,
    range: std::ops::Range<u64>,
    strip: Strip,
    edits: &mut Vec<Edit>,
) -> Result<(), Error> {
    let mut found_boxes = Vec::new();
    let mut boxes = Boxes::new(input, range);
    while let Some(found) = boxes.next()? {
        if TELLING.contains(&found.kind) && found_boxes.len() < 1000 {
            found_boxes.push(found);
        }
    }
    for found in found_boxes {
        match strip {
            Strip::All => free(&found, edits),
            Strip::Gps if found.kind == *b"udta" => user_data(input, &found, edits)?,
            Strip::Gps if found.kind == *b"meta" => keys(input, &found, edits)?,
            // XMP may tell a place as well.
            Strip::Gps => free(&found, edits),
        }
    }
    Ok(())
}

/// Makes free space of a box.
fn free(found: &BoxAt, edits: &mut Vec<Edit>) {
    let header = found.start - found.begin;
    let kind = found.begin + 4;
    edits.push(Edit::replace(kind, kind + 4, b"free".to_vec()));
    edits.push(Edit::blank(found.begin + header, found.end));
}

fn user_data(input: &mut Input<'_>, place: &BoxAt, edits: &mut Vec<Edit>) -> Result<(), Error> {
    let mut metas = Vec::new();
    let mut boxes = place.children(input);
    while let Some(found) = boxes.next()? {
        match &found.kind {
            b"\xa9xyz" | b"loci" | b"XMP_" | b"gps " => free(&found, edits),
            b"meta" if metas.len() < 10 => metas.push(found),
            _ => {}
        }
    }
    for found in metas {
        keys(input, &found, edits)?;
    }
    Ok(())
}

/// Blanks the values of QuickTime's keys that tell a place.
fn keys(input: &mut Input<'_>, meta: &BoxAt, edits: &mut Vec<Edit>) -> Result<(), Error> {
    let head = meta.head(input, 8)?;
    let start = if head.get(4..8) == Some(b"hdlr") { meta.start } else { meta.start + 4 };
    let Some(keys) = find(input, start..meta.end, b"keys")? else {
        return Ok(());
    };
    let names = crate::video::mp4_facts::names(&keys.head(input, 64 << 10)?);
    let Some(list) = find(input, start..meta.end, b"ilst")? else {
        return Ok(());
    };
    let mut boxes = list.children(input);
    while let Some(item) = boxes.next()? {
        let index = u32::from_be_bytes(item.kind) as usize;
        let name = index.checked_sub(1).and_then(|index| names.get(index));
        if name.is_some_and(|name| name.contains("location") || name.contains("gps")) {
            // The list itself has to stay in order, so the value alone goes: behind its header,
            // kind and language.
            edits.push(Edit::blank((item.start + 16).min(item.end), item.end));
        }
    }
    Ok(())
}

/// Zeros the times at which a movie and its tracks were made.
fn times(input: &mut Input<'_>, place: &BoxAt, edits: &mut Vec<Edit>) -> Result<(), Error> {
    let mut headers = Vec::new();
    for kind in [b"mvhd", b"tkhd"] {
        headers.extend(place.child(input, kind)?);
    }
    headers.extend(place.descendant(input, &[b"mdia", b"mdhd"])?);
    for header in headers {
        let wide = input.array::<1>(header.start)? == Some([1]);
        let start = header.start + 4;
        edits.push(Edit::blank(start, (start + if wide { 16 } else { 8 }).min(header.end)));
    }
    Ok(())
}
