//! How large a JPEG has to be decoded for its largest thumbnail, and what that takes.

use tintype_jpeg::{ColorFamily, Header as Jpeg, Options, Scale};

use crate::encode;

/// The scales from small to large, and how many samples a plane must have at each for one of the thumbnail's.
///
/// A reduced transform drops other frequencies than Lanczos does, block by block, and nearer to 1 that shows: with these
/// factors photographs lose 0.1 dB at most, where 1 would cost 0.3 dB, and fine grain everywhere up to four times that.
const SCALES: [(Scale, f64); 3] = [(Scale::Eighth, 2.0), (Scale::Quarter, 1.5), (Scale::Half, 1.15)];

/// Chooses the smallest scales that are enough for a first thumbnail of the sides `stored`.
pub(super) fn options(jpeg: &Jpeg<'_>, stored: (u32, u32)) -> Options {
    let chroma = match jpeg.color() {
        ColorFamily::YCbCr | ColorFamily::Ycck => encode::least_chroma(stored),
        _ => stored,
    };
    let largest = |indices: &[usize], sides| indices.iter().filter_map(|index| enough(jpeg, *index, sides)).max();
    Options {
        scale: largest(&[0, 3], stored).unwrap_or_default(),
        chroma_scale: largest(&[1, 2], chroma),
        ..Options::default()
    }
}

/// Chooses the smallest scale at which the plane of component `index` still has what `sides` need.
fn enough(jpeg: &Jpeg<'_>, index: usize, sides: (u32, u32)) -> Option<Scale> {
    let components = jpeg.components();
    let component = components.get(index)?;
    let across = components.iter().map(|component| component.horizontal).max()?;
    let down = components.iter().map(|component| component.vertical).max()?;
    let is_enough = |(scale, margin): &(Scale, f64)| {
        let fits = |pixels: u32, factor: u8, most: u8, wanted: u32| {
            let samples = f64::from(pixels) * f64::from(factor) * f64::from(scale.block_side()) / f64::from(8 * most);
            samples >= f64::from(wanted) * margin
        };
        fits(jpeg.width(), component.horizontal, across, sides.0)
            && fits(jpeg.height(), component.vertical, down, sides.1)
    };
    Some(SCALES.iter().find(|scale| is_enough(scale)).map_or(Scale::Full, |(scale, _)| *scale))
}

/// Returns an upper estimate in bytes of the peak memory of making thumbnails of a file of `file_bytes` bytes, whose
/// first has the sides `stored`; `skeleton` are the segments that decide it.
pub(crate) fn memory(skeleton: &[u8], file_bytes: u64, stored: (u32, u32)) -> u64 {
    // The probe has parsed it before; what cannot be parsed cannot be afforded.
    let Ok(jpeg) = Jpeg::parse(skeleton) else {
        return u64::MAX;
    };
    let options = options(&jpeg, stored);
    let channels = jpeg.components().len() as u64;
    let small = u64::from(stored.0) * u64::from(stored.1);
    let planes = jpeg.memory_estimate(options);
    // The file is gone when resizing begins. That holds the planes, what has been made of them, what lies between the
    // two passes, and weights.
    let rows = options.scale.max(options.chroma_scale.unwrap_or(options.scale)).apply(jpeg.height());
    let between = u64::from(stored.0) * u64::from(rows);
    let weights = (u64::from(jpeg.width()) + u64::from(jpeg.height())) * 64;
    let resizing = planes + small * channels + between + weights;
    // Afterwards the largest thumbnail twice at most, in two colour spaces or two orientations, and the encoded files.
    let finishing = small * (2 * channels + 2);
    (planes + file_bytes).max(resizing).max(finishing)
}
