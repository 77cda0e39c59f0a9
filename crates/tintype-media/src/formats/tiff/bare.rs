//! Strips and tiles that the `tiff` crate refuses or misreads: most faxes, reversed bits, samples
//! of unusual depth, colour differences of several pixels, Zstandard, and lengths that are missing
//! or wrong.

use std::io::{BufRead, Read, Seek, SeekFrom};

use tiff::decoder::DecodingResult;

use super::fax::{self, Coding};
use super::layout::{FAX_GROUP_3, FAX_GROUP_4, FAX_RLE, List, TiffLayout};
use super::predictor;
use super::unpack::{Packing, reversed};
use crate::decoding::Input;
use crate::{Error, Format, Limits};

pub(super) struct Bare<'a> {
    input: Input<'a>,
    layout: TiffLayout,
    coding: BareCoding,
    /// Where the strips or tiles begin, and how many bytes they may have.
    places: Vec<(u64, u64)>,
}

enum BareCoding {
    Fax(Coding),
    Packed(Packing),
}

impl BareCoding {
    fn of(layout: &TiffLayout) -> Option<Self> {
        Some(match layout.compression {
            FAX_RLE => Self::Fax(Coding::Rle),
            FAX_GROUP_3 => Self::Fax(Coding::Group3 { two_dimensions: layout.fax_options & 1 != 0 }),
            FAX_GROUP_4 => Self::Fax(Coding::Group4),
            compression => Self::Packed(Packing::of(compression)?),
        })
    }
}

/// Where strips and tiles are.
pub(super) struct Places {
    list: Vec<(u64, u64)>,
    /// Whether they have to be read here.
    pub(super) needed: bool,
}

/// Finds strips and tiles that can be read here; none of other compressions.
pub(super) fn places(input: &mut Input<'_>, layout: &TiffLayout) -> Result<Option<Places>, Error> {
    let Some(coding) = BareCoding::of(layout) else {
        return Ok(None);
    };
    let file_len = input.seek(SeekFrom::End(0))?;
    let offsets = list(input, layout, layout.offsets)?;
    let lengths = list(input, layout, layout.lengths)?;
    let missing = lengths.len() < offsets.len();
    let wrong = |(offset, len): (&u64, &u64)| *len == 0 || offset.saturating_add(*len) > file_len;
    let needed = missing
        || offsets.iter().zip(&lengths).any(wrong)
        || layout.fill_order == 2
        || matches!(layout.compression, FAX_RLE | FAX_GROUP_3)
        || matches!(coding, BareCoding::Packed(Packing::Zstandard))
        || !layout.is_common_depth()
        || layout.has_shared_chroma();
    let place = |(index, offset): (usize, u64)| {
        let rest = file_len.saturating_sub(offset);
        // All but faxes end by themselves, so that lengths need not be believed.
        let len = lengths.get(index).filter(|len| **len > 0 && matches!(coding, BareCoding::Fax(_)));
        (offset, len.map_or(rest, |len| rest.min(*len)))
    };
    Ok(Some(Places { list: offsets.into_iter().enumerate().map(place).collect(), needed }))
}

impl<'a> Bare<'a> {
    pub(super) fn new(input: Input<'a>, layout: &TiffLayout, places: Places) -> Result<Self, Error> {
        let (depth, format) = (layout.depth(), layout.sample_format);
        let coding = BareCoding::of(layout).filter(|coding| match (coding, depth) {
            (BareCoding::Fax(_), _) => depth == 1 && layout.samples_per_pixel == 1,
            _ if layout.has_shared_chroma() => {
                let shared = layout.shared_chroma();
                let sides = [1, 2, 4];
                let is_plain = depth == 8 && format == 1 && layout.predictor < 2 && !layout.planar;
                is_plain && sides.contains(&shared.0) && sides.contains(&shared.1)
            }
            (_, 32 | 64) => matches!(format, 1..=4),
            (_, 0..=16) => matches!(format, 1 | 2 | 4),
            _ => false,
        });
        match coding.filter(|_| predictor::is_known(layout) && layout.bits.iter().all(|bits| *bits == depth)) {
            Some(coding) => Ok(Self { input, layout: layout.clone(), coding, places: places.list }),
            None => {
                let message = format!("samples of `{depth}` bits, format `{format}`, read without the codec");
                Err(Error::unsupported(Format::Tiff, message))
            }
        }
    }

