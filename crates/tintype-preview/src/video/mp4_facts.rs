//! What the `moov` box of a movie tells beside its tracks: times, tags, place.

use std::cell::Cell;

use crate::boxes::{BoxAt, Boxes, find, in_slice};
use crate::input::{Input, Numbers};
use crate::metadata::{Gps, fill};
use crate::{Error, Metadata, text};

/// Bytes of tags that are read; covers are not among them.
const MAX_TAG_BYTES: usize = 4096;
const MAX_TAGS: usize = 200;

pub(crate) struct MovieFacts {
    /// Seconds, by the movie's header.
    pub(crate) duration: Option<f64>,
    pub(crate) fragmented: bool,
    /// Seconds of the longest track.
    pub(crate) longest_track: Cell<Option<f64>>,
}

impl MovieFacts {
    pub(crate) fn note_track(&self, seconds: Option<f64>) {
        let longest = self.longest_track.get();
        self.longest_track.set(if seconds > longest { seconds } else { longest });
    }
}

/// Returns units a second and the duration in them out of `mvhd` or `mdhd`; zero and all ones mean
/// unknown.
pub(crate) fn times(header: &[u8]) -> (u32, Option<u64>) {
    let (timescale, duration) = match header.first() {
        Some(1) => (header.u32_be(20), header.u64_be(24).filter(|duration| *duration != u64::MAX)),
        _ => (header.u32_be(12), header.u32_be(16).filter(|duration| *duration != u32::MAX).map(u64::from)),
    };
    (timescale.unwrap_or(0), duration.filter(|duration| *duration > 0))
}

pub(crate) fn read(
    input: &mut Input<'_>,
    moov: &BoxAt,
    metadata: &mut Metadata,
    cover: &mut Option<BoxAt>,
) -> Result<MovieFacts, Error> {
    let mut facts = MovieFacts { duration: None, fragmented: false, longest_track: Cell::new(None) };
    let mut made_at = None;
    let mut places = Vec::new();
    let mut boxes = moov.children(input);
    while let Some(found) = boxes.next()? {
        match &found.kind {
            b"mvhd" => {
                let header = found.head(boxes.input, 32)?;
                let (timescale, duration) = times(&header);
                facts.duration = duration.filter(|_| timescale > 0).map(|units| units as f64 / f64::from(timescale));
                made_at = match header.first() {
                    Some(1) => header.u64_be(4),
                    _ => header.u32_be(4).map(u64::from),
                };
            }
            b"mvex" => facts.fragmented = true,
            b"udta" | b"meta" => places.push(found),
            _ => {}
        }
    }
    for place in places {
        if place.kind == *b"meta" {
            meta(input, &place, metadata, cover)?;
            continue;
        }
        user_data(input, &place, metadata, cover)?;
    }
    if metadata.taken_at.is_none() {
        metadata.taken_at = made_at.and_then(since_1904);
    }
    Ok(facts)
}

/// Seconds since 1904, in UTC; some devices count from 1970.
fn since_1904(seconds: u64) -> Option<String> {
    const TO_1970: i64 = 2_082_844_800;
    let seconds = i64::try_from(seconds).ok()?;
    if seconds == 0 {
        return None;
    }
    let unix = if seconds >= TO_1970 { seconds - TO_1970 } else { seconds };
    // Clocks that were never set.
    (unix > 86_400 * 365).then(|| crate::time::from_unix(unix)).flatten()
}

/// QuickTime's user data and 3GPP's.
fn user_data(
    input: &mut Input<'_>,
    place: &BoxAt,
    metadata: &mut Metadata,
    cover: &mut Option<BoxAt>,
) -> Result<(), Error> {
    let mut left = MAX_TAGS;
    let mut metas = Vec::new();
    let mut boxes = place.children(input);
    while let Some(found) = boxes.next()? {
        if left == 0 {
            break;
        }
        left -= 1;
        if found.kind == *b"meta" {
            metas.push(found);
            continue;
        }
        let bytes = found.head(boxes.input, MAX_TAG_BYTES)?;
        match &found.kind {
            // A length, a language, text.
            b"\xa9xyz" => fill(&mut metadata.gps, quicktime_text(&bytes).and_then(|text| Gps::from_iso_6709(&text))),
            b"\xa9nam" => fill(&mut metadata.title, quicktime_text(&bytes)),
            b"\xa9ART" => fill(&mut metadata.artist, quicktime_text(&bytes)),
            b"\xa9day" => fill(&mut metadata.taken_at, quicktime_text(&bytes).and_then(|text| crate::time::iso(&text))),
            b"\xa9mak" => fill(&mut metadata.camera, quicktime_text(&bytes)),
            b"\xa9mod" => {
                let model = quicktime_text(&bytes);
                metadata.camera = crate::metadata::camera(metadata.camera.take(), model);
            }
            b"titl" => fill(&mut metadata.title, three_gpp_text(&bytes)),
            b"perf" | b"auth" => fill(&mut metadata.artist, three_gpp_text(&bytes)),
            b"albm" => fill(&mut metadata.album, three_gpp_text(&bytes)),
            b"loci" => fill(&mut metadata.gps, three_gpp_place(&bytes)),
            _ => {}
        }
    }
    for found in metas {
        meta(input, &found, metadata, cover)?;
    }
    Ok(())
}

