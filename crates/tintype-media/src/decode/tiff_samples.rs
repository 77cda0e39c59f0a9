//! What the samples of a TIFF mean.

use tiff::decoder::DecodingResult;

use crate::frame::Samples;
use crate::probe::{TiffLayout, photometric};

/// Returns the photometric interpretation that makes the `tiff` crate give all samples as they are, or `None` when
/// the true one does.
pub(super) fn disguise(layout: &TiffLayout) -> Option<u16> {
    (layout.photometric != photometric::BLACK_IS_ZERO).then_some(photometric::BLACK_IS_ZERO)
}

/// Describes what was not understood.
pub(super) fn describe(layout: &TiffLayout) -> String {
    let (photometric, samples) = (layout.photometric, layout.samples_per_pixel);
    let (bits, compression) = (layout.depth(), layout.compression);
    format!("photometric `{photometric}`, `{samples}` samples of `{bits}` bits, compression `{compression}`")
}

/// Where a strip or tile goes.
pub(super) struct Place {
    /// The sample that a planar file's chunk holds, else 0.
    pub(super) plane: usize,
    /// Offset of its first pixel in the frame.
    pub(super) start: usize,
    /// Bytes from one row of the frame to the next.
    pub(super) row_bytes: usize,
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

/// Turns chunks of any depth into eight-bit pixels of a frame.
pub(super) struct Converter {
    meaning: Meaning,
    samples: Samples,
    /// Samples per pixel in the file, used or not.
    stored: usize,
    depth: u16,
    palette: Vec<[u8; 3]>,
    premultiplied: bool,
    planar: bool,
    reversed_bits: bool,
}

impl Converter {
    pub(super) fn new(layout: &TiffLayout, palette: Vec<[u8; 3]>) -> Option<Self> {
        const UNCOMPRESSED: u16 = 1;
        let stored = usize::from(layout.samples_per_pixel);
        let depth = layout.depth();
        let extra = layout.extra_samples.first().copied();
        let alpha = matches!(extra, Some(1 | 2 | 999));
        let (meaning, samples) = match layout.photometric {
            photometric::WHITE_IS_ZERO if stored == 1 => (Meaning::Inverted, Samples::Grey),
            photometric::BLACK_IS_ZERO if stored > 1 && alpha => (Meaning::Direct, Samples::GreyAlpha),
            photometric::BLACK_IS_ZERO => (Meaning::Direct, Samples::Grey),
            photometric::RGB if stored > 3 && (alpha || extra.is_none()) => (Meaning::Direct, Samples::Rgba),
            photometric::RGB if stored >= 3 => (Meaning::Direct, Samples::Rgb),
            photometric::PALETTE if depth <= 8 && stored > 1 && alpha => (Meaning::Palette, Samples::Rgba),
            photometric::PALETTE if depth <= 8 => (Meaning::Palette, Samples::Rgb),
            photometric::INKS if stored >= 4 => (Meaning::Direct, Samples::Cmyk),
            photometric::YCBCR if stored == 3 && layout.has_full_chroma() => (Meaning::YCbCr, Samples::Rgb),
            photometric::YCBCR if stored == 1 => (Meaning::Direct, Samples::Grey),
            photometric::CIE_LAB if stored >= 3 => (Meaning::CieLab, Samples::Rgb),
            photometric::ICC_LAB if stored >= 3 => (Meaning::IccLab, Samples::Rgb),
            _ => return None,
        };
        let reversed_bits = layout.fill_order == 2;
        // Reversed bits inside a compressed stream would have to be turned before it is decompressed.
        if reversed_bits && layout.compression != UNCOMPRESSED {
            return None;
        }
        let premultiplied = extra == Some(1) && samples.has_alpha();
        Some(Self { meaning, samples, stored, depth, palette, premultiplied, planar: layout.planar, reversed_bits })
    }

    /// What the frame's pixels are.
    pub(super) fn samples(&self) -> Samples {
        self.samples
    }

    /// Writes a decoded chunk of `width` x `height` pixels into the frame.
    pub(super) fn place(
        &self,
        data: &DecodingResult,
        place: &Place,
        (width, height): (usize, usize),
        pixels: &mut [u8],
    ) {
        let per_pixel = if self.planar { 1 } else { self.stored };
        let Some(data) = self.to_bytes(data, width * per_pixel, height) else {
            return;
        };
        let channels = self.samples.channels();
        for (y, row) in data.chunks_exact(width * per_pixel).enumerate() {
            let start = place.start + y * place.row_bytes;
            let Some(target) = pixels.get_mut(start..start + width * channels) else {
                return;
            };
            if self.planar {
                self.place_plane(row, place.plane, target);
            } else {
                self.place_row(row, target);
            }
        }
    }

    /// Planes are gathered as they are; what they mean together is worked out at the end.
    fn place_plane(&self, row: &[u8], plane: usize, target: &mut [u8]) {
        let channels = self.samples.channels();
        if plane < channels {
            for (pixel, sample) in target.chunks_exact_mut(channels).zip(row) {
                pixel[plane] = *sample;
            }
        }
    }

    fn place_row(&self, row: &[u8], target: &mut [u8]) {
        let channels = self.samples.channels();
        for (pixel, stored) in target.chunks_exact_mut(channels).zip(row.chunks_exact(self.stored)) {
            if self.meaning == Meaning::Palette {
                let colour = self.palette.get(usize::from(stored[0])).copied().unwrap_or_default();
                pixel[..3].copy_from_slice(&colour);
                if channels == 4 {
                    pixel[3] = stored[1];
                }
            } else {
                pixel.copy_from_slice(&stored[..channels]);
                self.interpret(pixel);
            }
        }
    }

