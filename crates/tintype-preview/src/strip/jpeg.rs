//! JPEG: segments that go, and what comes behind the picture.

use super::edit::{Edit, Strip};
use super::exif::{self, Change};
use crate::Error;
use crate::input::Input;

const MAX_SEGMENTS: usize = 100_000;

pub(super) fn edits(input: &mut Input<'_>, strip: Strip) -> Result<Vec<Edit>, Error> {
    let mut edits = Vec::new();
    let mut at = 2;
    for _ in 0..MAX_SEGMENTS {
        let Some([0xff, marker, high, low]) = input.array::<4>(at)? else {
            return Err(Error::damaged("a segment that is cut short"));
        };
        if marker == 0xff {
            at += 1;
            continue;
        }
        if marker == 0xda {
            if strip == Strip::All {
                let end = end_of_picture(input, at)?;
                edits.push(Edit::remove(end, input.len()));
                edits.retain(|edit| edit.start < edit.end);
            }
            return Ok(edits);
        }
        if marker == 0xd9 {
            return Ok(edits);
        }
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            at += 2;
            continue;
        }
        let end = at + 2 + u64::from(u16::from_be_bytes([high, low])).max(2);
        let head = input.read_up_to(at + 4, 32)?;
        match marker {
            0xe1 if head.starts_with(b"Exif\0") => match exif::change(input, at + 10..end, strip)? {
                Change::Nothing => {}
                Change::Replace(bytes) if bytes.is_empty() => edits.push(Edit::remove(at, end)),
                Change::Replace(bytes) => {
                    let mut segment = vec![0xff, 0xe1];
                    segment.extend((bytes.len() as u16 + 8).to_be_bytes());
                    segment.extend(b"Exif\0\0");
                    segment.extend(bytes);
                    edits.push(Edit::replace(at, end, segment));
                }
                Change::Blank(blanks) => edits.extend(blanks),
            },
            // XMP may tell a place as well, and nothing that shows pixels needs it.
            0xe1 => edits.push(Edit::remove(at, end)),
            _ if strip == Strip::Gps => {}
            // JFIF, colour profile and Adobe's transform say how pixels are shown.
            0xe0 if head.starts_with(b"JFIF\0") => {}
            0xe2 if head.starts_with(b"ICC_PROFILE\0") => {}
            0xee if head.starts_with(b"Adobe") => {}
            0xe0..=0xef | 0xfe => edits.push(Edit::remove(at, end)),
            _ => {}
        }
        at = end;
    }
    Err(Error::damaged("too many segments"))
}

/// Returns where the picture whose scan begins here ends; what follows is further pictures, films
/// and makers' notes.
fn end_of_picture(input: &mut Input<'_>, scan: u64) -> Result<u64, Error> {
    const CHUNK_BYTES: usize = 64 << 10;
    let mut at = scan;
    loop {
        // Past the header of the scan, or of a table between two scans.
        let Some([0xff, marker, high, low]) = input.array::<4>(at)? else {
            return Ok(input.len());
        };
        if marker == 0xd9 {
            return Ok(at + 2);
        }
        at += if marker == 0xff { 1 } else { 2 + u64::from(u16::from_be_bytes([high, low])) };
        if marker != 0xda {
            continue;
        }
        // Past entropy-coded bytes: up to a marker that is no restart and no stuffing.
        'scan: loop {
            let bytes = input.read_up_to(at, CHUNK_BYTES)?;
            if bytes.len() < 2 {
                return Ok(input.len());
            }
            for (index, pair) in bytes.windows(2).enumerate() {
                if pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff) {
                    at += index as u64;
                    break 'scan;
                }
            }
            at += bytes.len() as u64 - 1;
        }
        if input.array::<2>(at)? == Some([0xff, 0xd9]) {
            return Ok(at + 2);
        }
    }
}
