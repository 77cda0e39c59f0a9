//! The bytes of a ZIP archive of stored files, computed from what is known of these: nothing has to
//! be read to know the size of the archive, or what lies at an offset.
//!
//! The format is PKWARE's APPNOTE 6.3.10; numbers of sections refer to it. ZIP64 is used where a
//! number needs it. Times are in UTC by the extra field `UT` of Info-ZIP.

use std::ops::Range;
use std::sync::Arc;

use tintype_domain::{Crc32, Timestamp};

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Unique, of at most 65,535 bytes.
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) crc32: Crc32,
    pub(super) modified: Timestamp,
}

/// Where everything lies in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    entries: Vec<Entry>,
    /// Where the segments begin: for each entry its local header and its content; for each entry
    /// its record of the central directory; the end of the directory. Then the size of the archive.
    starts: Vec<u64>,
}

/// A part of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes between contents.
    Bytes(Vec<u8>),
    /// A range of the content of an entry.
    Content { entry: usize, range: Range<u64> },
}

impl Piece {
    /// Returns the entry whose content it is a part of.
    pub(super) fn entry(&self) -> Option<usize> {
        match self {
            Self::Bytes(_) => None,
            Self::Content { entry, .. } => Some(*entry),
        }
    }
}

/// What a segment is.
enum Segment<'a> {
    Header(&'a Entry),
    Content,
    Record(&'a Entry, u64),
    End,
}

/// How many bytes between contents are made at a time, about.
const PIECE_BYTES: usize = 64 << 10;

/// What 32 and 16 bits say if the number stands in a field of ZIP64.
const IN_ZIP64_32: u32 = u32::MAX;
const IN_ZIP64_16: u16 = u16::MAX;

/// 4.4.3.2: what is needed to unpack it: nothing in particular, or ZIP64.
const VERSION: u16 = 10;
const VERSION_ZIP64: u16 = 45;

/// 4.4.2: attributes are those of Unix.
const MADE_BY: u16 = (3 << 8) | VERSION_ZIP64;

/// 4.4.4, bit 11: names are in UTF-8.
const FLAGS: u16 = 1 << 11;

/// An ordinary file, which its owner may write and everybody may read.
const ATTRIBUTES: u32 = 0o100_644 << 16;

impl Layout {
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let mut starts = Vec::with_capacity(3 * entries.len() + 2);
        let mut at = 0_u64;
        let mut headers = Vec::with_capacity(entries.len());
        for entry in &entries {
            headers.push(at);
            starts.push(at);
            at = at.saturating_add(header(entry).len() as u64);
            starts.push(at);
            at = at.saturating_add(entry.size);
        }
        for (entry, header) in entries.iter().zip(headers) {
            starts.push(at);
            at = at.saturating_add(record(entry, header).len() as u64);
        }
        starts.push(at);
        let mut layout = Self { entries, starts };
        let end = layout.end().len() as u64;
        layout.starts.push(at.saturating_add(end));
        layout
    }

    /// Returns the bytes of the whole archive.
    pub(super) fn size(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Returns the parts that make up a range of the archive, in order.
    pub(super) fn pieces(self: &Arc<Self>, range: Range<u64>) -> impl Iterator<Item = Piece> + use<> {
        let layout = self.clone();
        let end = range.end.min(layout.size());
        let mut at = range.start;
        std::iter::from_fn(move || {
            let piece = (at < end).then(|| layout.piece(at, end))?;
            at += match &piece {
                Piece::Bytes(bytes) => bytes.len() as u64,
                Piece::Content { range, .. } => range.end - range.start,
            };
            Some(piece)
        })
    }

    /// Returns the records of the central directory, which tell everything but the contents.
    pub(super) fn directory(&self) -> impl Iterator<Item = Vec<u8>> {
        let first = 2 * self.entries.len();
        (first..first + self.entries.len()).map(|segment| self.bytes(segment).unwrap_or_default())
    }

    /// Returns the part that begins at an offset before `end`, which lies within the archive.
    fn piece(&self, at: u64, end: u64) -> Piece {
        // The last one that begins there or before; empty segments come before it.
        let mut segment = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.starts[segment];
        let Some(mut bytes) = self.bytes(segment) else {
            let end = end.min(self.starts[segment + 1]);
            return Piece::Content { entry: segment / 2, range: at - start..end - start };
        };
        let skipped = at - start;
        let wanted = end - start;
        while (bytes.len() as u64) < wanted && bytes.len() < PIECE_BYTES {
            segment += 1;
            match self.bytes(segment) {
                Some(more) => bytes.extend_from_slice(&more),
                None => break,
            }
        }
        bytes.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        // Shorter than the segment, which is in memory.
        bytes.drain(..skipped as usize);
        Piece::Bytes(bytes)
    }

    /// Returns the bytes of a segment; `None` if it is a content.
    fn bytes(&self, segment: usize) -> Option<Vec<u8>> {
        match self.segment(segment) {
            Segment::Header(entry) => Some(header(entry)),
            Segment::Content => None,
            Segment::Record(entry, header) => Some(record(entry, header)),
            Segment::End => Some(self.end()),
        }
    }

    fn segment(&self, segment: usize) -> Segment<'_> {
        let contents = 2 * self.entries.len();
        let of_entry = |entry: usize| self.entries.get(entry);
        match segment.checked_sub(contents) {
            None if segment % 2 == 1 => Segment::Content,
            None => of_entry(segment / 2).map_or(Segment::End, Segment::Header),
            Some(entry) => of_entry(entry).map_or(Segment::End, |e| Segment::Record(e, self.starts[2 * entry])),
        }
    }

    /// Returns the end of the central directory (4.3.14 to 4.3.16).
    fn end(&self) -> Vec<u8> {
        let count = self.entries.len() as u64;
        let (start, end) = (self.starts[2 * self.entries.len()], self.starts[3 * self.entries.len()]);
        let size = end - start;
        let needs_zip64 = count >= IN_ZIP64_16.into() || size >= IN_ZIP64_32.into() || start >= IN_ZIP64_32.into();
        let mut bytes = Vec::new();
        if needs_zip64 {
            let rest_of_record = 44_u64;
            let one_disk = 1_u32;
            bytes.extend(0x0606_4b50_u32.to_le_bytes());
            bytes.extend(rest_of_record.to_le_bytes());
            bytes.extend(MADE_BY.to_le_bytes());
            bytes.extend(VERSION_ZIP64.to_le_bytes());
            bytes.extend([0; 8]);
            for number in [count, count, size, start] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(0x0706_4b50_u32.to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(end.to_le_bytes());
            bytes.extend(one_disk.to_le_bytes());
        }
        let count = u16::try_from(count).unwrap_or(IN_ZIP64_16);
        bytes.extend(0x0605_4b50_u32.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(in_32(size).to_le_bytes());
        bytes.extend(in_32(start).to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }
}

/// Returns the local header of an entry (4.3.7).
fn header(entry: &Entry) -> Vec<u8> {
    let is_large = entry.size >= IN_ZIP64_32.into();
    let mut extra = Vec::new();
    if is_large {
        // Here, both sizes have to stand (4.5.3).
        extra.extend(zip64(&[entry.size, entry.size]));
    }
    extra.extend(time(entry));
    let mut bytes = Vec::with_capacity(30 + entry.name.len() + extra.len());
    bytes.extend(0x0403_4b50_u32.to_le_bytes());
    bytes.extend(facts(entry, is_large, &extra));
    bytes.extend(entry.name.as_bytes());
    bytes.extend(extra);
    bytes
}

/// Returns the record of an entry in the central directory (4.3.12), whose local header stands
/// there.
fn record(entry: &Entry, header: u64) -> Vec<u8> {
    let (is_large, is_far) = (entry.size >= IN_ZIP64_32.into(), header >= IN_ZIP64_32.into());
    let mut numbers = Vec::new();
    if is_large {
        numbers.extend([entry.size, entry.size]);
    }
    if is_far {
        numbers.push(header);
    }
    let mut extra = if numbers.is_empty() { Vec::new() } else { zip64(&numbers) };
    extra.extend(time(entry));
    let mut bytes = Vec::with_capacity(46 + entry.name.len() + extra.len());
    bytes.extend(0x0201_4b50_u32.to_le_bytes());
    bytes.extend(MADE_BY.to_le_bytes());
    bytes.extend(facts(entry, is_large || is_far, &extra));
    // No comment, the first disk, no internal attributes.
    bytes.extend([0; 6]);
    bytes.extend(ATTRIBUTES.to_le_bytes());
    bytes.extend(in_32(header).to_le_bytes());
    bytes.extend(entry.name.as_bytes());
    bytes.extend(extra);
    bytes
}

/// Returns what local header and record have in common: from the version to the lengths of name and
/// extra fields.
fn facts(entry: &Entry, needs_zip64: bool, extra: &[u8]) -> Vec<u8> {
    let version = if needs_zip64 { VERSION_ZIP64 } else { VERSION };
    let stored = 0_u16;
    let (time, date) = dos_time(entry.modified);
    let mut bytes = Vec::with_capacity(26);
    for number in [version, FLAGS, stored, time, date] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [entry.crc32.0, in_32(entry.size), in_32(entry.size)] {
        bytes.extend(number.to_le_bytes());
    }
    for length in [entry.name.len(), extra.len()] {
        bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
    }
    bytes
}

/// Returns a number, or the one that says that ZIP64 has it.
fn in_32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(IN_ZIP64_32)
}

/// Returns the extra field of ZIP64 (4.5.3).
fn zip64(numbers: &[u64]) -> Vec<u8> {
    // Three numbers at most.
    let length = (8 * numbers.len()) as u16;
    let mut bytes = [1_u16.to_le_bytes(), length.to_le_bytes()].concat();
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

/// Returns the extra field with the time of the last change in seconds since 1970, if 32 bits have
/// room for it.
fn time(entry: &Entry) -> Vec<u8> {
    let Ok(seconds) = i32::try_from(entry.modified.unix_micros().div_euclid(1_000_000)) else { return Vec::new() };
    let mut bytes = vec![b'U', b'T', 5, 0, 1];
    bytes.extend(seconds.to_le_bytes());
    bytes
}

/// Returns time and date as DOS has them (4.4.6), with the years from 1980 to 2107.
fn dos_time(moment: Timestamp) -> (u16, u16) {
    let moment = moment.to_datetime();
    let year = match u16::try_from(moment.year()) {
        Ok(year @ 1980..=2107) => year - 1980,
        Ok(2108..) => return (0xbf7d, 0xff9f),
        _ => return (0, 0x21),
    };
    let time = u16::from(moment.hour()) << 11 | u16::from(moment.minute()) << 5 | u16::from(moment.second() / 2);
    (time, year << 9 | u16::from(u8::from(moment.month())) << 5 | u16::from(moment.day()))
}

#[cfg(test)]
mod tests;
