//! Directories of TIFF and BigTIFF, which EXIF and most raw files are made of.

use std::ops::Range;

use crate::Error;
use crate::input::Input;

/// Entries of one directory that are looked at.
const MAX_ENTRIES: u64 = 2000;

/// Where a structure of TIFF is in the file, and how its numbers are written.
#[derive(Debug, Clone)]
pub(crate) struct Tiff {
    place: Range<u64>,
    little: bool,
    big: bool,
    /// Where the first directory is.
    pub(crate) first: u64,
}

/// An entry of a directory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) tag: u16,
    kind: u16,
    count: u64,
    /// Where the value is, from the start of the structure on.
    at: u64,
}

impl Entry {
    /// Returns whether the value is a number that says where something is.
    pub(crate) fn is_pointer(self) -> bool {
        matches!(self.kind, 4 | 13) && self.count == 1
    }
}

/// A directory: its entries, and where the next one is.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) entries: Vec<Entry>,
    pub(crate) next: u64,
}

impl Directory {
    pub(crate) fn find(&self, tag: u16) -> Option<Entry> {
        self.entries.iter().copied().find(|entry| entry.tag == tag)
    }
}

impl Tiff {
    /// Reads the header of a structure that takes a range of the file.
    pub(crate) fn open(input: &mut Input<'_>, place: Range<u64>) -> Result<Option<Self>, Error> {
        let Some(header) = input.array::<16>(place.start)? else {
            // The smallest directory fits into sixteen bytes no more.
            return Ok(None);
        };
        let little = match &header[..2] {
            b"II" => true,
            b"MM" => false,
            _ => return Ok(None),
        };
        let mut tiff = Self { place, little, big: false, first: 0 };
        match tiff.number(&header[2..4]) {
            // Panasonic's, Olympus' two, and the real one.
            42 | 0x55 | 0x4f52 | 0x5352 => tiff.first = tiff.number(&header[4..8]),
            43 => {
                tiff.big = true;
                tiff.first = tiff.number(&header[8..16]);
            }
            _ => return Ok(None),
        }
        Ok(Some(tiff))
    }

    /// Returns a structure without a header of its own, as makers' notes are.
    pub(crate) fn with_order(place: Range<u64>, little: bool) -> Option<Self> {
        (place.start < place.end).then_some(Self { place, little, big: false, first: 0 })
    }

    /// Where the structure begins in the file.
    pub(crate) fn start(&self) -> u64 {
        self.place.start
    }

    fn number(&self, bytes: &[u8]) -> u64 {
        let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
    }

    fn read(&self, input: &mut Input<'_>, at: u64, count: usize) -> Result<Vec<u8>, Error> {
        let Some(start) = self.place.start.checked_add(at).filter(|start| *start < self.place.end) else {
            return Ok(Vec::new());
        };
        let count = count.min(usize::try_from(self.place.end - start).unwrap_or(usize::MAX));
        input.read_up_to(start, count)
    }

    /// Reads a directory; one that is cut short has fewer entries.
    pub(crate) fn directory(&self, input: &mut Input<'_>, at: u64) -> Result<Directory, Error> {
        let (head, size, field) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.number(&self.read(input, at, head)?);
        if at == 0 || count == 0 || count > MAX_ENTRIES {
            return Ok(Directory::default());
        }
        let bytes = self.read(input, at + head as u64, count as usize * size + field)?;
        let mut directory = Directory::default();
        for (index, entry) in bytes.chunks_exact(size).take(count as usize).enumerate() {
            let (tag, kind) = (self.number(&entry[..2]) as u16, self.number(&entry[2..4]) as u16);
            let count = self.number(&entry[4..4 + field]);
            let Some(total) = size_of(kind).and_then(|unit| count.checked_mul(unit)) else {
                continue;
            };
            let inline = at + (head + index * size + size - field) as u64;
            let value = if total <= field as u64 { inline } else { self.number(&entry[size - field..]) };
            directory.entries.push(Entry { tag, kind, count, at: value });
        }
        directory.next = bytes.get(count as usize * size..).map_or(0, |next| self.number(next));
        Ok(directory)
    }

    /// Returns up to `most` bytes of a value.
    pub(crate) fn bytes(&self, input: &mut Input<'_>, entry: Entry, most: usize) -> Result<Vec<u8>, Error> {
        let total = size_of(entry.kind).unwrap_or(1).saturating_mul(entry.count);
        self.read(input, entry.at, usize::try_from(total).unwrap_or(usize::MAX).min(most))
    }

    /// Returns where a value is in the file.
    pub(crate) fn place_of(&self, entry: Entry) -> Range<u64> {
        let start = self.place.start.saturating_add(entry.at);
        let total = size_of(entry.kind).unwrap_or(1).saturating_mul(entry.count);
        start..start.saturating_add(total).min(self.place.end)
    }

    /// Returns up to `most` numbers of a value.
    pub(crate) fn numbers(&self, input: &mut Input<'_>, entry: Entry, most: usize) -> Result<Vec<f64>, Error> {
        let unit = size_of(entry.kind).unwrap_or(1) as usize;
        let bytes = self.bytes(input, entry, most * unit)?;
        let value = |bytes: &[u8]| {
            let half = bytes.len() / 2;
            match entry.kind {
                5 => self.number(&bytes[..half]) as f64 / self.number(&bytes[half..]) as f64,
                10 => f64::from(self.number(&bytes[..half]) as i32) / f64::from(self.number(&bytes[half..]) as i32),
                6 => f64::from(bytes[0] as i8),
                8 => f64::from(self.number(bytes) as i16),
                9 => f64::from(self.number(bytes) as i32),
                16 | 18 | 13 | 1 | 3 | 4 => self.number(bytes) as f64,
                17 => self.number(bytes) as i64 as f64,
                11 => f64::from(f32::from_bits(self.number(bytes) as u32)),
                12 => f64::from_bits(self.number(bytes)),
                _ => f64::NAN,
            }
        };
        Ok(bytes.chunks_exact(unit).map(value).collect())
    }

    /// Returns the first number of the entry with a tag, if it is finite.
    pub(crate) fn float(&self, input: &mut Input<'_>, directory: &Directory, tag: u16) -> Result<Option<f64>, Error> {
        let Some(entry) = directory.find(tag) else {
            return Ok(None);
        };
        Ok(self.numbers(input, entry, 1)?.first().copied().filter(|value| value.is_finite()))
    }

    /// Returns the first number of the entry with a tag, if it is none below zero.
    pub(crate) fn unsigned(
        &self,
        input: &mut Input<'_>,
        directory: &Directory,
        tag: u16,
    ) -> Result<Option<u64>, Error> {
        Ok(self.float(input, directory, tag)?.filter(|value| (0.0..1e15).contains(value)).map(|value| value as u64))
    }

    /// Returns the text of the entry with a tag.
    pub(crate) fn text(&self, input: &mut Input<'_>, directory: &Directory, tag: u16) -> Result<Option<String>, Error> {
        match directory.find(tag) {
            Some(entry) => Ok(crate::text::guess(trim(&self.bytes(input, entry, 8192)?))),
            None => Ok(None),
        }
    }
}

/// Cuts what follows the end of a text.
fn trim(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    &bytes[..end]
}

fn size_of(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}
