//! Every colour space to sRGB.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

use crate::frame::{Frame, Samples};
use crate::ycbcr;

/// A profile of more bytes is no profile but an attack; those of printing presses have some 3 MiB.
pub(crate) const MAX_PROFILE_BYTES: usize = 8 << 20;

/// Returns the frame in sRGB, or in YCbCr of sRGB.
///
/// A profile that cannot be read, or that is for another kind of pixel, counts as none; pixels without a profile are
/// sRGB already, and inks without one are converted as Pillow and the browsers do it.
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

fn convert(frame: &Frame, profile: &ColorProfile) -> Option<Frame> {
    let (space, from, to, samples) = match frame.samples {
        Samples::Grey => (DataColorSpace::Gray, Layout::Gray, Layout::Rgb, Samples::Rgb),
        Samples::GreyAlpha => (DataColorSpace::Gray, Layout::GrayAlpha, Layout::Rgba, Samples::Rgba),
        Samples::Rgb | Samples::YCbCr => (DataColorSpace::Rgb, Layout::Rgb, Layout::Rgb, Samples::Rgb),
        Samples::Rgba => (DataColorSpace::Rgb, Layout::Rgba, Layout::Rgba, Samples::Rgba),
        Samples::Cmyk => (DataColorSpace::Cmyk, Layout::Rgba, Layout::Rgb, Samples::Rgb),
    };
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
fn drop_colour(frame: &mut Frame) {
    let channels = frame.samples.channels();
    let grey: Vec<u8> = match frame.samples {
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
