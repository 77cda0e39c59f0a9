//! How large a JPEG has to be decoded for its largest thumbnail, and what that takes.

use tintype_jpeg::{ColorFamily, DecodeOptions, JpegHeader, Scale};

use crate::planes::Colour;

/// The scales from small to large.
const SCALES: [Scale; 6] =
    [Scale::Eighth, Scale::Quarter, Scale::ThreeEighths, Scale::Half, Scale::FiveEighths, Scale::ThreeQuarters];

/// Returns how many samples a plane must have at `scale` for one of the thumbnail's.
///
/// A reduced transform drops frequencies of which Lanczos leaves a little, and nearer to 1 that
/// shows. With these factors pictures lose 0.1 dB at most; the measurements are in
/// `docs/performance.md`.
fn margin(scale: Scale) -> f64 {
    match scale {
        Scale::Eighth => 2.0,
        Scale::Quarter => 1.5,
        Scale::ThreeEighths => 1.33,
        _ => 1.15,
    }
}

/// Returns the least margin of luminance: the more `grain` there is, the more of it shows.
fn luma_margin(grain: f64) -> f64 {
    if grain > HARSH {
        2.0
    } else if grain > GRAINY {
        1.33
    } else {
        1.0
    }
}

/// The least margin of colour differences. At 1.15 thumbnails lose 0.6 points of SSIMULACRA2, and
/// these planes are small, so that it costs next to nothing.
const CHROMA_MARGIN: f64 = 1.5;

/// [`grain`] of pictures that show what 1/2 drops, and of patterns that are finer than a thumbnail
/// can show.
const GRAINY: f64 = 110.0;
const HARSH: f64 = 210.0;

/// Estimates how much there is of the finest structure, from the coarseness of quantisation and the
/// bits that are spent all the same: each bit more for every pixel is twice the amplitude.
fn grain(jpeg: &JpegHeader<'_>, file_bytes: u64) -> f64 {
    let percent = match jpeg.quality().map_or(75.0, f64::from) {
        quality if quality < 50.0 => 5000.0 / quality,
        quality => 200.0 - 2.0 * quality,
    };
    let pixels = f64::from(jpeg.width()) * f64::from(jpeg.height());
    // A profile and an EXIF thumbnail are not the picture, but little of a file that has any size.
    percent.max(2.0) * (file_bytes as f64 * 8.0 / pixels).exp2()
}

/// Chooses the smallest scales that are enough for a first thumbnail of the sides `stored`.
pub(super) fn options(jpeg: &JpegHeader<'_>, file_bytes: u64, stored: (u32, u32)) -> DecodeOptions {
    let (width, height) = stored;
    let chroma = match (jpeg.color(), Colour::of(stored)) {
        (ColorFamily::YCbCr | ColorFamily::Ycck, Colour::Quarter) => (width.div_ceil(2), height.div_ceil(2)),
        _ => stored,
    };
    let largest =
        |indices: &[usize], sides, least| indices.iter().filter_map(|index| enough(jpeg, *index, sides, least)).max();
    DecodeOptions {
        scale: largest(&[0, 3], stored, luma_margin(grain(jpeg, file_bytes))).unwrap_or_default(),
        chroma_scale: largest(&[1, 2], chroma, CHROMA_MARGIN),
        ..DecodeOptions::default()
    }
}

/// Chooses the smallest scale at which the plane of component `index` still has what `sides` need,
/// with a margin of at least `least`.
fn enough(jpeg: &JpegHeader<'_>, index: usize, sides: (u32, u32), least: f64) -> Option<Scale> {
    let components = jpeg.components();
    let component = components.get(index)?;
    let across = components.iter().map(|component| component.horizontal).max()?;
    let down = components.iter().map(|component| component.vertical).max()?;
    let is_enough = |scale: &Scale| {
        let margin = margin(*scale).max(least);
        let fits = |pixels: u32, factor: u8, most: u8, wanted: u32| {
            let samples = f64::from(pixels) * f64::from(factor) * f64::from(scale.block_side()) / f64::from(8 * most);
            samples >= f64::from(wanted) * margin
        };
        fits(jpeg.width(), component.horizontal, across, sides.0)
            && fits(jpeg.height(), component.vertical, down, sides.1)
    };
    Some(SCALES.into_iter().find(is_enough).unwrap_or(Scale::Full))
}
