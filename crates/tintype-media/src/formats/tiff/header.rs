//! TIFF 6.0, sections 2 and 8, and BigTIFF: the first directory.

use super::layout::{JPEG, List, TiffLayout};
use super::mode;
use super::unpack::Packing;
use crate::decoding::INK_TABLES_BYTES;
use crate::frame::Samples;
use crate::header::Header;
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format, Orientation};

const MAX_ENTRIES: u64 = 4096;
/// Values of an entry that are looked at: one for each sample of a pixel.
const MAX_VALUES: u64 = 16;

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let layout = Directory::open(source)?.layout()?;
    let mode = mode::mode(&layout);
    let mut header = Header::new(Format::Tiff, layout.width, layout.height, mode);
    header.orientation = layout.orientation;
    header.frame_bytes_per_pixel = 0;
    header.samples = match mode {
        ColourMode::Bilevel | ColourMode::Grey | ColourMode::Grey16 | ColourMode::Grey16BigEndian => Samples::Grey,
        ColourMode::Integer | ColourMode::Float => Samples::Grey,
        ColourMode::GreyAlpha => Samples::GreyAlpha,
        ColourMode::Rgba | ColourMode::PaletteAlpha | ColourMode::Cmyk => Samples::Rgba,
        _ => Samples::Rgb,
    };
    // What shows through is converted before it is resized.
    header.converted = layout.profile.is_some() && !layout.has_clear_inks() || mode == ColourMode::Lab;
    // A row of strips or tiles with all its planes; and of one more its bytes as stored and the
    // codec's own copy.
    let (chunk_width, chunk_height) = layout.tile.unwrap_or((layout.width, layout.rows_per_strip.min(layout.height)));
    let (samples, planes) = match u64::from(layout.samples_per_pixel) {
        samples if layout.planar => (1, samples),
        samples => (samples, 1),
    };
    let row = (u64::from(chunk_width) * samples * u64::from(layout.depth())).div_ceil(8);
    let chunk = row.saturating_mul(chunk_height.into());
    let across = u64::from(layout.width).div_ceil(u64::from(chunk_width).max(1));
    let band = chunk.saturating_mul(across.saturating_mul(planes));
    let line = u64::from(layout.width) * header.samples.channels() as u64 * 2;
    let codec = match Packing::of(layout.compression) {
        None if layout.compression == JPEG => chunk.saturating_mul(2),
        packing => packing.map_or(0, Packing::memory),
    };
    // Inks, and lights of them.
    let inks = if layout.has_clear_inks() { 3 * line + INK_TABLES_BYTES } else { 0 };
    header.profile_bytes = layout.profile.map_or(0, |(_, len)| len.min(8 << 20));
    header.scratch_bytes = band
        .saturating_add(codec + inks)
        .saturating_add(line + (1 << 17) + header.profile_bytes)
        .saturating_add(layout.list_values * 256);
    header.set_detail(layout);
    Ok(header)
}

/// An entry's type, its number of values, and where they stand.
#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    offset: u64,
}

struct Directory<'a, 'b> {
    source: &'a mut HeaderReader<'b>,
    big_endian: bool,
    entries: Vec<Entry>,
    /// Where the pointer to the next directory stands, and its length.
    next: (u64, usize),
}

impl<'a, 'b> Directory<'a, 'b> {
    fn open(source: &'a mut HeaderReader<'b>) -> Result<Self, Error> {
        let head: [u8; 16] = source.array(0)?.ok_or_else(cut)?;
        let mut directory = Self { source, big_endian: head[0] == b'M', entries: Vec::new(), next: (0, 0) };
        let big = directory.number(&head[2..4]) == 43;
        let (start, count_len, entry_len, value_len) = if big { (8..16, 8, 20, 8) } else { (4..8, 2, 12, 4) };
        let start = directory.number(&head[start]);
        let count = directory.source.read_up_to(start, count_len)?;
        let count = directory.number(&count).min(MAX_ENTRIES);
        directory.next = (start.saturating_add(count_len as u64 + count * entry_len as u64), value_len);
        let bytes = directory.source.read_up_to(start.saturating_add(count_len as u64), count as usize * entry_len)?;
        for (index, entry) in bytes.chunks_exact(entry_len).enumerate() {
            let (tag, kind) = (directory.number(&entry[..2]) as u16, directory.number(&entry[2..4]) as u16);
            let (number, value) = if big { (&entry[4..12], &entry[12..]) } else { (&entry[4..8], &entry[8..]) };
            let count = directory.number(number);
            // Values that fit stand in the entry itself.
            let inline = count.saturating_mul(kind_len(kind)) <= value.len() as u64;
            let here = start + (count_len + index * entry_len + entry_len - value.len()) as u64;
            let offset = if inline { here } else { directory.number(value) };
            directory.entries.push(Entry { tag, kind, count, offset });
        }
        Ok(directory)
    }

