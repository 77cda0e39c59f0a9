//! Every colour space to sRGB.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

use crate::frame::{Frame, Samples};
use crate::ycbcr;

/// A profile of more bytes is no profile but an attack; those of printing presses have some 3 MiB.
pub(crate) const MAX_PROFILE_BYTES: usize = 8 << 20;

/// Returns the frame in sRGB, or in YCbCr of sRGB.
///
/// A profile that cannot be read, or that is for another kind of pixel, counts as none; pixels
/// without a profile are sRGB already, and inks without one are converted as Pillow and the
/// browsers do it.
pub(crate) fn to_srgb(frame: Frame, profile: Option<&[u8]>) -> Frame {
    let profile = profile
        .filter(|bytes| bytes.len() <= MAX_PROFILE_BYTES)
        .and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    let converted = profile.and_then(|profile| convert(&frame, &profile));
    match converted {
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
    let profile = profile
        .filter(|bytes| bytes.len() <= MAX_PROFILE_BYTES)
        .and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
    let converted = profile.and_then(|profile| convert_deep(&frame, &profile));
    let frame = narrow(converted.as_ref().unwrap_or(&frame));
    if frame.samples == Samples::Cmyk { inks_to_rgb(&frame) } else { frame }
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

/// Each of cyan, magenta and yellow takes away from one light, and black from all.
fn inks_to_rgb(frame: &Frame) -> Frame {
    let mut pixels = Vec::with_capacity(frame.pixels.len() / 4 * 3);
    for inks in frame.pixels.chunks_exact(4) {
        let white = 255 - u32::from(inks[3]);
        for ink in &inks[..3] {
            // At most 255 after rounding.
            pixels.push((((255 - u32::from(*ink)) * white + 127) / 255) as u8);
        }
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
        let cube = |value: f32| {
            if value > 6.0 / 29.0 { value.powi(3) } else { (value - 4.0 / 29.0) * 108.0 / 841.0 }
        };
        let (x, y, z) = (0.9642 * cube(y + signed(a) / 500.0), cube(y), 0.8249 * cube(y - signed(b) / 200.0));
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
