//! What decoding a WebP takes.

use tintype_webp::PixelLayout;

use super::header::WebpLayout;
use crate::colour;
use crate::decoding::FIXED_BYTES;
use crate::header::Header;
use crate::planes::{self, Side};

/// Returns what a picture is decoded to: planes cost half of what pixels do, but they have no
/// alpha.
pub(super) fn layout(header: &Header, webp: &WebpLayout) -> PixelLayout {
    if webp.needs_alpha((header.width, header.height)) {
        PixelLayout::Rgba
    } else if webp.lossless {
        PixelLayout::Rgb
    } else {
        PixelLayout::Yuv
    }
}

/// Returns an upper estimate in bytes of the peak memory of making thumbnails whose first has the
/// sides `stored`.
pub(super) fn memory(header: &Header, stored: (u32, u32)) -> u64 {
    let Ok(webp) = header.detail::<WebpLayout>() else {
        return u64::MAX;
    };
    let pixels = u64::from(webp.sides.0) * u64::from(webp.sides.1);
    let small = u64::from(stored.0) * u64::from(stored.1);
    // Rows of macroblocks, and what is known of those above.
    let rows = u64::from(webp.sides.0) * 96;
    let profile = webp.profile.map_or(0, |(_, len)| 2 * len.min(colour::MAX_PROFILE_BYTES as u64));
    let (decoding, resizing, channels) = match layout(header, webp) {
        PixelLayout::Yuv => {
            let planes = pixels * 3 / 2 + u64::from(webp.sides.0) + u64::from(webp.sides.1);
            let from = (Side::whole(webp.sides.0), Side::whole(webp.sides.1));
            // Colours that are converted have differences for each pixel.
            let converted = if profile > 0 { small * 3 } else { 0 };
            (webp.stream.1 + planes + rows, planes + planes::memory(from, stored, 3) + converted, 3)
        }
        layout => {
            let channels = if layout == PixelLayout::Rgb { 3 } else { 4 };
            // What the lossless codec works on is four bytes for each pixel; alpha is a plane and a
            // lossless picture of its own.
            let working = match (webp.lossless, webp.alpha) {
                (true, _) => pixels * 4,
                (false, true) => pixels * 5,
                (false, false) => 0,
            };
            let covers = webp.sides == (header.width, header.height);
            let canvas = if covers { 0 } else { header.pixels() * channels };
            let decoding = (webp.stream.1 + working + rows).max(canvas) + pixels * channels;
            let between = u64::from(stored.0) * u64::from(header.height);
            let weights = (u64::from(header.width) + u64::from(header.height)) * 64;
            (decoding, (header.pixels() + small + between) * channels + weights, channels)
        }
    };
    // Afterwards some copies of the largest thumbnail and its file; pixels with alpha make large
    // ones, and converted colours more copies.
    let copies = if channels == 4 || profile > 0 { 5 } else { 2 };
    decoding.max(resizing).max(small * channels * copies).saturating_add(profile).saturating_add(FIXED_BYTES)
}
