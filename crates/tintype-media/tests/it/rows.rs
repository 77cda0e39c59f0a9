//! Pictures that are resized as their rows come.

use tintype_media::OutputFormat;

use crate::files::{chunk, deflate, iccp, photo, png};
use crate::picture::{assert_near, picture, thumbnail};

/// First column and row, and how far apart columns and rows are, of the passes of Adam7.
const PASSES: [[u32; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/// Returns an interlaced PNG of eight bits a sample.
fn interlaced(width: u32, height: u32, colour_type: u8, channels: u32, pixels: &[u8]) -> Vec<u8> {
    let mut rows = Vec::new();
    for [left, top, across, down] in PASSES {
        for y in (top..height).step_by(down as usize) {
            let columns: Vec<u32> = (left..width).step_by(across as usize).collect();
            if !columns.is_empty() {
                rows.push(0);
            }
            for x in columns {
                let at = ((y * width + x) * channels) as usize;
                rows.extend(&pixels[at..at + channels as usize]);
            }
        }
    }
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, colour_type, 0, 0, 1]].concat();
    let data = deflate(&rows);
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &data), chunk(b"IEND", b"")].concat()
}

#[test]
fn interlaced_pictures_are_those_that_are_not() {
    for (width, height) in [(1, 1), (3, 2), (5, 9), (97, 61), (200, 333)] {
        for (colour_type, channels) in [(0, 1), (2, 3), (4, 2), (6, 4)] {
            let pixels = photo(width, height, channels);
            let plain = png(width, height, 8, colour_type, &pixels, &[]);
            let passes = interlaced(width, height, colour_type, channels, &pixels);
            for edge in [64, 400] {
                let (expected, found) = (picture(&plain, edge), picture(&passes, edge));
                assert_eq!((found.width, found.height), (expected.width, expected.height));
                for (found, expected) in found.pixels.iter().zip(expected.pixels) {
                    // Whole numbers and sums in another order round elsewhere, and in a JPEG one
                    // step of a colour difference is nearly two of blue.
                    assert_near(*found, expected, 6);
                }
            }
        }
    }
}

#[test]
fn one_pixel_that_is_transparent_is_enough() {
    let mut pixels = [10, 20, 30, 255].repeat(500 * 300);
    assert_eq!(thumbnail(&png(500, 300, 8, 6, &pixels, &[]), 64).format, OutputFormat::Jpeg);
    pixels[(299 * 500 + 3) * 4 + 3] = 0;
    assert_eq!(thumbnail(&png(500, 300, 8, 6, &pixels, &[]), 64).format, OutputFormat::Png);
}

#[test]
fn darks_of_a_linear_profile_survive() {
    let mut profile = moxcms::ColorProfile::new_srgb();
    // It would win over the curves.
    profile.cicp = None;
    let linear = moxcms::ToneReprCurve::Parametric(vec![1.0]);
    profile.red_trc = Some(linear.clone());
    profile.green_trc = Some(linear.clone());
    profile.blue_trc = Some(linear);
    let extra = iccp(&profile.encode().unwrap());
    for level in [40_u16, 150, 400, 1500, 9000, 40_000] {
        let light = f64::from(level) / 65_535.0;
        // IEC 61966-2-1.
        let encoded = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        let expected = (encoded * 255.0).round() as u8;
        for side in [8_u32, 150] {
            let rows = level.to_be_bytes().repeat((side * side * 3) as usize);
            let found = picture(&png(side, side, 16, 2, &rows, &extra), 64).at(4, 4);
            assert_near(found, [expected, expected, expected, 255], 1);
        }
    }
}
