//! High dynamic range to sRGB.

use moxcms::{ColorProfile, DataColorSpace};

use crate::frame::{Frame, Samples};
use crate::ycbcr;

/// What white paper, or a page, has (ITU-R BT.2408, section 2.1): white in a thumbnail, nearly.
const REFERENCE_WHITE: f32 = 203.0;
/// The peak of the display that HLG is meant for (ITU-R BT.2100, table 5), at which the system
/// gamma is 1.2.
const HLG_PEAK: f32 = 1000.0;
/// Where lights begin to be compressed, 1 being reference white.
const KNEE: f32 = 0.75;
/// From linear lights to those of BT.709, rows for red, green and blue.
const FROM_BT2020: [[f32; 3]; 3] =
    [[1.660_491, -0.587_641, -0.072_85], [-0.124_55, 1.132_9, -0.008_349], [-0.018_151, -0.100_579, 1.118_73]];
const FROM_P3: [[f32; 3]; 3] =
    [[1.224_94, -0.224_94, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
const FROM_BT709: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transfer {
    Pq,
    Hlg,
}

/// Colours of high dynamic range, by the code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hdr {
    transfer: Transfer,
    to_bt709: [[f32; 3]; 3],
    /// What each of the file's lights gives to luminance.
    luminance: [f32; 3],
}

impl Hdr {
    /// Returns none for the transfer functions of a standard dynamic range.
    pub(crate) fn from_codes(primaries: u16, transfer: u16) -> Option<Self> {
        let transfer = match transfer {
            16 => Transfer::Pq,
            18 => Transfer::Hlg,
            _ => return None,
        };
        let (to_bt709, luminance) = match primaries {
            9 => (FROM_BT2020, [0.2627, 0.6780, 0.0593]),
            11 | 12 => (FROM_P3, [0.228_975, 0.691_739, 0.079_287]),
            _ => (FROM_BT709, [0.2126, 0.7152, 0.0722]),
        };
        Some(Self { transfer, to_bt709, luminance })
    }

    /// Returns what a profile says it is by its code points, beside its curves (ICC.1:2022, section
    /// 9.2.17).
    pub(crate) fn from_profile(profile: &ColorProfile) -> Option<Self> {
        let codes = profile.cicp.filter(|_| profile.color_space == DataColorSpace::Rgb)?;
        Self::from_codes(codes.color_primaries as u16, codes.transfer_characteristics as u16)
    }

    /// Returns the frame in sRGB.
    ///
    /// The tone curve has the form of the one in ITU-R BT.2390, section 5.4.1: a straight line up
    /// to a knee and a roll-off above it, here one that ends at no particular peak. It takes the
    /// largest of the three lights, so that hues stay.
    pub(crate) fn to_srgb(self, frame: Frame) -> Frame {
        let Frame { width, height, .. } = frame;
        let (samples, mut pixels) = match frame.samples {
            Samples::YCbCr => (Samples::Rgb, ycbcr::to_rgb(&frame.pixels)),
            samples => (samples, frame.pixels),
        };
        let light: [f32; 256] = std::array::from_fn(|code| self.light(code as f32 / 255.0));
        match samples {
            Samples::Grey | Samples::GreyAlpha => {
                for pixel in pixels.chunks_exact_mut(samples.channels()) {
                    pixel[0] = self.colour([light[usize::from(pixel[0])]; 3])[0];
                }
            }
            Samples::Rgb | Samples::Rgba => {
                for pixel in pixels.chunks_exact_mut(samples.channels()) {
                    let colour = self.colour(std::array::from_fn(|index| light[usize::from(pixel[index])]));
                    pixel[..3].copy_from_slice(&colour);
                }
            }
            // Neither inks nor Lab have these transfer functions.
            Samples::YCbCr | Samples::Cmyk | Samples::Lab => {}
        }
        Frame { width, height, samples, pixels }
    }

    /// ITU-R BT.2100, tables 4 (PQ, in parts of reference white) and 5 (HLG, light of the scene).
    fn light(self, code: f32) -> f32 {
        match self.transfer {
            Transfer::Pq => pq_luminance(code) / REFERENCE_WHITE,
            Transfer::Hlg if code <= 0.5 => code * code / 3.0,
            Transfer::Hlg => (((code - 0.559_910_7) / 0.178_832_77).exp() + 0.284_668_92) / 12.0,
        }
    }

    /// Returns the sRGB colour of a pixel's lights.
    fn colour(self, lights: [f32; 3]) -> [u8; 3] {
        let dot = |row: [f32; 3]| row.iter().zip(lights).map(|(factor, light)| factor * light).sum::<f32>();
        let gain = match self.transfer {
            Transfer::Pq => 1.0,
            // The system gamma goes by luminance.
            Transfer::Hlg => dot(self.luminance).powf(0.2) * HLG_PEAK / REFERENCE_WHITE,
        };
        let lights = self.to_bt709.map(|row| (dot(row) * gain).max(0.0));
        let most = lights.into_iter().fold(0.0, f32::max);
        let scale = if most <= KNEE { 1.0 } else { rolled_off(most) / most };
        lights.map(|light| srgb(light * scale))
    }
}

/// Returns the cd/m² of a PQ code between 0 and 1 (ITU-R BT.2100, table 4).
pub(crate) fn pq_luminance(code: f32) -> f32 {
    let power = code.powf(1.0 / 78.843_75);
    let light = (power - 0.835_937_5).max(0.0) / (18.851_563 - 18.6875 * power);
    10_000.0 * light.powf(1.0 / 0.159_301_76)
}

/// Begins at the knee with the same slope, and never reaches 1.
fn rolled_off(light: f32) -> f32 {
    let (over, room) = (light - KNEE, 1.0 - KNEE);
    KNEE + room * over / (over + room)
}

/// Encodes linear light by IEC 61966-2-1.
pub(crate) fn srgb(light: f32) -> u8 {
    let encoded = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    // Conversion to `u8` saturates.
    (encoded * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(primaries: u16, transfer: u16, colour: [u8; 3]) -> Vec<u8> {
        let frame = Frame { width: 1, height: 1, samples: Samples::Rgb, pixels: colour.to_vec() };
        Hdr::from_codes(primaries, transfer).unwrap().to_srgb(frame).pixels
    }

    #[test]
    fn reference_white_is_nearly_white_and_greys_stay_grey() {
        for primaries in [1, 9, 11, 12] {
            for (transfer, code) in [(16, 148), (18, 191)] {
                let pixel = shown(primaries, transfer, [code; 3]);
                assert!(pixel.iter().all(|light| (230..=250).contains(light)), "{primaries} {transfer}: {pixel:?}");
                let (least, most) = (pixel.iter().min().unwrap(), pixel.iter().max().unwrap());
                assert!(most - least <= 1, "{primaries} {transfer}: {pixel:?}");
            }
        }
    }

    #[test]
    fn brighter_than_white_stays_below_white_and_in_order() {
        for transfer in [16, 18] {
            let levels: Vec<u8> = (0..=255).map(|code| shown(9, transfer, [code; 3])[1]).collect();
            assert!(levels.is_sorted(), "{transfer}: {levels:?}");
            assert_eq!(levels[0], 0);
            assert!(levels[255] >= 250, "{transfer}: {levels:?}");
        }
    }

    #[test]
    fn dark_tones_have_the_light_that_they_stand_for() {
        // An eighth of reference white has the PQ code 96 and the sRGB code 99.
        let pixel = shown(1, 16, [96; 3]);
        assert!(pixel[0].abs_diff(99) <= 3, "{pixel:?}");
    }

    #[test]
    fn colours_outside_srgb_keep_their_hue() {
        let pixel = shown(9, 16, [148, 40, 40]);
        assert!(pixel[0] > 200 && pixel[1] < 60 && pixel[2] < 60, "{pixel:?}");
    }

    #[test]
    fn other_transfer_functions_are_no_hdr() {
        assert_eq!(Hdr::from_codes(9, 1), None);
        assert_eq!(Hdr::from_codes(1, 13), None);
    }
}
