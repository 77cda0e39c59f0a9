//! Cameras' raw files: the largest JPEG that they carry.

use std::ops::Range;

use crate::boxes::{Boxes, find};
use crate::input::{Input, Numbers};
use crate::tiff::{Directory, Tiff};
use crate::video::mp4_samples::Samples;
use crate::{Error, Metadata, Preview, Source, exif, image};

/// Directories of one file that are looked at.
const MAX_DIRECTORIES: usize = 32;
/// Bytes of an embedded JPEG.
const MAX_JPEG_BYTES: u64 = 128 << 20;
const CANON: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
const CANON_PREVIEW: [u8; 16] = *b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16";

/// Returns whether a TIFF holds what a sensor saw rather than a picture.
pub(crate) fn is_raw_tiff(input: &mut Input<'_>) -> Result<bool, Error> {
    let whole = 0..input.len();
    let Some(tiff) = Tiff::open(input, whole)? else {
        return Ok(false);
    };
    for (index, directory) in directories(input, &tiff)?.into_iter().enumerate() {
        // Sony's own notes, which stand in the first directory even where the file is cut short.
        if index == 0 && directory.find(0xc634).is_some() {
            return Ok(true);
        }
        let (photometric, compression) =
            (tiff.unsigned(input, &directory, 0x106)?, tiff.unsigned(input, &directory, 0x103)?);
        if directory.find(0xc612).is_some()
            || matches!(photometric, Some(32_803 | 34_892))
            || matches!(compression, Some(32_767 | 34_713 | 65_535))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the directories of the chain, with those that they point to.
fn directories(input: &mut Input<'_>, tiff: &Tiff) -> Result<Vec<Directory>, Error> {
    let mut queue = vec![tiff.first];
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(at) = queue.get(index).copied() {
        index += 1;
        if found.len() == MAX_DIRECTORIES {
            break;
        }
        let directory = tiff.directory(input, at)?;
        let mut add = |at: u64| {
            if at != 0 && !queue.contains(&at) && queue.len() < MAX_DIRECTORIES {
                queue.push(at);
            }
        };
        if let Some(entry) = directory.find(0x14a) {
            tiff.numbers(input, entry, 16)?.into_iter().for_each(|at| add(at as u64));
        }
        add(directory.next);
        if !directory.entries.is_empty() {
            found.push(directory);
        }
    }
    Ok(found)
}

/// What a raw file has: places that may hold JPEGs, and which way is up.
#[derive(Default)]
struct Found {
    places: Vec<Range<u64>>,
    orientation: Option<u8>,
}

/// Returns the largest embedded JPEG, with the orientation of the raw file.
pub(crate) fn preview(input: &mut Input<'_>) -> Result<Preview, Error> {
    let found = find_all(input, &mut Metadata::default())?;
    let mut best: Option<(u64, Range<u64>)> = None;
    for place in found.places {
        let length = place.end.saturating_sub(place.start);
        if length == 0 || length > MAX_JPEG_BYTES || place.end > input.len() {
            continue;
        }
        if let Some((width, height)) = image::jpeg_sides(input, place.start)? {
            let pixels = u64::from(width) * u64::from(height);
            if pixels <= input.limits().max_pixels && best.as_ref().is_none_or(|(most, _)| pixels > *most) {
                best = Some((pixels, place));
            }
        }
    }
    let Some((_, place)) = best else {
        return Err(Error::unsupported("a raw file without an embedded JPEG"));
    };
    let length = place.end - place.start;
    input.limits().check_memory(length)?;
    let bytes = input.read(place.start, length as usize)?;
    Ok(Preview::encoded(Source::Embedded, bytes, found.orientation))
}

pub(crate) fn read_metadata(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    find_all(input, metadata).map(|_| ())
}

fn find_all(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<Found, Error> {
    let head = input.read_up_to(0, 16)?;
    match head.as_slice() {
        [b'F', b'U', b'J', b'I', ..] => fuji(input, metadata),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => canon_boxes(input, metadata),
        _ => tiff(input, metadata),
    }
}

fn tiff(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<Found, Error> {
    let whole = 0..input.len();
    let mut found = Found::default();
    let Some(tiff) = Tiff::open(input, whole)? else {
        return Err(Error::damaged("no directory"));
    };
    let directories = directories(input, &tiff)?;
    let Some(first) = directories.first() else {
        return Err(Error::damaged("no directory"));
    };
    exif::directory(input, &tiff, first, metadata)?;
    found.orientation = orientation(input, &tiff, first)?;
    for directory in &directories {
        let mut add = |start: Option<u64>, length: Option<u64>| {
            if let (Some(start), Some(length)) = (start, length) {
                let start = tiff.start().saturating_add(start);
                found.places.push(start..start.saturating_add(length));
            }
        };
        add(tiff.unsigned(input, directory, 0x201)?, tiff.unsigned(input, directory, 0x202)?);
        let one_strip = directory.find(0x111).is_some_and(|_| directory.find(0x144).is_none());
        if one_strip && matches!(tiff.unsigned(input, directory, 0x103)?, Some(6 | 7)) {
            let (starts, lengths) = (directory.find(0x111), directory.find(0x117));
            if let (Some(starts), Some(lengths)) = (starts, lengths)
                && tiff.numbers(input, starts, 2)?.len() == 1
                && tiff.numbers(input, lengths, 2)?.len() == 1
            {
                add(tiff.unsigned(input, directory, 0x111)?, tiff.unsigned(input, directory, 0x117)?);
            }
        }
        // Panasonic's.
        if let Some(entry) = directory.find(0x2e) {
            let place = tiff.place_of(entry);
            if metadata.taken_at.is_none() {
                image::jpeg(input, place.start, metadata)?;
            }
            found.places.push(place);
        }
    }
    if let Some(at) = tiff.unsigned(input, first, 0x8769)? {
        let exif = tiff.directory(input, at)?;
        if let Some(entry) = exif.find(0x927c) {
            olympus(input, tiff.place_of(entry), &mut found)?;
        }
    }
    Ok(found)
}

fn orientation(input: &mut Input<'_>, tiff: &Tiff, first: &Directory) -> Result<Option<u8>, Error> {
    let value = tiff.unsigned(input, first, 0x112)?;
    Ok(value.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=8).contains(value)))
}

/// Olympus and OM System keep the preview within the maker's note, whose offsets count from its own
/// start.
fn olympus(input: &mut Input<'_>, note: Range<u64>, found: &mut Found) -> Result<(), Error> {
    let head = input.read_up_to(note.start, 16)?;
    let at = match head.as_slice() {
        [b'O', b'L', b'Y', b'M', b'P', b'U', b'S', 0, ..] => 12,
        [b'O', b'M', b' ', b'S', b'Y', b'S', ..] => 16,
        _ => return Ok(()),
    };
    // The marks of byte order stand late, so the structure is opened as if they stood early.
    let Some(tiff) = Tiff::with_order(note.start..input.len(), head.get(at - 4..at - 2) == Some(b"II")) else {
        return Ok(());
    };
    let main = tiff.directory(input, at as u64)?;
    let Some(settings) = main.find(0x2020) else {
        return Ok(());
    };
    let start = tiff.place_of(settings).start - note.start;
    let start = if settings.is_pointer() { tiff.unsigned(input, &main, 0x2020)?.unwrap_or(start) } else { start };
    let settings = tiff.directory(input, start)?;
    if let (Some(start), Some(length)) =
        (tiff.unsigned(input, &settings, 0x101)?, tiff.unsigned(input, &settings, 0x102)?)
    {
        let start = note.start.saturating_add(start);
        found.places.push(start..start.saturating_add(length));
    }
    Ok(())
}

fn fuji(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<Found, Error> {
    let head = input.read_up_to(84, 8)?;
    let (Some(start), Some(length)) = (head.u32_be(0), head.u32_be(4)) else {
        return Err(Error::damaged("a header that is cut short"));
    };
    let start = u64::from(start);
    image::jpeg(input, start, metadata)?;
    // The JPEG says itself which way is up.
    let mut found = Found::default();
    found.places.push(start..start + u64::from(length));
    Ok(found)
}

/// CR3: directories of TIFF in boxes of Canon's, JPEGs in a box and in tracks.
fn canon_boxes(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<Found, Error> {
    let whole = 0..input.len();
    let mut found = Found::default();
    let (mut moov, mut uuids) = (None, Vec::new());
    let mut boxes = Boxes::new(input, whole);
    while let Some(next) = boxes.next()? {
        match &next.kind {
            b"moov" => moov = Some(next),
            b"uuid" if uuids.len() < 16 => uuids.push(next),
            _ => {}
        }
    }
    let Some(moov) = moov else {
        return Err(Error::damaged("no `moov` box"));
    };
    let (mut tracks, mut parts) = (Vec::new(), Vec::new());
    let mut boxes = moov.children(input);
    while let Some(next) = boxes.next()? {
        match &next.kind {
            b"trak" if tracks.len() < 16 => tracks.push(next),
            b"uuid" if boxes.input.array::<16>(next.start)? == Some(CANON) => parts.push(next),
            _ => {}
        }
    }
    for part in parts {
        let inside = part.start + 16..part.end;
        for (kind, is_first) in [(b"CMT1", true), (b"CMT2", false), (b"CMT4", false)] {
            let Some(block) = find(input, inside.clone(), kind)? else {
                continue;
            };
            let Some(tiff) = Tiff::open(input, block.content())? else {
                continue;
            };
            let directory = tiff.directory(input, tiff.first)?;
            match kind {
                b"CMT4" => exif::gps_directory(input, &tiff, &directory, metadata)?,
                _ => exif::directory(input, &tiff, &directory, metadata)?,
            }
            if is_first {
                found.orientation = orientation(input, &tiff, &directory)?;
            }
        }
        if let Some(thumbnail) = find(input, inside, b"THMB")? {
            add_jpeg_in(input, thumbnail.content(), &mut found)?;
        }
    }
    for uuid in uuids {
        if input.array::<16>(uuid.start)? == Some(CANON_PREVIEW)
            && let Some(preview) = find(input, uuid.start + 24..uuid.end, b"PRVW")?
        {
            add_jpeg_in(input, preview.content(), &mut found)?;
        }
    }
    for track in tracks {
        if let Some(table) = track.descendant(input, &[b"mdia", b"minf", b"stbl"])? {
            let samples = Samples::new(table, 1, None, 0, false);
            if let Some(place) = samples.place(input, 1)? {
                found.places.push(place.offset..place.offset.saturating_add(u64::from(place.len)));
            }
        }
    }
    Ok(found)
}

/// Finds the JPEG behind a few numbers at the beginning of a box.
fn add_jpeg_in(input: &mut Input<'_>, place: Range<u64>, found: &mut Found) -> Result<(), Error> {
    let head = input.read_up_to(place.start, 64)?;
    if let Some(at) = head.windows(3).position(|window| window == [0xff, 0xd8, 0xff]) {
        found.places.push(place.start + at as u64..place.end);
    }
    Ok(())
}
