//! Every colour space to sRGB.

use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, ToneReprCurve, Transform16BitExecutor, TransformExecutor, TransformOptions,
};

use crate::frame::{Frame, Samples};
use crate::hdr::Hdr;
use crate::ycbcr;

/// A profile of more bytes is no profile but an attack; those of printing presses have some 3 MiB.
pub(crate) const MAX_PROFILE_BYTES: usize = 8 << 20;

/// Returns the frame in sRGB, or in YCbCr of sRGB.
///
/// A profile that cannot be read, or that is for another kind of pixel, counts as none; pixels
/// without a profile are sRGB already, and inks without one are converted as Pillow and the
/// browsers do it.
pub(crate) fn to_srgb(frame: Frame, profile: Option<&[u8]>) -> Frame {
    let profile = profile.and_then(parse);
    if let Some(hdr) = profile.as_ref().and_then(Hdr::from_profile) {
        return hdr.to_srgb(frame);
    }
    match profile.and_then(|profile| convert(&frame, &profile)) {
        Some(pixels) => pixels,
        None if frame.samples == Samples::Cmyk => inks_to_rgb(&frame),
        None => frame,
    }
}

/// The same for sixteen bits a sample, of which eight are left at the end.
pub(crate) fn deep_to_srgb(frame: Frame<u16>, profile: Option<&[u8]>) -> Frame {
    if frame.samples == Samples::Lab {
        return lab_to_srgb(&frame);
    }
    let profile = profile.and_then(parse);
    if let Some(hdr) = profile.as_ref().and_then(Hdr::from_profile) {
        return hdr.to_srgb(narrow(&frame));
    }
    let converted = profile.and_then(|profile| convert_deep(&frame, &profile));
    let frame = narrow(converted.as_ref().unwrap_or(&frame));
    if frame.samples == Samples::Cmyk { inks_to_rgb(&frame) } else { frame }
}

fn parse(bytes: &[u8]) -> Option<ColorProfile> {
    let bytes = Some(bytes).filter(|bytes| bytes.len() <= MAX_PROFILE_BYTES)?;
    let mut profile = ColorProfile::new_from_slice(bytes).ok()?;
    if profile.color_space == DataColorSpace::Gray && profile.pcs == DataColorSpace::Lab {
        connect_by_light(&mut profile);
    }
    Some(profile)
}

/// Has a grey profile whose curve gives L\* give light instead, which is what can be converted
/// (ICC.1:2022, section F.2).
fn connect_by_light(profile: &mut ColorProfile) {
    const ENTRIES: u16 = 4096;
    let Some(curve) = profile.gray_trc.as_ref().and_then(|curve| curve.make_linear_evaluator().ok()) else {
        return;
    };
    let light = |index: u16| {
        let lightness = curve.evaluate_value(f32::from(index) / f32::from(ENTRIES - 1)) * 100.0;
        // Conversion to `u16` saturates.
        (lab_light((lightness + 16.0) / 116.0) * 65_535.0).round() as u16
    };
    profile.gray_trc = Some(ToneReprCurve::Lut((0..ENTRIES).map(light).collect()));
    profile.pcs = DataColorSpace::Xyz;
}

/// The inverse of f in CIE 15:2004, section 8.2.1.
fn lab_light(value: f32) -> f32 {
    if value > 6.0 / 29.0 { value.powi(3) } else { (value - 4.0 / 29.0) * 108.0 / 841.0 }
}

/// Returns a profile for primaries wider than those of sRGB, by their code points in ITU-T H.273.
/// Those of television are near enough to sRGB.
pub(crate) fn profile_of_primaries(primaries: u16) -> Option<Vec<u8>> {
    let profile = match primaries {
        9 => ColorProfile::new_bt2020(),
        11 | 12 => ColorProfile::new_display_p3(),
        _ => return None,
    };
    profile.encode().ok()
}

/// Turns rows of inks with alpha into rows of lights with alpha, sixteen bits a sample.
pub(crate) struct InkRows {
    profile: Option<Arc<Transform16BitExecutor>>,
    inks: Vec<u16>,
    lights: Vec<u16>,
    row: Vec<u16>,
}

