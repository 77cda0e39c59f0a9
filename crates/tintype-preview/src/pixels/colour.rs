//! From the colours that code points of ITU-T H.273 or an ICC profile describe to sRGB.

use moxcms::{ColorProfile, Layout as IccLayout, TransformOptions};

/// Code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cicp {
    pub(crate) primaries: u16,
    pub(crate) transfer: u16,
    pub(crate) matrix: u16,
    pub(crate) full_range: bool,
}

impl Cicp {
    /// What films have that say nothing: BT.601 in small ones, BT.709 in others.
    pub(crate) fn of_unlabelled(width: u32, height: u32) -> Self {
        let matrix = if width >= 1280 || height > 576 { 1 } else { 6 };
        Self { primaries: 1, transfer: 1, matrix, full_range: false }
    }

    /// Replaces what is left open ("unspecified" or reserved) by `other`'s.
    pub(crate) fn or(self, other: Self) -> Self {
        let pick = |mine: u16, theirs: u16| if matches!(mine, 0 | 2 | 3) { theirs } else { mine };
        Self {
            primaries: pick(self.primaries, other.primaries),
            transfer: pick(self.transfer, other.transfer),
            // 0 is the identity.
            matrix: if matches!(self.matrix, 2 | 3) { other.matrix } else { self.matrix },
            full_range: self.full_range,
        }
    }

    /// Returns the weights of red and blue in luma.
    pub(crate) fn weights(self) -> (f32, f32) {
        match self.matrix {
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            9 | 10 => (0.2627, 0.0593),
            _ => (0.299, 0.114),
        }
    }
}

/// White of a film in nits, which becomes the white of sRGB.
const WHITE_NITS: f32 = 203.0;
/// Brightest light of a film in nits that is told apart.
const PEAK_NITS: f32 = 1000.0;
/// Above this part of white, brighter light is compressed.
const KNEE: f32 = 0.75;

/// Converts rows of encoded RGB, of 16 bits, to sRGB of eight.
pub(crate) struct ToSrgb {
    /// Linear light of each 16-bit value's upper 12 bits, 1 being white.
    linear: Vec<f32>,
    /// Gamut conversion, row by row.
    gamut: Option<[[f32; 3]; 3]>,
    /// Whether light brighter than white occurs.
    bright: bool,
    hlg: bool,
    encode: Vec<u8>,
}

impl ToSrgb {
    /// Returns the conversion, or `None` where the values are those of sRGB already, as far as
    /// anybody shows them.
    pub(crate) fn new(colour: Cicp) -> Option<Self> {
        let gamut = gamut(colour.primaries);
        let (bright, hlg) = (matches!(colour.transfer, 16 | 18), colour.transfer == 18);
        let odd = matches!(colour.transfer, 4 | 5 | 8);
        if gamut.is_none() && !bright && !odd {
            return None;
        }
        let linear = (0..4096).map(|value| to_linear(value as f32 / 4095.0, colour.transfer)).collect();
        let encode = (0..4096).map(|value| (srgb(value as f32 / 4095.0) * 255.0 + 0.5) as u8).collect();
        Some(Self { linear, gamut, bright, hlg, encode })
    }

    pub(crate) fn row(&self, row: &[u16], target: &mut Vec<u8>) {
        for pixel in row.as_chunks::<3>().0 {
            let mut light = pixel.map(|sample| self.linear[usize::from(sample >> 4)]);
            if self.hlg {
                // The system gamma of a display of 1000 nits, by the luminance of BT.2100.
                let luminance = 0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2];
                let factor = luminance.max(1e-6).powf(0.2) * PEAK_NITS / WHITE_NITS;
                light = light.map(|sample| sample * factor);
            }
            if let Some(gamut) = &self.gamut {
                light = gamut.map(|row| row[0] * light[0] + row[1] * light[1] + row[2] * light[2]);
            }
            if self.bright {
                let most = light[0].max(light[1]).max(light[2]);
                if most > KNEE {
                    let factor = compress(most) / most;
                    light = light.map(|sample| sample * factor);
                }
            }
            target.extend(light.map(|sample| self.encode[(sample.clamp(0.0, 1.0) * 4095.0 + 0.5) as usize]));
        }
    }
}

