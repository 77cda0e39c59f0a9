//! ZIP archives: their central directory, entry by entry, and single entries unpacked.

use std::io::Read;

use crate::Error;
use crate::input::{Input, Numbers};

/// Entries that are looked at.
const MAX_ENTRIES: u64 = 1_000_000;
/// Bytes of the central directory that are read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Where the central directory is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Zip {
    start: u64,
    entries: u64,
}

/// An entry of the central directory.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    method: u16,
    pub(crate) encrypted: bool,
    packed: u64,
    pub(crate) size: u64,
    offset: u64,
}

impl Zip {
    pub(crate) fn open(input: &mut Input<'_>) -> Result<Self, Error> {
        // The end of the directory may have a comment behind it.
        let tail_len = input.len().min(65_557);
        let tail_start = input.len() - tail_len;
        let tail = input.read_up_to(tail_start, tail_len as usize)?;
        let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06");
        let Some(end) = end else {
            return Err(Error::damaged("no central directory"));
        };
        let record = &tail[end..];
        let cut = || Error::damaged("a central directory that is cut short");
        let mut entries = u64::from(record.u16_le(10).ok_or_else(cut)?);
        let mut size = u64::from(record.u32_le(12).ok_or_else(cut)?);
        let mut start = u64::from(record.u32_le(16).ok_or_else(cut)?);
        let end = tail_start + end as u64;
        if entries == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff {
            let locator = input.read_up_to(end.saturating_sub(20), 20)?;
            if locator.starts_with(b"PK\x06\x07")
                && let Some(at) = locator.u64_le(8)
            {
                let record = input.read_up_to(at, 56)?;
                if let (true, Some(count), Some(bytes), Some(offset)) =
                    (record.starts_with(b"PK\x06\x06"), record.u64_le(32), record.u64_le(40), record.u64_le(48))
                {
                    (entries, size, start) = (count, bytes, offset);
                }
            }
        }
        // Something may stand before the archive, as in programs that unpack themselves.
        if input.array::<4>(start)? != Some(*b"PK\x01\x02") && entries > 0 {
            start = end.saturating_sub(size);
        }
        Ok(Self { start, entries })
    }

    /// Hands on each entry until `take` says no.
    pub(crate) fn each(&self, input: &mut Input<'_>, mut take: impl FnMut(Entry) -> bool) -> Result<(), Error> {
        let mut at = self.start;
        let mut buffer = Vec::new();
        let mut used = 0;
        for _ in 0..self.entries.min(MAX_ENTRIES) {
            // A header with the longest names and comments fits.
            if buffer.len() - used < 46 || buffer.len() - used < header_len(&buffer[used..]) {
                at += used as u64;
                buffer = input.read_up_to(at, CHUNK_BYTES)?;
                used = 0;
                let needed = header_len(&buffer);
                if needed > buffer.len() {
                    buffer = input.read_up_to(at, needed)?;
                }
            }
            let header = &buffer[used..];
            let Some(entry) = Entry::parse(header) else {
                return Ok(());
            };
            used += header_len(header).min(header.len());
            if !take(entry) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Returns an entry's content, of which there may be at most `most` bytes; `None` if there are
    /// more, or it is encrypted or packed in a way that is not read.
    pub(crate) fn read(&self, input: &mut Input<'_>, entry: &Entry, most: u64) -> Result<Option<Vec<u8>>, Error> {
        if entry.encrypted || entry.packed > most.saturating_add(1 << 10) {
            return Ok(None);
        }
        let header = input.read_up_to(entry.offset, 30)?;
        let (Some(name), Some(extra)) = (header.u16_le(26), header.u16_le(28)) else {
            return Ok(None);
        };
        let start = entry.offset + 30 + u64::from(name) + u64::from(extra);
        let packed = input.read_up_to(start, usize::try_from(entry.packed).unwrap_or(usize::MAX))?;
        match entry.method {
            0 if packed.len() as u64 <= most => Ok(Some(packed)),
            8 => {
                let mut content = Vec::new();
                let mut unpacked = flate2::read::DeflateDecoder::new(packed.as_slice()).take(most + 1);
                // What is damaged tells as much as could be unpacked.
                let _ = unpacked.read_to_end(&mut content);
                Ok((content.len() as u64 <= most && !content.is_empty()).then_some(content))
            }
            _ => Ok(None),
        }
    }

    /// Returns the first of `names` that is there.
    pub(crate) fn find(&self, input: &mut Input<'_>, names: &[&str]) -> Result<Option<Entry>, Error> {
        let mut found: Option<(usize, Entry)> = None;
        self.each(input, |entry| {
            let rank = names.iter().position(|name| entry.name.eq_ignore_ascii_case(name));
            if let Some(rank) = rank
                && found.as_ref().is_none_or(|(best, _)| rank < *best)
            {
                found = Some((rank, entry));
            }
            !matches!(found, Some((0, _)))
        })?;
        Ok(found.map(|(_, entry)| entry))
    }
}

fn header_len(header: &[u8]) -> usize {
    let part = |offset| header.u16_le(offset).map_or(0, usize::from);
    46 + part(28) + part(30) + part(32)
}

impl Entry {
    fn parse(header: &[u8]) -> Option<Self> {
        if !header.starts_with(b"PK\x01\x02") {
            return None;
        }
        let (name_len, extra_len) = (usize::from(header.u16_le(28)?), usize::from(header.u16_le(30)?));
        let name = String::from_utf8_lossy(header.get(46..46 + name_len)?).into_owned();
        let mut entry = Self {
            name,
            method: header.u16_le(10)?,
            encrypted: header.u16_le(8)? & 1 != 0,
            packed: u64::from(header.u32_le(20)?),
            size: u64::from(header.u32_le(24)?),
            offset: u64::from(header.u32_le(42)?),
        };
        let mut extra = header.get(46 + name_len..46 + name_len + extra_len).unwrap_or_default();
        while let (Some(id), Some(length)) = (extra.u16_le(0), extra.u16_le(2)) {
            if id == 1 {
                // Only what does not fit into 32 bits stands here, in this order.
                let mut at = 4;
                for value in [&mut entry.size, &mut entry.packed, &mut entry.offset] {
                    if *value == 0xffff_ffff {
                        *value = extra.u64_le(at).unwrap_or(*value);
                        at += 8;
                    }
                }
            }
            extra = extra.get(4 + usize::from(length)..).unwrap_or_default();
        }
        Some(entry)
    }
}
