use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use proptest::prelude::*;
use tintype_domain::{Crc32, Timestamp};
use zip::ZipArchive;

use super::{Entry, Layout, Piece, dos_time};

/// An archive that is nowhere: its contents are bytes that depend on their offset.
struct Virtual {
    layout: Arc<Layout>,
    at: u64,
}

fn byte(entry: usize, offset: u64) -> u8 {
    (offset.wrapping_mul(31) ^ (offset >> 8) ^ entry as u64) as u8
}

fn content(entry: usize, range: std::ops::Range<u64>) -> Vec<u8> {
    range.map(|offset| byte(entry, offset)).collect()
}

fn bytes(layout: &Arc<Layout>, range: std::ops::Range<u64>) -> Vec<u8> {
    let pieces = layout.pieces(range).map(|piece| match piece {
        Piece::Bytes(bytes) => bytes,
        Piece::Content { entry, range } => content(entry, range),
    });
    pieces.collect::<Vec<_>>().concat()
}

impl Read for Virtual {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self.layout.size().min(self.at + buffer.len() as u64);
        let read = bytes(&self.layout, self.at..end);
        buffer[..read.len()].copy_from_slice(&read);
        self.at += read.len() as u64;
        Ok(read.len())
    }
}

impl Seek for Virtual {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(distance) => self.layout.size().checked_add_signed(distance),
            SeekFrom::Current(distance) => self.at.checked_add_signed(distance),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(seconds * 1_000_000)
}

fn layout(sizes: &[u64]) -> Arc<Layout> {
    let entry = |(number, size): (usize, &u64)| {
        // Nobody reads what is larger.
        let crc32 = if *size < 1 << 20 { crc32fast::hash(&content(number, 0..*size)) } else { 0 };
        let modified = moment(1_764_000_000 + number as i64);
        Entry { name: format!("ü{number}.bin"), size: *size, crc32: Crc32(crc32), modified }
    };
    Arc::new(Layout::new(sizes.iter().enumerate().map(entry).collect()))
}

fn open(layout: &Arc<Layout>) -> ZipArchive<Virtual> {
    ZipArchive::new(Virtual { layout: layout.clone(), at: 0 }).unwrap()
}

#[test]
fn an_archive_can_be_read_back() {
    let layout = layout(&[1, 70_000, 0, 3]);
    let mut archive = open(&layout);
    assert_eq!(archive.len(), 4);
    for (number, size) in [1, 70_000, 0, 3].into_iter().enumerate() {
        let mut file = archive.by_index(number).unwrap();
        let mut read = Vec::new();
        // Compared with its CRC-32 by the reader.
        file.read_to_end(&mut read).unwrap();
        assert_eq!((file.name().unwrap(), read), (format!("ü{number}.bin").into(), content(number, 0..size)));
        let modified = file.last_modified().unwrap();
        assert_eq!((modified.year(), modified.month(), modified.day()), (2025, 11, 24));
        assert_eq!(file.unix_mode(), Some(0o100_644));
    }
}

#[test]
fn offsets_and_sizes_beyond_four_gibibytes_stand_in_zip64() {
    let sizes = [5, u64::from(u32::MAX) - 1, 7, u64::from(u32::MAX), 9 << 40, 11];
    let layout = layout(&sizes);
    let mut archive = open(&layout);
    let mut at = 0;
    for (number, size) in sizes.into_iter().enumerate() {
        let name = format!("ü{number}.bin");
        let file = archive.by_index_raw(number).unwrap();
        assert_eq!((file.name().unwrap(), file.size(), file.compressed_size()), (name.as_str().into(), size, size));
        assert_eq!(file.header_start(), at, "{name}");
        let zip64 = if size >= u64::from(u32::MAX) { 20 } else { 0 };
        at += 30 + name.len() as u64 + 9 + zip64;
        drop(file);
        // The content begins where the layout says.
        let read = bytes(&layout, at..at + size.min(5));
        assert_eq!(read, content(number, 0..size.min(5)), "{name}");
        at += size;
    }
    let mut small = Vec::new();
    archive.by_index(5).unwrap().read_to_end(&mut small).unwrap();
    assert_eq!(small, content(5, 0..11), "behind nine tebibytes");
}

#[test]
fn as_many_entries_as_sixteen_bits_cannot_count_stand_in_zip64() {
    for count in [65_534, 65_535, 65_600] {
        let layout = layout(&vec![1; count]);
        assert_eq!(open(&layout).len(), count);
        let end = bytes(&layout, layout.size() - 22..layout.size());
        let told = u16::from_le_bytes([end[10], end[11]]);
        assert_eq!(usize::from(told), count.min(65_535));
        let before = bytes(&layout, layout.size() - 42..layout.size() - 38);
        assert_eq!(before == 0x0706_4b50_u32.to_le_bytes(), count >= 65_535);
    }
}

#[test]
fn an_empty_archive_is_its_end() {
    let layout = layout(&[]);
    assert_eq!((layout.size(), open(&layout).len()), (22, 0));
}

#[test]
fn times_are_kept_within_what_dos_knows() {
    // 2025-12-22T17:43:07Z, of which two seconds are one.
    assert_eq!(dos_time(moment(1_766_425_387)), (17 << 11 | 43 << 5 | 3, 45 << 9 | 12 << 5 | 22));
    assert_eq!(dos_time(moment(0)), (0, 1 << 5 | 1));
    assert_eq!(dos_time(moment(253_402_300_799)), (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_range_is_a_part_of_the_whole(
        sizes in proptest::collection::vec(prop_oneof![0..5_u64, 0..5_000_u64], 0..12),
        (from, to) in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let layout = layout(&sizes);
        let whole = bytes(&layout, 0..layout.size());
        prop_assert_eq!(whole.len() as u64, layout.size());
        let size = layout.size() as f64;
        let (from, to) = ((from * size) as usize, (to * size) as usize);
        let range = from.min(to)..from.max(to);
        let part = bytes(&layout, range.start as u64..range.end as u64);
        prop_assert!(part == whole[range]);
        let mut archive = ZipArchive::new(io::Cursor::new(whole)).unwrap();
        prop_assert_eq!(archive.len(), sizes.len());
        for number in 0..sizes.len() {
            io::copy(&mut archive.by_index(number).unwrap(), &mut io::sink()).unwrap();
        }
    }
}
