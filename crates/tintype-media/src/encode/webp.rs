//! Lossy WebP through libwebp: planes as they are, but for their range, and pixels where anything
//! is transparent.

use crate::frame::{Frame, Samples};
use crate::planes::{Colour, Planes};
use crate::ycbcr;

/// Writes a picture; WebP has one colour difference of each kind for four pixels, whatever its
/// sides.
pub(super) fn planes(picture: &Planes, quality: u8) -> Result<Vec<u8>, tintype_webp::Error> {
    let views = picture.views();
    let luma = narrowed(views[0].data, 0);
    let difference = |index: usize| match (views.get(index), picture.colour) {
        (None, _) => vec![128; picture.width.div_ceil(2) as usize * picture.height.div_ceil(2) as usize],
        (Some(view), Colour::Quarter) => narrowed(view.data, 128),
        (Some(view), Colour::Full) => narrowed(&ycbcr::quarter(view.data, picture.width as usize), 128),
    };
    let (blue, red) = (difference(1), difference(2));
    tintype_webp::encode_yuv([&luma, &blue, &red], (picture.width, picture.height), quality)
}

fn narrowed(plane: &[u8], middle: i32) -> Vec<u8> {
    let table = ycbcr::limited_range(middle);
    plane.iter().map(|sample| table[usize::from(*sample)]).collect()
}

/// Writes pixels with alpha, which lossy WebP has beside the colours.
pub(super) fn pixels(frame: &Frame, quality: u8) -> Result<Vec<u8>, tintype_webp::Error> {
    let expanded: Vec<u8>;
    let pixels = match frame.samples {
        Samples::GreyAlpha => {
            let (pairs, _) = frame.pixels.as_chunks::<2>();
            expanded = pairs.iter().flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect();
            &expanded
        }
        _ => &frame.pixels,
    };
    tintype_webp::encode(pixels, (frame.width, frame.height), 4, quality)
}
