//! How large a JPEG has to be decoded for its largest thumbnail, and what that takes.

use tintype_jpeg::{ColorFamily, Header as Jpeg, Options, Scale};

use super::jpeg::{KEPT_FILE_BYTES, KEPT_PLANE_BYTES};

use crate::planes::{self, Colour, Side};

/// The scales from small to large.
const SCALES: [Scale; 6] =
    [Scale::Eighth, Scale::Quarter, Scale::ThreeEighths, Scale::Half, Scale::FiveEighths, Scale::ThreeQuarters];

/// Returns how many samples a plane must have at `scale` for one of the thumbnail's.
///
/// A reduced transform drops frequencies of which Lanczos leaves a little, and nearer to 1 that shows, the more so the
/// more `grain` there is. With these factors pictures lose 0.1 dB at most; the measurements are in `docs/performance.md`.
fn margin(scale: Scale, grain: f64) -> f64 {
    let by_grain = if grain > HARSH {
        2.0
    } else if grain > GRAINY {
        1.33
    } else {
        1.15
    };
    let by_scale: f64 = match scale {
        Scale::Eighth => 2.0,
        Scale::Quarter => 1.5,
        Scale::ThreeEighths => 1.33,
        _ => 1.15,
    };
    by_scale.max(by_grain)
}

/// [`grain`] of pictures that show what 1/2 drops, and of patterns that are finer than a thumbnail can show.
const GRAINY: f64 = 110.0;
const HARSH: f64 = 210.0;

/// Estimates how much there is of the finest structure, from the coarseness of quantisation and the bits that are spent
/// all the same: each bit more for every pixel is twice the amplitude.
fn grain(jpeg: &Jpeg<'_>, file_bytes: u64) -> f64 {
    let percent = match jpeg.quality().map_or(75.0, f64::from) {
        quality if quality < 50.0 => 5000.0 / quality,
        quality => 200.0 - 2.0 * quality,
    };
    let pixels = f64::from(jpeg.width()) * f64::from(jpeg.height());
    // A profile and an EXIF thumbnail are not the picture, but little of a file that has any size.
    percent.max(2.0) * (file_bytes as f64 * 8.0 / pixels).exp2()
}

/// Chooses the smallest scales that are enough for a first thumbnail of the sides `stored`.
pub(super) fn options(jpeg: &Jpeg<'_>, file_bytes: u64, stored: (u32, u32)) -> Options {
    let (width, height) = stored;
    let chroma = match (jpeg.color(), Colour::of(stored)) {
        (ColorFamily::YCbCr | ColorFamily::Ycck, Colour::Quarter) => (width.div_ceil(2), height.div_ceil(2)),
        _ => stored,
    };
    let largest =
        |indices: &[usize], sides, grain| indices.iter().filter_map(|index| enough(jpeg, *index, sides, grain)).max();
    Options {
        scale: largest(&[0, 3], stored, grain(jpeg, file_bytes)).unwrap_or_default(),
        // Grain is in luminance.
        chroma_scale: largest(&[1, 2], chroma, 0.0),
        ..Options::default()
    }
}

/// Chooses the smallest scale at which the plane of component `index` still has what `sides` need.
fn enough(jpeg: &Jpeg<'_>, index: usize, sides: (u32, u32), grain: f64) -> Option<Scale> {
    let components = jpeg.components();
    let component = components.get(index)?;
    let across = components.iter().map(|component| component.horizontal).max()?;
    let down = components.iter().map(|component| component.vertical).max()?;
    let is_enough = |scale: &Scale| {
        let margin = margin(*scale, grain);
        let fits = |pixels: u32, factor: u8, most: u8, wanted: u32| {
            let samples = f64::from(pixels) * f64::from(factor) * f64::from(scale.block_side()) / f64::from(8 * most);
            samples >= f64::from(wanted) * margin
        };
        fits(jpeg.width(), component.horizontal, across, sides.0)
            && fits(jpeg.height(), component.vertical, down, sides.1)
    };
    Some(SCALES.into_iter().find(is_enough).unwrap_or(Scale::Full))
}

/// What the curves of a profile unfold to for eight bits.
const CURVES_BYTES: u64 = 160 << 10;

/// Tables and working memory of decoder and encoder, small allocations.
const FIXED_BYTES: u64 = 192 << 10;

/// Returns an upper estimate in bytes of the peak memory of making thumbnails of a file of `file_bytes` bytes, of which
/// `profile_bytes` are a colour profile, and whose first thumbnail has the sides `stored`; `skeleton` are the segments that
/// decide it.
pub(crate) fn memory(skeleton: &[u8], file_bytes: u64, profile_bytes: u64, stored: (u32, u32)) -> u64 {
    // The probe has parsed it before; what cannot be parsed cannot be afforded.
    let Ok(jpeg) = Jpeg::parse(skeleton) else {
        return u64::MAX;
    };
    let options = options(&jpeg, file_bytes, stored);
    let channels = jpeg.components().len() as u64;
    let small = u64::from(stored.0) * u64::from(stored.1);
    let scale = options.scale.max(options.chroma_scale.unwrap_or(options.scale));
    let side = |pixels: u32| Side { samples: scale.apply(pixels), exact: f64::from(scale.apply(pixels)) };
    let made = planes::memory((side(jpeg.width()), side(jpeg.height())), stored, channels);
    let decoding = jpeg.memory_estimate(options) + file_bytes;
    // The memory of a small file stays, and of its planes.
    let kept = |bytes: u64, most: usize| if bytes > most as u64 { 0 } else { bytes };
    let kept_file = kept(file_bytes, KEPT_FILE_BYTES);
    let making = jpeg.plane_bytes(options) + made;
    // Afterwards the largest thumbnail and its file, and the next one and its axes.
    let finishing = kept(jpeg.plane_bytes(options), KEPT_PLANE_BYTES) + made + small + small / 4;
    let converting = match jpeg.color() {
        ColorFamily::Grey | ColorFamily::YCbCr if profile_bytes == 0 => 0,
        // As it came, as lights, and these in another space.
        ColorFamily::Grey | ColorFamily::YCbCr => small * channels * 3,
        // Planes and pixels, which become other pixels, which become planes.
        _ => (jpeg.plane_bytes(options) + small).max(small * channels * 2) + (made - small),
    };
    let peak = decoding.max(kept_file + making.max(finishing).max(converting));
    // The profile stays beside the pixels, as it is and as it is understood, with the tables of its curves.
    let profile = if profile_bytes > 0 { 2 * profile_bytes + CURVES_BYTES } else { 0 };
    peak + profile + FIXED_BYTES
}