impl InkRows {
    pub(crate) fn new(profile: Option<&[u8]>) -> Self {
        let profile = profile.and_then(parse).filter(|profile| profile.color_space == DataColorSpace::Cmyk);
        let transform = |profile: ColorProfile| {
            let srgb = ColorProfile::new_srgb();
            profile.create_transform_16bit(Layout::Rgba, &srgb, Layout::Rgb, TransformOptions::default()).ok()
        };
        Self { profile: profile.and_then(transform), inks: Vec::new(), lights: Vec::new(), row: Vec::new() }
    }

    /// Takes five samples a pixel, and returns four.
    pub(crate) fn lights(&mut self, row: &[u16]) -> &[u16] {
        let (pixels, _) = row.as_chunks::<5>();
        self.inks.clear();
        self.inks.extend(pixels.iter().flat_map(|pixel| &pixel[..4]));
        self.lights.resize(pixels.len() * 3, 0);
        let by_profile = self.profile.as_ref().map(|profile| profile.transform(&self.inks, &mut self.lights));
        if !matches!(by_profile, Some(Ok(()))) {
            let (inks, _) = self.inks.as_chunks::<4>();
            for (lights, inks) in self.lights.as_chunks_mut::<3>().0.iter_mut().zip(inks) {
                *lights = plain_lights(inks.map(u32::from), 65_535).map(|light| light as u16);
            }
        }
        self.row.clear();
        for (lights, pixel) in self.lights.as_chunks::<3>().0.iter().zip(pixels) {
            self.row.extend([lights[0], lights[1], lights[2], pixel[4]]);
        }
        &self.row
    }
}

/// Each of cyan, magenta and yellow takes away from one light, and black from all. `full` is the
/// most of each.
fn plain_lights([cyan, magenta, yellow, black]: [u32; 4], full: u32) -> [u32; 3] {
    let white = u64::from(full - black);
    let full = u64::from(full);
    // At most `full` after rounding.
    [cyan, magenta, yellow].map(|ink| (((full - u64::from(ink)) * white + full / 2) / full) as u32)
}

fn narrow(frame: &Frame<u16>) -> Frame {
    let Frame { width, height, samples, .. } = *frame;
    let pixels = frame.pixels.iter().map(|sample| ((u32::from(*sample) * 255 + 32_767) / 65_535) as u8).collect();
    Frame { width, height, samples, pixels }
}

/// What a profile must be for, and what becomes of the pixels.
fn layouts(samples: Samples) -> Option<(DataColorSpace, Layout, Layout, Samples)> {
    Some(match samples {
        Samples::Grey => (DataColorSpace::Gray, Layout::Gray, Layout::Rgb, Samples::Rgb),
        Samples::GreyAlpha => (DataColorSpace::Gray, Layout::GrayAlpha, Layout::Rgba, Samples::Rgba),
        Samples::Rgb | Samples::YCbCr => (DataColorSpace::Rgb, Layout::Rgb, Layout::Rgb, Samples::Rgb),
        Samples::Rgba => (DataColorSpace::Rgb, Layout::Rgba, Layout::Rgba, Samples::Rgba),
        Samples::Cmyk => (DataColorSpace::Cmyk, Layout::Rgba, Layout::Rgb, Samples::Rgb),
        Samples::Lab => return None,
    })
}

fn convert_deep(frame: &Frame<u16>, profile: &ColorProfile) -> Option<Frame<u16>> {
    let (space, from, to, samples) = layouts(frame.samples)?;
    if profile.color_space != space {
        return None;
    }
    let transform =
        profile.create_transform_16bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default()).ok()?;
    let count = frame.pixels.len() / frame.samples.channels();
    let mut pixels = vec![0; count * samples.channels()];
    transform.transform(&frame.pixels, &mut pixels).ok()?;
    let mut converted = Frame { width: frame.width, height: frame.height, samples, pixels };
    if matches!(frame.samples, Samples::Grey | Samples::GreyAlpha) {
        drop_colour(&mut converted);
    }
    Some(converted)
}

