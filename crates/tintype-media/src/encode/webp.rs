//! Lossy WebP through libwebp.

use crate::frame::{Frame, Samples};
use crate::{Error, ycbcr};

/// Writes an opaque frame or one with alpha, which lossy WebP has beside the colours.
pub(super) fn encode(frame: &Frame, quality: u8) -> Result<Vec<u8>, Error> {
    let expanded: Vec<u8>;
    let (pixels, channels) = match frame.samples {
        Samples::Rgb => (&frame.pixels, 3),
        Samples::Rgba => (&frame.pixels, 4),
        Samples::Grey => {
            expanded = frame.pixels.iter().flat_map(|grey| [*grey; 3]).collect();
            (&expanded, 3)
        }
        Samples::GreyAlpha => {
            let (pairs, _) = frame.pixels.as_chunks::<2>();
            expanded = pairs.iter().flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect();
            (&expanded, 4)
        }
        // Inks and Lab have become lights before.
        Samples::YCbCr | Samples::Cmyk | Samples::Lab => {
            expanded = ycbcr::to_rgb(&frame.pixels);
            (&expanded, 3)
        }
    };
    tintype_webp::encode(pixels, (frame.width, frame.height), channels, quality).map_err(super::failed)
}
