//! Icon and cursor directories.

use crate::formats::{bmp, png};
use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::{BoundedReader, HeaderReader, ReadSeek};
use crate::{ColourMode, Error, Format};

/// `00 00 01 00` begins other binary files too, so the first directory entry must make sense.
pub(super) fn is_icon(head: &[u8]) -> bool {
    if !matches!(head, [0, 0, 1 | 2, 0, ..]) {
        return false;
    }
    let Some(entry) = head.get(..22) else {
        return false;
    };
    let count = u16::from_le_bytes([entry[4], entry[5]]);
    let reserved = entry[9];
    let length = u32::from_le_bytes([entry[14], entry[15], entry[16], entry[17]]);
    let offset = u32::from_le_bytes([entry[18], entry[19], entry[20], entry[21]]);
    count > 0 && matches!(reserved, 0 | 255) && length > 0 && offset >= 6 + 16 * u32::from(count)
}

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let largest = largest_entry(source)?;
    let head = source.read_up_to(largest.offset, 8)?;
    let is_png = head == b"\x89PNG\r\n\x1a\n";
    let mut header = if is_png {
        embedded_png(source, &largest)?
    } else {
        let mut header = bmp::read(source, largest.offset)?;
        // The bitmap's height counts the mask below it.
        header.height /= 2;
        header.mode = ColourMode::Rgba;
        header
    };
    let len = largest.len.min(u32::try_from(source.len()).unwrap_or(u32::MAX));
    header.set_detail(IconEntry { is_png, offset: largest.offset, len });
    header.format = Format::Ico;
    header.scratch_bytes += u64::from(len);
    if !is_png {
        // And a mask.
        header.frame_bytes_per_pixel = 5;
        header.samples = Samples::Rgba;
    }
    Ok(header)
}

/// The picture that counts.
pub(super) struct IconEntry {
    pub(super) is_png: bool,
    pub(super) offset: u64,
    pub(super) len: u32,
}

struct Entry {
    area: u32,
    bits: u16,
    len: u32,
    offset: u64,
}

fn largest_entry(source: &mut HeaderReader<'_>) -> Result<Entry, Error> {
    let [low, high] = need(source, Format::Ico, 4)?;
    let directory = source.read_up_to(6, 16 * usize::from(u16::from_le_bytes([low, high])))?;
    let (entries, _) = directory.as_chunks::<16>();
    let entries = entries.iter().map(|entry| {
        let side = |value: u8| if value == 0 { 256 } else { u32::from(value) };
        Entry {
            area: side(entry[0]) * side(entry[1]),
            bits: u16::from_le_bytes([entry[6], entry[7]]),
            len: u32::from_le_bytes([entry[8], entry[9], entry[10], entry[11]]),
            offset: u32::from_le_bytes([entry[12], entry[13], entry[14], entry[15]]).into(),
        }
    });
    // The first of equals, as a stable sort would have it.
    entries
        .reduce(|best, entry| if (entry.area, entry.bits) > (best.area, best.bits) { entry } else { best })
        .ok_or_else(|| Error::malformed(Format::Ico, "directory is empty"))
}

fn embedded_png(source: &mut HeaderReader<'_>, entry: &Entry) -> Result<Header, Error> {
    let mut bytes = std::io::Cursor::new(source.read_up_to(entry.offset, (entry.len as usize).min(1 << 16))?);
    png::read(&mut BoundedReader::new(&mut bytes as &mut dyn ReadSeek)?)
}
