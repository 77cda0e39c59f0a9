//! What decoding a JPEG takes.

use tintype_jpeg::{ColorFamily, JpegHeader};

use super::header::JpegDetail;
use super::scale;
use crate::header::Header;
use crate::planes::{self, Side};

/// What the curves of a profile unfold to for eight bits.
const CURVES_BYTES: u64 = 160 << 10;

/// Tables and working memory of decoder and encoder, small allocations.
const FIXED_BYTES: u64 = 192 << 10;

/// The largest file whose memory the next one gets.
pub(super) const KEPT_FILE_BYTES: usize = 2 << 20;

/// The same for all planes that were decoded.
pub(super) const KEPT_PLANE_BYTES: usize = 3 << 20;

/// Returns an upper estimate in bytes of the peak memory of making pictures of which the largest
/// has the sides `stored`.
pub(super) fn memory(header: &Header, stored: (u32, u32)) -> u64 {
    // The header's reader has parsed it before; what cannot be parsed cannot be afforded.
    let Ok(detail) = header.detail::<JpegDetail>() else {
        return u64::MAX;
    };
    let (file_bytes, profile_bytes) = (header.scratch_bytes, detail.profile_bytes);
    let Ok(jpeg) = JpegHeader::parse(&detail.skeleton) else {
        return u64::MAX;
    };
    let options = scale::options(&jpeg, file_bytes, stored);
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
    let finishing =
        kept(jpeg.plane_bytes(options), KEPT_PLANE_BYTES) + made + small + small * (channels.min(3) - 1) / 8;
    let converting = match jpeg.color() {
        ColorFamily::Grey | ColorFamily::YCbCr if profile_bytes == 0 => 0,
        // As it came, as lights, and these in another space.
        ColorFamily::Grey | ColorFamily::YCbCr => small * channels * 3,
        // Planes and pixels, which become other pixels, which become planes.
        _ => (jpeg.plane_bytes(options) + small).max(small * channels * 2) + (made - small),
    };
    let peak = decoding.max(kept_file + making.max(finishing).max(converting));
    // The profile stays beside the pixels, as it is and as it is understood, with the tables of its
    // curves.
    let profile = if profile_bytes > 0 { 2 * profile_bytes + CURVES_BYTES } else { 0 };
    peak + profile + FIXED_BYTES
}
