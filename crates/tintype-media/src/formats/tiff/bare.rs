//! Strips and tiles that the `tiff` crate refuses or misreads: most faxes, reversed bits, samples
//! of unusual depth, and lengths that are missing or wrong.

use std::io::{BufReader, Read, Seek, SeekFrom};

use tiff::decoder::DecodingResult;

use super::fax::{self, Coding};
use super::layout::{FAX_GROUP_3, FAX_GROUP_4, FAX_RLE, List, TiffLayout, UNCOMPRESSED};
use crate::decoding::Input;
use crate::{Error, Format, Limits};

pub(super) struct Bare<'a> {
    input: Input<'a>,
    layout: TiffLayout,
    coding: Option<Coding>,
    /// Where the strips or tiles begin, and how many bytes they may have.
    places: Vec<(u64, u64)>,
}

/// Finds strips and tiles, if they are such that they have to be read here.
pub(super) fn places(input: &mut Input<'_>, layout: &TiffLayout) -> Result<Option<Vec<(u64, u64)>>, Error> {
    if !matches!(layout.compression, UNCOMPRESSED | FAX_RLE | FAX_GROUP_3 | FAX_GROUP_4) {
        return Ok(None);
    }
    let file_len = input.seek(SeekFrom::End(0))?;
    let offsets = list(input, layout, layout.offsets)?;
    let lengths = list(input, layout, layout.lengths)?;
    let missing = lengths.len() < offsets.len();
    let overrun = offsets.iter().zip(&lengths).any(|(offset, len)| offset.saturating_add(*len) > file_len);
    let needed = missing
        || overrun
        || layout.fill_order == 2
        || matches!(layout.compression, FAX_RLE | FAX_GROUP_3)
        || !layout.is_common_depth();
    if !needed {
        return Ok(None);
    }
    let place = |(index, offset): (usize, u64)| {
        let rest = file_len.saturating_sub(offset);
        (offset, lengths.get(index).map_or(rest, |len| rest.min(*len)))
    };
    Ok(Some(offsets.into_iter().enumerate().map(place).collect()))
}

impl<'a> Bare<'a> {
    pub(super) fn new(input: Input<'a>, layout: &TiffLayout, places: Vec<(u64, u64)>) -> Result<Self, Error> {
        let coding = match layout.compression {
            FAX_RLE => Some(Coding::Rle),
            FAX_GROUP_3 => Some(Coding::Group3 { two_dimensions: layout.fax_options & 1 != 0 }),
            FAX_GROUP_4 => Some(Coding::Group4),
            _ => None,
        };
        let (depth, format) = (layout.depth(), layout.sample_format);
        let known = match (coding, depth) {
            (Some(_), _) => depth == 1 && layout.samples_per_pixel == 1,
            (None, 8 | 16) => matches!(format, 1 | 2 | 4),
            (None, _) => depth < 16 && matches!(format, 1 | 4),
        };
        if !known || layout.bits.iter().any(|bits| *bits != depth) {
            let message = format!("samples of `{depth}` bits, format `{format}`, read without the codec");
            return Err(Error::unsupported(Format::Tiff, message));
        }
        Ok(Self { input, layout: layout.clone(), coding, places })
    }

    /// Reads `rows` rows of a strip or tile that is `stored` pixels wide, of which `shown` are part
    /// of the image.
    pub(super) fn read(
        &mut self,
        index: u32,
        (stored, shown): (u32, u32),
        rows: u32,
        limits: &Limits,
    ) -> Result<DecodingResult, Error> {
        let place = self.places.get(index as usize).copied();
        let (offset, len) = place.ok_or_else(|| Error::malformed(Format::Tiff, "a strip or tile is missing"))?;
        self.input.seek(SeekFrom::Start(offset))?;
        let reversed = self.layout.fill_order == 2;
        let depth = usize::from(self.layout.depth());
        let per_pixel = if self.layout.planar { 1 } else { usize::from(self.layout.samples_per_pixel) };
        let bytes_of = |pixels: u32| (pixels as usize * per_pixel * depth).div_ceil(8);
        if let Some(coding) = self.coding {
            let width = u16::try_from(stored).map_err(|_| Error::unsupported(Format::Tiff, "a fax that wide"))?;
            let bytes = BufReader::new(self.input.by_ref().take(len)).bytes();
            let bytes = bytes.map(|byte| byte.map(|byte| if reversed { byte.reverse_bits() } else { byte }));
            let mut pixels = fax::decode(bytes, coding, width, rows as usize)
                .ok_or_else(|| Error::malformed(Format::Tiff, "a fax without a row"))?;
            limits.check_deadline()?;
            if shown < stored {
                let lines = pixels.chunks_exact(bytes_of(stored));
                pixels = lines.flat_map(|line| &line[..bytes_of(shown)]).copied().collect();
            }
            return Ok(DecodingResult::U8(pixels));
        }
        let signed = self.layout.sample_format == 2;
        let mut data = match (depth, signed) {
            (16, true) => DecodingResult::I16(Vec::new()),
            (16, false) => DecodingResult::U16(Vec::new()),
            (8, true) => DecodingResult::I8(Vec::new()),
            _ => DecodingResult::U8(Vec::new()),
        };
        let mut line = vec![0; bytes_of(stored)];
        for _ in 0..rows {
            self.input.read_exact(&mut line)?;
            if reversed {
                line.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
            }
            let line = &line[..bytes_of(shown)];
            let wide = line.as_chunks::<2>().0.iter().map(|bytes| self.layout.number(bytes) as u16);
            match &mut data {
                DecodingResult::U16(values) => values.extend(wide),
                DecodingResult::I16(values) => values.extend(wide.map(u16::cast_signed)),
                DecodingResult::I8(values) => values.extend(line.iter().map(|byte| byte.cast_signed())),
                DecodingResult::U8(values) => values.extend(line),
                _ => {}
            }
        }
        Ok(data)
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