    /// Reads `rows` rows of a strip or tile that is `stored` pixels wide, of which `shown` are part
    /// of the image. Returns how many there are.
    pub(super) fn read(
        &mut self,
        index: u32,
        (stored, shown): (u32, u32),
        rows: u32,
        limits: &Limits,
    ) -> Result<(DecodingResult, u32), Error> {
        let place = self.places.get(index as usize).copied();
        let (offset, len) = place.ok_or_else(|| Error::malformed(Format::Tiff, "a strip or tile is missing"))?;
        self.input.seek(SeekFrom::Start(offset))?;
        let source = self.input.by_ref().take(len);
        let source: Box<dyn BufRead + '_> = match self.layout.fill_order {
            2 => Box::new(reversed(source)),
            _ => Box::new(source),
        };
        let (data, come) = match self.coding {
            BareCoding::Fax(coding) => {
                let pixels = read_fax(source, coding, (stored, shown), rows)?;
                (DecodingResult::U8(pixels), rows)
            }
            BareCoding::Packed(packing) => {
                let lines = Lines { source: packing.unpack(source)?, layout: &self.layout };
                match self.layout.has_shared_chroma() {
                    true => lines.with_shared_chroma((stored, shown), rows),
                    false => lines.read((stored, shown), rows),
                }
            }
        };
        // Where nothing more comes, the time may be over.
        limits.check_deadline()?;
        if come == 0 {
            return Err(Error::malformed(Format::Tiff, "a strip or tile without a row"));
        }
        Ok((data, come))
    }
}

fn read_fax(source: impl BufRead, coding: Coding, (stored, shown): (u32, u32), rows: u32) -> Result<Vec<u8>, Error> {
    let width = u16::try_from(stored).map_err(|_| Error::unsupported(Format::Tiff, "a fax that wide"))?;
    let pixels = fax::decode(source.bytes(), coding, width, rows as usize)
        .ok_or_else(|| Error::malformed(Format::Tiff, "a fax without a row"))?;
    if shown == stored {
        return Ok(pixels);
    }
    let bytes_of = |pixels: u32| (pixels as usize).div_ceil(8);
    let lines = pixels.chunks_exact(bytes_of(stored));
    Ok(lines.flat_map(|line| &line[..bytes_of(shown)]).copied().collect())
}

/// The rows of a strip or tile.
struct Lines<'a> {
    source: Box<dyn Read + 'a>,
    layout: &'a TiffLayout,
}

impl Lines<'_> {
    /// Fills the line, or says that there are no more.
    fn fill(&mut self, line: &mut [u8]) -> bool {
        self.source.read_exact(line).is_ok()
    }

    fn read(mut self, (stored, shown): (u32, u32), rows: u32) -> (DecodingResult, u32) {
        let layout = self.layout;
        let per_pixel = if layout.planar { 1 } else { usize::from(layout.samples_per_pixel) };
        let bytes_of = |pixels: u32| (pixels as usize * per_pixel * usize::from(layout.depth())).div_ceil(8);
        let mut data = empty(layout, bytes_of(shown) * rows as usize);
        let mut line = vec![0; bytes_of(stored)];
        for row in 0..rows {
            if !self.fill(&mut line) {
                return (data, row);
            }
            predictor::undo(layout, &mut line, per_pixel);
            append(&mut data, &line[..bytes_of(shown)], layout);
        }
        (data, rows)
    }

    /// Reads blocks of pixels that have their luminances one by one and their colour in common
    /// (TIFF 6.0, section 21).
    fn with_shared_chroma(mut self, (stored, shown): (u32, u32), rows: u32) -> (DecodingResult, u32) {
        let (across, down) = self.layout.shared_chroma();
        let (across, down) = (usize::from(across), usize::from(down));
        let block = across * down + 2;
        let mut pixels = Vec::with_capacity(shown as usize * rows as usize * 3);
        let mut line = vec![0; (stored as usize).div_ceil(across) * block];
        for top in (0..rows).step_by(down) {
            if !self.fill(&mut line) {
                return (DecodingResult::U8(pixels), top);
            }
            for y in 0..down.min((rows - top) as usize) {
                for x in 0..shown as usize {
                    let block = &line[x / across * block..][..block];
                    let [.., blue, red] = *block else {
                        continue;
                    };
                    pixels.extend([block[y * across + x % across], blue, red]);
                }
            }
        }
        (DecodingResult::U8(pixels), rows)
    }
}