fn quicktime_text(bytes: &[u8]) -> Option<String> {
    let length = usize::from(bytes.u16_be(0)?);
    text::guess(bytes.get(4..4 + length.min(bytes.len().saturating_sub(4)))?)
}

fn three_gpp_text(bytes: &[u8]) -> Option<String> {
    text::guess(bytes.get(6..)?)
}

/// 3GPP TS 26.244: name, role, longitude, latitude, altitude.
fn three_gpp_place(bytes: &[u8]) -> Option<Gps> {
    let name = bytes.get(6..)?;
    let utf16 = matches!(name, [0xfe, 0xff, ..] | [0xff, 0xfe, ..]);
    let end = match utf16 {
        true => name.chunks_exact(2).position(|pair| pair == [0, 0])? * 2 + 2,
        false => name.iter().position(|byte| *byte == 0)? + 1,
    };
    let numbers = name.get(end + 1..)?;
    let fixed = |index: usize| numbers.u32_be(index * 4).map(|value| f64::from(value as i32) / 65_536.0);
    Gps::new(fixed(1)?, fixed(0)?, fixed(2))
}

/// Tags as iTunes writes them (`ilst` by four letters), and as QuickTime does (`ilst` by an index
/// into `keys`).
fn meta(input: &mut Input<'_>, place: &BoxAt, metadata: &mut Metadata, cover: &mut Option<BoxAt>) -> Result<(), Error> {
    // A full box by the standard, a plain one in QuickTime.
    let head = place.head(input, 8)?;
    let start = if head.get(4..8) == Some(b"hdlr") { place.start } else { place.start + 4 };
    let range = start..place.end;
    let keys = match find(input, range.clone(), b"keys")? {
        Some(keys) => names(&keys.head(input, 16 << 10)?),
        None => Vec::new(),
    };
    let Some(list) = find(input, range, b"ilst")? else {
        return Ok(());
    };
    let mut left = MAX_TAGS;
    let mut boxes = Boxes::new(input, list.content());
    while let Some(item) = boxes.next()? {
        if left == 0 {
            break;
        }
        left -= 1;
        if item.kind == *b"covr" {
            if cover.is_none() {
                *cover = find(boxes.input, item.content(), b"data")?;
            }
            continue;
        }
        let bytes = item.head(boxes.input, MAX_TAG_BYTES)?;
        let Some((_, data)) = in_slice(&bytes).find(|(kind, _)| kind == b"data") else {
            continue;
        };
        let value = data.get(8..).unwrap_or_default();
        let name = (u32::from_be_bytes(item.kind) as usize).checked_sub(1).and_then(|index| keys.get(index));
        match name {
            Some(name) => quicktime_key(name, value, metadata),
            None => itunes_tag(&item.kind, value, metadata),
        }
    }
    Ok(())
}

/// Returns the names in a `keys` box.
pub(crate) fn names(keys: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = keys.get(8..).unwrap_or_default();
    while let Some(size @ 8..) = rest.u32_be(0) {
        let Some(name) = rest.get(8..size as usize) else {
            break;
        };
        names.push(String::from_utf8_lossy(name).into_owned());
        rest = &rest[size as usize..];
    }
    names
}

fn quicktime_key(name: &str, value: &[u8], metadata: &mut Metadata) {
    let text = || text::guess(value);
    match name.rsplit_once("quicktime.").map_or(name, |(_, name)| name) {
        "location.ISO6709" => fill(&mut metadata.gps, text().and_then(|text| Gps::from_iso_6709(&text))),
        "creationdate" => {
            if let Some(time) = text().and_then(|text| crate::time::iso(&text)) {
                metadata.taken_at = Some(time);
            }
        }
        "make" => metadata.camera = crate::metadata::camera(text(), metadata.camera.take()),
        "model" => metadata.camera = crate::metadata::camera(metadata.camera.take(), text()),
        "title" | "displayname" => fill(&mut metadata.title, text()),
        "artist" | "author" => fill(&mut metadata.artist, text()),
        "album" => fill(&mut metadata.album, text()),
        "com.android.capture.fps" => {}
        _ => {}
    }
}

fn itunes_tag(kind: &[u8; 4], value: &[u8], metadata: &mut Metadata) {
    match kind {
        b"\xa9nam" => fill(&mut metadata.title, text::guess(value)),
        b"\xa9ART" => fill(&mut metadata.artist, text::guess(value)),
        b"aART" => fill(&mut metadata.artist, text::guess(value)),
        b"\xa9alb" => fill(&mut metadata.album, text::guess(value)),
        b"\xa9day" => fill(&mut metadata.taken_at, text::guess(value).and_then(|text| crate::time::iso(&text))),
        b"cprt" => fill(&mut metadata.copyright, text::guess(value)),
        b"trkn" => fill(&mut metadata.track, value.u16_be(2).map(u32::from).filter(|track| *track > 0)),
        _ => {}
    }
}