/// Bends light above the knee so that the peak becomes white, without a kink at the knee.
fn compress(light: f32) -> f32 {
    let (room, peak) = (1.0 - KNEE, PEAK_NITS / WHITE_NITS - KNEE);
    let over = (light - KNEE).min(peak);
    // An extended Reinhard curve through (0, 0) and (peak, room), of slope 1 at 0.
    let scaled = over / room;
    let most = peak / room;
    KNEE + room * (scaled * (1.0 + scaled * (1.0 - 1.0 / most).max(0.0) / most) / (1.0 + scaled)).min(1.0)
}

fn to_linear(value: f32, transfer: u16) -> f32 {
    match transfer {
        4 => value.powf(2.2),
        5 => value.powf(2.8),
        8 => value,
        16 => {
            let power = value.powf(1.0 / 78.84375);
            let ratio = (power - 0.835_937_5).max(0.0) / (18.851_563 - 18.6875 * power);
            ratio.powf(1.0 / 0.159_301_76) * 10_000.0 / WHITE_NITS
        }
        18 => match value <= 0.5 {
            true => value * value / 3.0,
            false => (((value - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
        },
        // The curve of cameras is looked at through that of screens, which sRGB's is close to.
        _ if value <= 0.04045 => value / 12.92,
        _ => ((value + 0.055) / 1.055).powf(2.4),
    }
}

fn srgb(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// Returns the matrix from linear light of these primaries to that of sRGB, where they differ
/// visibly.
fn gamut(primaries: u16) -> Option<[[f32; 3]; 3]> {
    match primaries {
        9 => Some([
            [1.660_491, -0.587_641_1, -0.072_849_86],
            [-0.124_550_47, 1.132_899_9, -0.008_349_42],
            [-0.018_150_76, -0.100_578_9, 1.118_729_7],
        ]),
        // Display P3; 11 is DCI-P3, of another white, which nobody means in a file for a screen.
        11 | 12 => Some([
            [1.224_940_1, -0.224_940_1, 0.0],
            [-0.042_056_9, 1.042_056_9, 0.0],
            [-0.019_637_6, -0.078_636_1, 1.098_273_7],
        ]),
        _ => None,
    }
}

/// Converts RGB of eight bits in place from an ICC profile to sRGB; a profile that cannot be used
/// changes nothing.
pub(crate) fn from_icc(pixels: &mut crate::Pixels, icc: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(icc) else {
        return;
    };
    let layout = match pixels.layout {
        crate::Layout::Rgb => IccLayout::Rgb,
        crate::Layout::Rgba => IccLayout::Rgba,
    };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()) else {
        return;
    };
    let row_bytes = pixels.width as usize * pixels.layout.channels();
    let mut line = vec![0; row_bytes];
    for row in pixels.data.chunks_exact_mut(row_bytes) {
        if transform.transform(row, &mut line).is_err() {
            return;
        }
        row.copy_from_slice(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::{Cicp, ToSrgb};

    fn shown(colour: Cicp, value: u16) -> u8 {
        let mut row = Vec::new();
        ToSrgb::new(colour).expect("a conversion").row(&[value; 3], &mut row);
        row[0]
    }

    #[test]
    fn white_of_films_with_high_dynamic_range_is_nearly_white_and_the_peak_white() {
        // Reference white of BT.2408: 58 % in PQ, 75 % in HLG.
        for (transfer, white) in [(16, 0.58), (18, 0.75)] {
            let colour = Cicp { primaries: 9, transfer, matrix: 9, full_range: false };
            let bright = shown(colour, (white * 65535.0) as u16);
            assert!((230..=250).contains(&bright), "{transfer}: {bright}");
            assert!(shown(colour, u16::MAX) >= 253);
            assert_eq!(shown(colour, 0), 0);
        }
    }

    #[test]
    fn usual_films_need_no_conversion() {
        assert!(ToSrgb::new(Cicp { primaries: 1, transfer: 1, matrix: 1, full_range: false }).is_none());
        assert!(ToSrgb::new(Cicp::of_unlabelled(640, 480)).is_none());
    }
}
