//! What the samples of a TIFF mean.

use tiff::decoder::DecodingResult;

use super::layout::{TiffLayout, photometric};
use super::unpack::Packing;
use crate::colour::InkRows;
use crate::frame::Samples;

/// Returns the photometric interpretation that makes the `tiff` crate give all samples as they are,
/// or `None` when the true one does.
pub(super) fn disguise(layout: &TiffLayout) -> Option<u16> {
    (layout.photometric != photometric::BLACK_IS_ZERO).then_some(photometric::BLACK_IS_ZERO)
}

/// Describes what was not understood.
pub(super) fn describe(layout: &TiffLayout) -> String {
    let (photometric, samples) = (layout.photometric, layout.samples_per_pixel);
    let (bits, compression) = (layout.depth(), layout.compression);
    format!("photometric `{photometric}`, `{samples}` samples of `{bits}` bits, compression `{compression}`")
}

#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Direct,
    Inverted,
    Palette,
    YCbCr,
    /// `a` and `b` signed.
    CieLab,
    /// `a` and `b` with 128 added.
    IccLab,
}

/// Turns samples of any depth into pixels of sixteen bits a sample.
pub(super) struct Converter {
    meaning: Meaning,
    samples: Samples,
    /// Samples per pixel in the file, used or not.
    stored: usize,
    depth: u16,
    palette: Vec<[u16; 3]>,
    premultiplied: bool,
    planar: bool,
    signed: bool,
    /// Set where inks come with alpha: they become lights row by row.
    inks: Option<InkRows>,
}

impl Converter {
    /// `profile` is used for inks with alpha only.
    pub(super) fn new(layout: &TiffLayout, palette: Vec<[u16; 3]>, profile: Option<&[u8]>) -> Option<Self> {
        let stored = usize::from(layout.samples_per_pixel);
        let depth = layout.depth();
        let extra = layout.extra_samples.first().copied();
        let alpha = layout.has_alpha();
        let (meaning, samples) = match layout.photometric {
            photometric::WHITE_IS_ZERO if stored == 1 => (Meaning::Inverted, Samples::Grey),
            photometric::BLACK_IS_ZERO if stored > 1 && alpha => (Meaning::Direct, Samples::GreyAlpha),
            photometric::BLACK_IS_ZERO => (Meaning::Direct, Samples::Grey),
            photometric::RGB if stored > 3 && (alpha || extra.is_none()) => (Meaning::Direct, Samples::Rgba),
            photometric::RGB if stored >= 3 => (Meaning::Direct, Samples::Rgb),
            photometric::PALETTE if depth <= 8 && stored > 1 && alpha => (Meaning::Palette, Samples::Rgba),
            photometric::PALETTE if depth <= 8 => (Meaning::Palette, Samples::Rgb),
            photometric::INKS if layout.has_clear_inks() => (Meaning::Direct, Samples::Rgba),
            photometric::INKS if stored >= 4 => (Meaning::Direct, Samples::Cmyk),
            photometric::YCBCR if stored == 3 => (Meaning::YCbCr, Samples::Rgb),
            photometric::YCBCR if stored == 1 => (Meaning::Direct, Samples::Grey),
            photometric::CIE_LAB if stored >= 3 => (Meaning::CieLab, Samples::Lab),
            photometric::ICC_LAB if stored >= 3 => (Meaning::IccLab, Samples::Lab),
            _ => return None,
        };
        if depth == 0 || !layout.is_common_depth() && Packing::of(layout.compression).is_none() {
            return None;
        }
        let premultiplied = extra == Some(1) && samples.has_alpha();
        let inks = layout.has_clear_inks().then(|| InkRows::new(profile));
        let (planar, signed) = (layout.planar, layout.sample_format == 2);
        Some(Self { meaning, samples, stored, depth, palette, premultiplied, planar, signed, inks })
    }

    /// What the pixels are.
    pub(super) fn samples(&self) -> Samples {
        self.samples
    }

    /// Returns how many samples a pixel has in the rows that [`Converter::row`] writes.
    pub(super) fn row_channels(&self) -> usize {
        self.samples.channels() + usize::from(self.inks.is_some())
    }

    /// Returns how many samples of a pixel a strip or tile has.
    pub(super) fn interleaved(&self) -> usize {
        if self.planar { 1 } else { self.stored }
    }

