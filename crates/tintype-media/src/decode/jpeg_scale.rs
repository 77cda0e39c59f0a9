//! How large a JPEG has to be decoded for its largest thumbnail, and what that takes.

use tintype_jpeg::{ColorFamily, Header as Jpeg, Options, Scale};

use super::jpeg::KEPT_FILE_BYTES;
use crate::planes::{self, Colour, Side};

/// The scales from small to large, and how many samples a plane must have at each for one of the thumbnail's.
///
/// A reduced transform drops frequencies of which Lanczos leaves a little, and nearer to 1 that shows. With these factors
/// pictures lose 0.1 dB at most; docs/performance.md has the measurements.
const SCALES: [(Scale, f64); 6] = [
    (Scale::Eighth, 2.0),
    (Scale::Quarter, 1.5),
    (Scale::ThreeEighths, 1.33),
    (Scale::Half, 1.33),
    (Scale::FiveEighths, 1.33),
    (Scale::ThreeQuarters, 1.33),
];

/// What is enough for colour differences, and for luminance in pictures without grain: what these would lose to their
/// neighbours is not there.
const SMOOTH_MARGIN: f64 = 1.15;

/// Up to how many bits for each pixel a file counts as one of a picture without grain.
const SMOOTH_BITS_PER_PIXEL: f64 = 2.0;

/// Chooses the smallest scales that are enough for a first thumbnail of the sides `stored`.
pub(super) fn options(jpeg: &Jpeg<'_>, file_bytes: u64, stored: (u32, u32)) -> Options {
    let (width, height) = stored;
    let chroma = match (jpeg.color(), Colour::of(stored)) {
        (ColorFamily::YCbCr | ColorFamily::Ycck, Colour::Quarter) => (width.div_ceil(2), height.div_ceil(2)),
        _ => stored,
    };
    let pixels = f64::from(jpeg.width()) * f64::from(jpeg.height());
    let margin = if file_bytes as f64 * 8.0 <= pixels * SMOOTH_BITS_PER_PIXEL { SMOOTH_MARGIN } else { f64::INFINITY };
    let largest =
        |indices: &[usize], sides, margin| indices.iter().filter_map(|index| enough(jpeg, *index, sides, margin)).max();
    Options {
        scale: largest(&[0, 3], stored, margin).unwrap_or_default(),
        chroma_scale: largest(&[1, 2], chroma, SMOOTH_MARGIN),
        ..Options::default()
    }
}

/// Chooses the smallest scale at which the plane of component `index` still has what `sides` need, by the margin of the
/// scale or by `margin`, if that is less, from 1/2 on.
fn enough(jpeg: &Jpeg<'_>, index: usize, sides: (u32, u32), margin: f64) -> Option<Scale> {
    let components = jpeg.components();
    let component = components.get(index)?;
    let across = components.iter().map(|component| component.horizontal).max()?;
    let down = components.iter().map(|component| component.vertical).max()?;
    let is_enough = |(scale, own_margin): &(Scale, f64)| {
        let margin = if *scale >= Scale::Half { own_margin.min(margin) } else { *own_margin };
        let fits = |pixels: u32, factor: u8, most: u8, wanted: u32| {
            let samples = f64::from(pixels) * f64::from(factor) * f64::from(scale.block_side()) / f64::from(8 * most);
            samples >= f64::from(wanted) * margin
        };
        fits(jpeg.width(), component.horizontal, across, sides.0)
            && fits(jpeg.height(), component.vertical, down, sides.1)
    };
    Some(SCALES.iter().find(|scale| is_enough(scale)).map_or(Scale::Full, |(scale, _)| *scale))
}

/// Tables of the encoder and of the axes, small allocations.
const FIXED_BYTES: u64 = 64 << 10;

/// Returns an upper estimate in bytes of the peak memory of making thumbnails of a file of `file_bytes` bytes, whose
/// first has the sides `stored`; `skeleton` are the segments that decide it.
pub(crate) fn memory(skeleton: &[u8], file_bytes: u64, stored: (u32, u32)) -> u64 {
    // The probe has parsed it before; what cannot be parsed cannot be afforded.
    let Ok(jpeg) = Jpeg::parse(skeleton) else {
        return u64::MAX;
    };
    let options = options(&jpeg, file_bytes, stored);
    let channels = jpeg.components().len() as u64;
    let small = u64::from(stored.0) * u64::from(stored.1);
    let decoding = jpeg.memory_estimate(options) + file_bytes;
    let kept = if file_bytes > KEPT_FILE_BYTES as u64 { 0 } else { file_bytes };
    let scale = options.scale.max(options.chroma_scale.unwrap_or(options.scale));
    let side = |pixels: u32| Side { samples: scale.apply(pixels), exact: f64::from(scale.apply(pixels)) };
    let making = planes::memory((side(jpeg.width()), side(jpeg.height())), stored, channels);
    let resizing = kept + jpeg.plane_bytes(options) + making;
    // Files without colour differences, or with a profile, become pixels in between: planes, pixels, other pixels.
    let converting = kept + jpeg.plane_bytes(options) + small * channels * 3;
    // Afterwards the two largest thumbnails and their files.
    let finishing = kept + making + small;
    let plain = matches!(jpeg.color(), ColorFamily::Grey | ColorFamily::YCbCr);
    decoding.max(resizing).max(finishing).max(if plain { 0 } else { converting }) + FIXED_BYTES
}