fn convert(frame: &Frame, profile: &ColorProfile) -> Option<Frame> {
    let (space, from, to, samples) = layouts(frame.samples)?;
    if profile.color_space != space {
        return None;
    }
    let transform =
        profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default()).ok()?;
    if samples == Samples::Rgb && frame.samples != Samples::Cmyk && is_identity(transform.as_ref()) {
        return None;
    }
    let lights;
    let from = if frame.samples == Samples::YCbCr {
        lights = ycbcr::to_rgb(&frame.pixels);
        &lights
    } else {
        &frame.pixels
    };
    let count = from.len() / frame.samples.channels();
    let mut pixels = vec![0; count * samples.channels()];
    transform.transform(from, &mut pixels).ok()?;
    let mut converted = Frame { width: frame.width, height: frame.height, samples, pixels };
    if matches!(frame.samples, Samples::Grey | Samples::GreyAlpha) {
        drop_colour(&mut converted);
    }
    Some(converted)
}

/// Says whether RGB comes out as it went in, but for rounding: most profiles are sRGB itself.
fn is_identity(transform: &(impl TransformExecutor<u8> + ?Sized)) -> bool {
    const LEVELS: [u8; 6] = [0, 51, 102, 153, 204, 255];
    let colours: Vec<u8> = LEVELS
        .iter()
        .flat_map(|red| LEVELS.iter().flat_map(|green| LEVELS.iter().flat_map(|blue| [*red, *green, *blue])))
        .collect();
    let mut converted = vec![0; colours.len()];
    transform.transform(&colours, &mut converted).is_ok()
        && colours.iter().zip(converted).all(|(from, to)| from.abs_diff(to) <= 1)
}

/// Makes a grey frame grey again: its three samples are equal, and one costs less.
fn drop_colour<S: Copy>(frame: &mut Frame<S>) {
    let channels = frame.samples.channels();
    let grey: Vec<S> = match frame.samples {
        Samples::Rgb => frame.pixels.chunks_exact(channels).map(|pixel| pixel[1]).collect(),
        _ => frame.pixels.chunks_exact(channels).flat_map(|pixel| [pixel[1], pixel[3]]).collect(),
    };
    frame.samples = if channels == 3 { Samples::Grey } else { Samples::GreyAlpha };
    frame.pixels = grey;
}

fn inks_to_rgb(frame: &Frame) -> Frame {
    let mut pixels = Vec::with_capacity(frame.pixels.len() / 4 * 3);
    for inks in frame.pixels.as_chunks::<4>().0 {
        pixels.extend(plain_lights(inks.map(u32::from), 255).map(|light| light as u8));
    }
    Frame { width: frame.width, height: frame.height, samples: Samples::Rgb, pixels }
}

/// CIE 15:2004, section 8.2.1, with the D50 white that TIFF writers use, then Bradford-adapted to
/// IEC 61966-2-1.
fn lab_to_srgb(frame: &Frame<u16>) -> Frame {
    let mut pixels = Vec::with_capacity(frame.pixels.len());
    for [lightness, a, b] in frame.pixels.as_chunks::<3>().0 {
        let signed = |sample: &u16| f32::from(*sample) / 256.0 - 128.0;
        let y = (f32::from(*lightness) * 100.0 / 65_535.0 + 16.0) / 116.0;
        let (x, z) = (0.9642 * lab_light(y + signed(a) / 500.0), 0.8249 * lab_light(y - signed(b) / 200.0));
        let y = lab_light(y);
        let linear = [
            3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
            -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
            0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
        ];
        // Conversion to `u8` saturates.
        pixels.extend(linear.map(|light| {
            let encoded = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
            (encoded * 255.0).round() as u8
        }));
    }
    Frame { width: frame.width, height: frame.height, samples: Samples::Rgb, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inks_without_a_profile_give_the_expected_lights() {
        let pixels = vec![0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 255, 255, 128];
        let frame = Frame { width: 4, height: 1, samples: Samples::Cmyk, pixels };
        let rgb = to_srgb(frame, None);
        assert_eq!(rgb.pixels, [255, 255, 255, 0, 255, 255, 0, 0, 0, 127, 0, 0]);
    }

    #[test]
    fn a_broken_profile_counts_as_none() {
        let frame = Frame { width: 1, height: 1, samples: Samples::Rgb, pixels: vec![1, 2, 3] };
        assert_eq!(to_srgb(frame, Some(b"not a profile")).pixels, [1, 2, 3]);
    }
}