/// Returns the samples of no rows, with room for so many bytes; those that share bytes stay as they
/// are.
fn empty(layout: &TiffLayout, bytes: usize) -> DecodingResult {
    const SIGNED: u16 = 2;
    const FLOAT: u16 = 3;
    match (layout.depth(), layout.sample_format) {
        (8, SIGNED) => DecodingResult::I8(Vec::with_capacity(bytes)),
        (16, SIGNED) => DecodingResult::I16(Vec::with_capacity(bytes / 2)),
        (16, _) => DecodingResult::U16(Vec::with_capacity(bytes / 2)),
        (32, SIGNED) => DecodingResult::I32(Vec::with_capacity(bytes / 4)),
        (32, FLOAT) => DecodingResult::F32(Vec::with_capacity(bytes / 4)),
        (32, _) => DecodingResult::U32(Vec::with_capacity(bytes / 4)),
        (64, SIGNED) => DecodingResult::I64(Vec::with_capacity(bytes / 8)),
        (64, FLOAT) => DecodingResult::F64(Vec::with_capacity(bytes / 8)),
        (64, _) => DecodingResult::U64(Vec::with_capacity(bytes / 8)),
        _ => DecodingResult::U8(Vec::with_capacity(bytes)),
    }
}

fn append(data: &mut DecodingResult, line: &[u8], layout: &TiffLayout) {
    let wide = |len: usize| line.chunks_exact(len).map(|bytes| layout.number(bytes));
    match data {
        DecodingResult::U8(values) => values.extend(line),
        DecodingResult::I8(values) => values.extend(line.iter().map(|byte| byte.cast_signed())),
        DecodingResult::U16(values) => values.extend(wide(2).map(|number| number as u16)),
        DecodingResult::I16(values) => values.extend(wide(2).map(|number| (number as u16).cast_signed())),
        DecodingResult::U32(values) => values.extend(wide(4).map(|number| number as u32)),
        DecodingResult::I32(values) => values.extend(wide(4).map(|number| (number as u32).cast_signed())),
        DecodingResult::F32(values) => values.extend(wide(4).map(|number| f32::from_bits(number as u32))),
        DecodingResult::U64(values) => values.extend(wide(8)),
        DecodingResult::I64(values) => values.extend(wide(8).map(u64::cast_signed)),
        DecodingResult::F64(values) => values.extend(wide(8).map(f64::from_bits)),
        DecodingResult::F16(_) => {}
    }
}

/// Reads a list of the directory; one of another type than whole numbers is empty.
fn list(input: &mut Input<'_>, layout: &TiffLayout, list: Option<List>) -> Result<Vec<u64>, Error> {
    /// As many as the decoder's memory is estimated for.
    const MAX_VALUES: u64 = 1 << 20;
    let Some(List { kind: kind @ (3 | 4 | 16), count, offset }) = list else {
        return Ok(Vec::new());
    };
    let len = match kind {
        3 => 2,
        4 => 4,
        _ => 8,
    };
    input.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    input.take(count.min(MAX_VALUES) * len).read_to_end(&mut bytes)?;
    Ok(bytes.chunks_exact(len as usize).map(|value| layout.number(value)).collect())
}