    fn number(&self, bytes: &[u8]) -> u64 {
        let fold = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.big_endian { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
    }

    fn entry(&self, tag: u16) -> Option<Entry> {
        self.entries.iter().find(|entry| entry.tag == tag).copied()
    }

    fn values(&mut self, tag: u16) -> Result<Vec<u64>, Error> {
        let Some(entry) = self.entry(tag) else {
            return Ok(Vec::new());
        };
        let len = match entry.kind {
            1 | 3 | 4 | 16 => kind_len(entry.kind) as usize,
            _ => return Ok(Vec::new()),
        };
        let bytes = self.source.read_up_to(entry.offset, len * entry.count.min(MAX_VALUES) as usize)?;
        Ok(bytes.chunks_exact(len).map(|value| self.number(value)).collect())
    }

    fn value(&mut self, tag: u16) -> Result<Option<u64>, Error> {
        Ok(self.values(tag)?.first().copied())
    }

    fn short(&mut self, tag: u16, default: u16) -> Result<u16, Error> {
        Ok(self.value(tag)?.map_or(default, |value| u16::try_from(value).unwrap_or(u16::MAX)))
    }

    fn shorts(&mut self, tag: u16) -> Result<Vec<u16>, Error> {
        Ok(self.values(tag)?.into_iter().map(|value| u16::try_from(value).unwrap_or(u16::MAX)).collect())
    }

    fn long(&mut self, tag: u16) -> Result<Option<u32>, Error> {
        Ok(self.value(tag)?.map(|value| u32::try_from(value).unwrap_or(u32::MAX)))
    }

    fn layout(mut self) -> Result<TiffLayout, Error> {
        let samples_per_pixel = self.short(277, 1)?;
        let mut bits = self.shorts(258)?;
        if bits.len() == 1 {
            // Some writers say it once for all samples.
            bits.resize(usize::from(samples_per_pixel).clamp(1, MAX_VALUES as usize), bits[0]);
        }
        // A decoder that reads a list takes up to 256 bytes for each value on the way: measured.
        // Descriptions, dates, palettes and private blocks are not read by it.
        let read_whole =
            |entry: &&Entry| !matches!(entry.tag, 269..=272 | 285 | 305..=316 | 318..=320 | 700 | 33_000..);
        let list_values = self.entries.iter().filter(read_whole).map(|entry| entry.count.min(1 << 20)).sum();
        let tile = match (self.long(322)?, self.long(323)?) {
            (Some(width), Some(height)) => Some((width, height)),
            _ => None,
        };
        let place = |entry: Entry| (entry.offset, entry.count);
        let list = |entry: Entry| List { kind: entry.kind, count: entry.count, offset: entry.offset };
        let (offsets, lengths) = if tile.is_some() { (324, 325) } else { (273, 279) };
        Ok(TiffLayout {
            big_endian: self.big_endian,
            width: self.long(256)?.ok_or_else(|| missing("width"))?,
            height: self.long(257)?.ok_or_else(|| missing("height"))?,
            bits,
            compression: self.short(259, 1)?,
            photometric: self.short(262, 0)?,
            photometric_offset: self.entry(262).filter(|entry| entry.kind == 3).map_or(0, |entry| entry.offset),
            samples_per_pixel,
            rows_per_strip: self.long(278)?.filter(|rows| *rows > 0).unwrap_or(u32::MAX),
            planar: self.short(284, 1)? == 2 && samples_per_pixel > 1,
            tile,
            extra_samples: self.shorts(338)?,
            sample_format: self.short(339, 1)?,
            colour_map: self.entry(320).filter(|entry| entry.kind == 3).map(place),
            profile: self.entry(34675).map(place),
            orientation: Orientation::from_exif(self.short(274, 1)?).unwrap_or_default(),
            list_values,
            predictor: self.short(317, 1)?,
            fill_order: self.short(266, 1)?,
            offsets: self.entry(offsets).map(list),
            lengths: self.entry(lengths).map(list),
            fax_options: self.long(292)?.unwrap_or(0),
            next_directory: self.next,
            chroma_subsampling: self.shorts(530)?,
        })
    }
}

fn kind_len(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}

fn cut() -> Error {
    Error::malformed(Format::Tiff, "header is cut short")
}

fn missing(what: &str) -> Error {
    Error::malformed(Format::Tiff, format!("directory has no {what}"))
}
