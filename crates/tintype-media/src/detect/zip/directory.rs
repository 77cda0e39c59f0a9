//! The list of an archive's entries (APPNOTE.TXT, sections 4.3.7 to 4.3.16).

use std::io::{self, Read};

use flate2::read::DeflateDecoder;

use crate::detect::file::{Bytes, File, Window, tail};

/// Bytes of the list that are looked at: enough for some 50,000 entries.
const MOST_BYTES: u64 = 4 << 20;
/// Entries that are looked for from the beginning, where the list at the end is missing.
const MOST_LOCAL: usize = 4096;
/// Longer names belong to no part that counts.
const NAME_BYTES: usize = 512;

/// Where an entry is.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    method: u16,
    packed: u64,
    offset: u64,
}

/// Where the list of entries is.
pub(super) enum Directory {
    /// At the end, between these places.
    Central(u64, u64),
    /// Nowhere: the archive is cut short, and its entries follow one another.
    Lost,
}

impl Directory {
    /// Says whether an archive begins at the file's beginning: with an entry that has a name, or
    /// with none at all.
    pub(super) fn begins(&self, file: &mut File<'_>) -> io::Result<bool> {
        let head = file.read_up_to(0, 64)?;
        let head = Bytes(&head);
        let letters = |at: usize| head.slice(at, 1).is_some_and(|name| name[0] >= 0x20);
        let entry = |at: usize| {
            let known = head.le_in(at + 4, 1, ..=63) && head.le_in(at + 8, 2, ..=99);
            known && head.le_in(at + 26, 2, 1..=4096) && letters(at + 30)
        };
        Ok(match head.slice(0, 4) {
            _ if matches!(self, Self::Central(..)) => true,
            Some(b"PK\x03\x04") => entry(0),
            Some(b"PK\x07\x08") => entry(4),
            _ => file.len() >= 22 && head.has(4, &[0; 8]),
        })
    }

    pub(super) fn find(file: &mut File<'_>) -> io::Result<Self> {
        const RECORD: usize = 22;
        let end = tail(file, RECORD + 0xFFFF + 20)?;
        let end_at = file.len() - end.len() as u64;
        let Some(at) = end.windows(4).rposition(|window| window == b"PK\x05\x06") else {
            return Ok(Self::Lost);
        };
        let record = Bytes(&end[at..]);
        let (Some(size), Some(start)) = (record.le(12, 4), record.le(16, 4)) else {
            return Ok(Self::Lost);
        };
        let record_at = end_at + at as u64;
        let mut places = vec![(start, size), (record_at.saturating_sub(size), size)];
        // The locator of the record with 64-bit numbers stands right before.
        if let Some(locator) = at.checked_sub(20).map(|before| Bytes(&end[before..]))
            && locator.has(0, b"PK\x06\x07")
        {
            let wide = file.read_up_to(locator.le(8, 8).unwrap_or(u64::MAX), 56)?;
            if let (Some(size), Some(start)) = (Bytes(&wide).le(40, 8), Bytes(&wide).le(48, 8)) {
                places.insert(0, (start, size));
            }
        }
        for (start, size) in places {
            if file.read_up_to(start, 4)? == b"PK\x01\x02" {
                return Ok(Self::Central(start, start.saturating_add(size.min(MOST_BYTES))));
            }
        }
        Ok(Self::Lost)
    }

    /// Calls `visit` with each entry and its name.
    pub(super) fn for_each(&self, file: &mut File<'_>, mut visit: impl FnMut(&Entry, &[u8])) -> io::Result<()> {
        match self {
            Self::Central(start, end) => {
                let (mut at, mut window) = (*start, Window::new());
                while at < *end {
                    let Some(header) =
                        window.get(file, at, 46)?.map(Bytes).filter(|header| header.has(0, b"PK\x01\x02"))
                    else {
                        break;
                    };
                    let number = |at, count| header.le(at, count).unwrap_or_default();
                    let entry = Entry { method: number(10, 2) as u16, packed: number(20, 4), offset: number(42, 4) };
                    let (name, extra, comment) = (number(28, 2), number(30, 2), number(32, 2));
                    let kept = (name as usize).min(NAME_BYTES);
                    if let Some(name) = window.get(file, at + 46, kept)? {
                        visit(&entry, name);
                    }
                    at += 46 + name + extra + comment;
                }
            }
            Self::Lost => {
                let (mut at, mut window) = (0, Window::new());
                for _ in 0..MOST_LOCAL {
                    let Some(header) =
                        window.get(file, at, 30)?.map(Bytes).filter(|header| header.has(0, b"PK\x03\x04"))
                    else {
                        break;
                    };
                    let number = |at, count| header.le(at, count).unwrap_or_default();
                    let entry = Entry { method: number(8, 2) as u16, packed: number(18, 4), offset: at };
                    let (sizes_follow, name, extra) = (number(6, 2) & 8 != 0, number(26, 2), number(28, 2));
                    let kept = (name as usize).min(NAME_BYTES);
                    if let Some(name) = window.get(file, at + 30, kept)? {
                        visit(&entry, name);
                    }
                    if sizes_follow && entry.packed == 0 {
                        break;
                    }
                    at = at.saturating_add(30 + name + extra + entry.packed);
                }
            }
        }
        Ok(())
    }

    /// Says whether there is an entry of that name, in any case of letters.
    pub(super) fn contains(&self, file: &mut File<'_>, name: &[u8]) -> io::Result<bool> {
        let mut found = false;
        self.for_each(file, |_, known| {
            found |= !name.is_empty() && known.strip_prefix(b"/").unwrap_or(known).eq_ignore_ascii_case(name);
        })?;
        Ok(found)
    }
}

impl Entry {
    /// Returns the entry's first bytes, unpacked; none where it is encrypted, damaged or packed in
    /// another way.
    pub(super) fn read(&self, file: &mut File<'_>, most: usize) -> io::Result<Vec<u8>> {
        let header = file.read_up_to(self.offset, 30)?;
        let header = Bytes(&header);
        let (Some(flags), Some(name), Some(extra)) = (header.le(6, 2), header.le(26, 2), header.le(28, 2)) else {
            return Ok(Vec::new());
        };
        if flags & 1 != 0 || !header.has(0, b"PK\x03\x04") {
            return Ok(Vec::new());
        }
        let start = self.offset.saturating_add(30 + name + extra);
        let packed = usize::try_from(self.packed).unwrap_or(usize::MAX).min(most);
        // An archive that was written as a stream may not know the length.
        let packed = if self.packed == 0 && flags & 8 != 0 { most } else { packed };
        let bytes = file.read_up_to(start, packed)?;
        match self.method {
            0 => Ok(bytes),
            8 => {
                let mut unpacked = Vec::new();
                // What was unpacked before the damage counts.
                let _ = DeflateDecoder::new(bytes.as_slice()).take(most as u64).read_to_end(&mut unpacked);
                Ok(unpacked)
            }
            _ => Ok(Vec::new()),
        }
    }
}