    /// Does for the whole frame what could not be done plane by plane.
    pub(super) fn finish(&self, pixels: &mut [u8]) {
        if self.planar {
            pixels.chunks_exact_mut(self.samples.channels()).for_each(|pixel| self.interpret(pixel));
        }
    }

    fn interpret(&self, pixel: &mut [u8]) {
        match self.meaning {
            Meaning::Direct | Meaning::Palette => {}
            Meaning::Inverted => pixel.iter_mut().for_each(|sample| *sample = 255 - *sample),
            Meaning::YCbCr => pixel.copy_from_slice(&ycbcr_to_rgb(pixel[0], pixel[1], pixel[2])),
            Meaning::CieLab => {
                let signed = |sample: u8| f32::from(sample.cast_signed());
                pixel.copy_from_slice(&lab_to_srgb(pixel[0], signed(pixel[1]), signed(pixel[2])));
            }
            Meaning::IccLab => {
                let offset = |sample: u8| f32::from(sample) - 128.0;
                pixel.copy_from_slice(&lab_to_srgb(pixel[0], offset(pixel[1]), offset(pixel[2])));
            }
        }
        if self.premultiplied {
            let (colours, alpha) = pixel.split_at_mut(self.samples.channels() - 1);
            let alpha = u16::from(alpha[0]).max(1);
            // At most 255.
            colours.iter_mut().for_each(|colour| *colour = (u16::from(*colour) * 255 / alpha).min(255) as u8);
        }
    }

    /// Returns one byte for each sample: the high bits of deeper ones, shallow ones spread over the range, but
    /// indices into a palette as they are.
    fn to_bytes(&self, data: &DecodingResult, row_samples: usize, rows: usize) -> Option<Vec<u8>> {
        Some(match data {
            DecodingResult::U8(bytes) if self.depth < 8 => self.unpack(bytes, row_samples, rows)?,
            DecodingResult::U8(bytes) if self.reversed_bits => bytes.iter().map(|byte| byte.reverse_bits()).collect(),
            DecodingResult::U8(bytes) => bytes.clone(),
            DecodingResult::U16(values) => values.iter().map(|value| (value >> 8) as u8).collect(),
            DecodingResult::U32(values) => values.iter().map(|value| (value >> 24) as u8).collect(),
            DecodingResult::U64(values) => values.iter().map(|value| (value >> 56) as u8).collect(),
            // What is below zero is black.
            DecodingResult::I8(values) => values.iter().map(|value| (*value).max(0).cast_unsigned() << 1).collect(),
            DecodingResult::I16(values) => values.iter().map(|value| ((*value).max(0) >> 7) as u8).collect(),
            DecodingResult::I32(values) => values.iter().map(|value| ((*value).max(0) >> 23) as u8).collect(),
            DecodingResult::I64(values) => values.iter().map(|value| ((*value).max(0) >> 55) as u8).collect(),
            // Conversion to `u8` saturates.
            DecodingResult::F16(values) => values.iter().map(|value| (f32::from(*value) * 255.0) as u8).collect(),
            DecodingResult::F32(values) => values.iter().map(|value| (value * 255.0).round() as u8).collect(),
            DecodingResult::F64(values) => values.iter().map(|value| (value * 255.0).round() as u8).collect(),
        })
    }

    fn unpack(&self, bytes: &[u8], row_samples: usize, rows: usize) -> Option<Vec<u8>> {
        let depth = usize::from(self.depth);
        if !matches!(depth, 1 | 2 | 4) {
            return None;
        }
        let mask = (1_u8 << depth) - 1;
        let scale = if self.meaning == Meaning::Palette { 1 } else { 255 / mask };
        let row_bytes = (row_samples * depth).div_ceil(8);
        let mut samples = Vec::with_capacity(row_samples * rows);
        for row in bytes.chunks_exact(row_bytes).take(rows) {
            samples.extend((0..row_samples).map(|index| {
                let byte = row[index * depth / 8];
                let byte = if self.reversed_bits { byte.reverse_bits() } else { byte };
                (byte >> (8 - depth - index * depth % 8) & mask) * scale
            }));
        }
        Some(samples)
    }
}

/// ITU-T T.871, section 7.
fn ycbcr_to_rgb(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let luma = f32::from(luma);
    let (blue, red) = (f32::from(blue) - 128.0, f32::from(red) - 128.0);
    // Conversion to `u8` saturates.
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue]
        .map(|light| light.round() as u8)
}

/// CIE 15:2004, section 8.2.1, with the D50 white that TIFF writers use, then Bradford-adapted to IEC 61966-2-1.
fn lab_to_srgb(lightness: u8, a: f32, b: f32) -> [u8; 3] {
    let y = (f32::from(lightness) * 100.0 / 255.0 + 16.0) / 116.0;
    let cube = |value: f32| {
        if value > 6.0 / 29.0 { value.powi(3) } else { (value - 4.0 / 29.0) * 108.0 / 841.0 }
    };
    let (x, y, z) = (0.9642 * cube(y + a / 500.0), cube(y), 0.8249 * cube(y - b / 200.0));
    let linear = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    linear.map(|light| {
        let encoded = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    })
}