    /// Says whether samples of eight or sixteen bits are pixels as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.meaning == Meaning::Direct
            && matches!(self.depth, 8 | 16)
            && self.stored == self.samples.channels()
            && !(self.planar || self.premultiplied || self.inks.is_some())
    }

    /// Writes row `y` of a strip or tile of `width` pixels into pixels; those of one plane are
    /// gathered as they are.
    pub(super) fn row(&self, data: &DecodingResult, y: usize, width: usize, plane: usize, pixels: &mut [u16]) {
        let per_pixel = self.interleaved();
        let row = (y, width * per_pixel);
        let channels = self.row_channels();
        let pixels = pixels.chunks_exact_mut(channels).enumerate();
        if self.planar {
            if plane < channels {
                pixels.for_each(|(x, pixel)| pixel[plane] = self.sample(data, row, x));
            }
            return;
        }
        for (x, pixel) in pixels {
            let stored = |channel: usize| self.sample(data, row, x * per_pixel + channel);
            if self.meaning == Meaning::Palette {
                let colour = self.palette.get(usize::from(stored(0))).copied().unwrap_or_default();
                pixel[..3].copy_from_slice(&colour);
                if channels == 4 {
                    pixel[3] = stored(1);
                }
            } else {
                pixel.iter_mut().enumerate().for_each(|(channel, sample)| *sample = stored(channel));
                self.interpret(pixel);
            }
        }
    }

    /// Does for a row what could not be done plane by plane, and returns its pixels.
    pub(super) fn finish<'a>(&'a mut self, pixels: &'a mut [u16]) -> &'a [u16] {
        if self.planar {
            pixels.chunks_exact_mut(self.row_channels()).for_each(|pixel| self.interpret(pixel));
        }
        match &mut self.inks {
            Some(inks) => inks.lights(pixels),
            None => pixels,
        }
    }

    fn interpret(&self, pixel: &mut [u16]) {
        match self.meaning {
            Meaning::Direct | Meaning::Palette => {}
            Meaning::Inverted => pixel.iter_mut().for_each(|sample| *sample = u16::MAX - *sample),
            Meaning::YCbCr => pixel.copy_from_slice(&ycbcr_to_rgb(pixel[0], pixel[1], pixel[2])),
            Meaning::CieLab => {
                pixel[1..].iter_mut().for_each(|sample| *sample = self.without_spread(*sample) ^ 0x8000);
            }
            Meaning::IccLab => {
                pixel[1..].iter_mut().for_each(|sample| *sample = self.without_spread(*sample));
                if self.depth > 8 {
                    // ICC.1:2001, annex A: 100 is 0xFF00.
                    pixel[0] = (u32::from(pixel[0]) * 65_535 / 65_280).min(65_535) as u16;
                }
            }
        }
        if self.premultiplied {
            let (colours, alpha) = pixel.split_at_mut(self.row_channels() - 1);
            let alpha = u32::from(alpha[0]).max(1);
            // At most 65,535.
            colours.iter_mut().for_each(|colour| *colour = (u32::from(*colour) * 65_535 / alpha).min(65_535) as u16);
        }
    }

    /// Returns eight bits and eight zeros for a sample of eight bits, which stand there twice.
    fn without_spread(&self, sample: u16) -> u16 {
        if self.depth > 8 { sample } else { sample & 0xFF00 }
    }

    /// Returns the sample at `column` of row `y`, which has `row_len`: the high bits of deeper
    /// ones, shallow ones spread over the range, but indices into a palette as they are.
    fn sample(&self, data: &DecodingResult, (y, row_len): (usize, usize), column: usize) -> u16 {
        let at = y * row_len + column;
        let spread = |byte: u8| if self.is_index(column) { byte.into() } else { u16::from(byte) * 257 };
        // What is below zero is black. Conversion of a float saturates.
        let sample = match data {
            DecodingResult::U8(bytes) if self.depth != 8 => return self.packed(bytes, (y, row_len), column),
            DecodingResult::U8(bytes) => bytes.get(at).map(|byte| spread(*byte)),
            DecodingResult::U16(values) => values.get(at).copied(),
            DecodingResult::U32(values) => values.get(at).map(|value| (value >> 16) as u16),
            DecodingResult::U64(values) => values.get(at).map(|value| (value >> 48) as u16),
            DecodingResult::I8(values) => values.get(at).map(|value| u16::from((*value).max(0).cast_unsigned()) << 9),
            DecodingResult::I16(values) => values.get(at).map(|value| (*value).max(0).cast_unsigned() << 1),
            DecodingResult::I32(values) => values.get(at).map(|value| ((*value).max(0) >> 15) as u16),
            DecodingResult::I64(values) => values.get(at).map(|value| ((*value).max(0) >> 47) as u16),
            DecodingResult::F16(values) => values.get(at).map(|value| (f32::from(*value) * 65_535.0).round() as u16),
            DecodingResult::F32(values) => values.get(at).map(|value| (value * 65_535.0).round() as u16),
            DecodingResult::F64(values) => values.get(at).map(|value| (value * 65_535.0).round() as u16),
        };
        sample.unwrap_or(0)
    }

    /// Returns a sample of fewer than sixteen bits that shares bytes with others; rows begin with a
    /// byte of their own.
    fn packed(&self, bytes: &[u8], (y, row_len): (usize, usize), column: usize) -> u16 {
        let depth = usize::from(self.depth);
        let bit = column * depth;
        let at = y * (row_len * depth).div_ceil(8) + bit / 8;
        let byte = |index: usize| u32::from(bytes.get(at + index).copied().unwrap_or(0));
        let window = byte(0) << 16 | byte(1) << 8 | byte(2);
        let mask = (1_u32 << depth.min(15)) - 1;
        let value = window >> 24_usize.saturating_sub(depth + bit % 8) & mask;
        if self.signed && depth > 1 {
            let most = mask >> 1;
            // What is below zero is black.
            return if value > most { 0 } else { (value * 65_535 / most) as u16 };
        }
        // At most 65,535.
        (if self.is_index(column) { value } else { value * 65_535 / mask }) as u16
    }

    /// Says whether the sample of this column is an index into the palette.
    fn is_index(&self, column: usize) -> bool {
        self.meaning == Meaning::Palette && column.is_multiple_of(self.interleaved())
    }
}

/// ITU-T T.871, section 7.
fn ycbcr_to_rgb(luma: u16, blue: u16, red: u16) -> [u16; 3] {
    let luma = f32::from(luma);
    // 128 of 255.
    let (blue, red) = (f32::from(blue) - 32_896.0, f32::from(red) - 32_896.0);
    // Conversion to `u16` saturates.
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue]
        .map(|light| light.round() as u16)
}
