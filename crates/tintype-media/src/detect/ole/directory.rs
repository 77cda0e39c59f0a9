//! The list of a compound file's storages and streams (MS-CFB, sections 2.2 to 2.6).

use std::io;

use crate::detect::file::{Bytes, File};

/// Entries that are looked at; a file of Office has some dozens.
const MOST_ENTRIES: usize = 4096;
const ENTRY_BYTES: usize = 128;
/// Places of the file that are read to follow chains.
const MOST_READS: usize = 1024;
/// Larger sector numbers mean "none" or "end".
const LAST_SECTOR: u64 = 0xFFFF_FFFA;

/// What lies right below the root.
pub(super) struct Directory {
    sector_bytes: u64,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u64,
    len: u64,
}

impl Directory {
    /// Reads the list; `None` where it cannot be found.
    pub(super) fn read(file: &mut File<'_>) -> io::Result<Option<Self>> {
        let header = file.read_up_to(0, 512)?;
        let bytes = Bytes(&header);
        let (Some(shift @ (9 | 12)), Some(first)) = (bytes.le(30, 2), bytes.le(48, 4)) else {
            return Ok(None);
        };
        let mut sectors = Sectors { bytes: 1 << shift, header: &header, reads_left: MOST_READS };
        let mut raw = Vec::new();
        let mut sector = first;
        // A chain that bites its tail ends here as well.
        while sector <= LAST_SECTOR && raw.len() < MOST_ENTRIES * ENTRY_BYTES {
            let piece = file.read_up_to(sectors.place(sector), sectors.bytes as usize)?;
            if piece.is_empty() {
                break;
            }
            raw.extend(piece);
            sector = sectors.next(file, sector)?;
        }
        let entries = below_root(&raw);
        Ok((!entries.is_empty()).then_some(Self { sector_bytes: sectors.bytes, entries }))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// Returns the first bytes of a stream; none of a short one, which shares a sector with others.
    pub(super) fn start(&self, file: &mut File<'_>, name: &str) -> io::Result<Vec<u8>> {
        const SHORT: u64 = 4096;
        let stream = self.entries.iter().find(|entry| entry.name == name && entry.len >= SHORT);
        stream.map_or(Ok(Vec::new()), |entry| {
            file.read_up_to(entry.start.saturating_add(1).saturating_mul(self.sector_bytes), 64)
        })
    }
}

struct Sectors<'a> {
    bytes: u64,
    header: &'a [u8],
    reads_left: usize,
}

impl Sectors<'_> {
    fn place(&self, sector: u64) -> u64 {
        (sector + 1) * self.bytes
    }

    /// Returns the number of a sector that is written at a place, or one that means "none".
    fn number(&mut self, file: &mut File<'_>, place: u64) -> io::Result<u64> {
        let Some(left) = self.reads_left.checked_sub(1) else {
            return Ok(u64::MAX);
        };
        self.reads_left = left;
        Ok(file.array::<4>(place)?.map_or(u64::MAX, |number| u32::from_le_bytes(number).into()))
    }

    /// Returns the sector that follows in a chain, as the file's table of sectors says.
    fn next(&mut self, file: &mut File<'_>, sector: u64) -> io::Result<u64> {
        let in_table = self.bytes / 4;
        let table = self.table(file, sector / in_table)?;
        if table > LAST_SECTOR {
            return Ok(u64::MAX);
        }
        self.number(file, self.place(table) + sector % in_table * 4)
    }

    /// Returns the sector in which a part of that table is: the header lists the first 109, a chain
    /// of sectors the rest.
    fn table(&mut self, file: &mut File<'_>, index: u64) -> io::Result<u64> {
        const IN_HEADER: u64 = 109;
        let header = Bytes(self.header);
        if index < IN_HEADER {
            return Ok(header.le(76 + index as usize * 4, 4).unwrap_or(u64::MAX));
        }
        let in_link = self.bytes / 4 - 1;
        let (links, place) = ((index - IN_HEADER) / in_link, (index - IN_HEADER) % in_link);
        let mut sector = header.le(68, 4).unwrap_or(u64::MAX);
        for _ in 0..links {
            if sector > LAST_SECTOR {
                return Ok(u64::MAX);
            }
            sector = self.number(file, self.place(sector) + in_link * 4)?;
        }
        if sector > LAST_SECTOR { Ok(u64::MAX) } else { self.number(file, self.place(sector) + place * 4) }
    }
}

/// Returns what the root's tree of siblings holds, or all there is where the tree is broken.
fn below_root(raw: &[u8]) -> Vec<Entry> {
    let (entries, _) = raw.as_chunks::<ENTRY_BYTES>();
    let mut seen = vec![false; entries.len()];
    let mut found = Vec::new();
    let child = |index: usize, at: usize| Bytes(&entries[index]).le(at, 4).map_or(usize::MAX, |next| next as usize);
    let mut open = if entries.is_empty() { Vec::new() } else { vec![child(0, 76)] };
    while let Some(index) = open.pop() {
        if index >= entries.len() || std::mem::replace(&mut seen[index], true) {
            continue;
        }
        found.extend(Entry::parse(&entries[index]));
        open.extend([child(index, 68), child(index, 72)]);
    }
    if found.is_empty() {
        found = entries.iter().skip(1).filter_map(Entry::parse).collect();
    }
    found
}

impl Entry {
    fn parse(raw: &[u8; ENTRY_BYTES]) -> Option<Self> {
        let bytes = Bytes(raw);
        let name_bytes = bytes.le(64, 2)?.checked_sub(2).filter(|len| *len > 0 && *len <= 62)?;
        let units = raw[..name_bytes as usize].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let name = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        // A storage or a stream.
        matches!(raw[66], 1 | 2).then_some(Self { name, start: bytes.le(116, 4)?, len: bytes.le(120, 4)? })
    }
}
