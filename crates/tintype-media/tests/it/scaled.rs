//! JPEG files that are decoded at a fraction of their size.

use std::io::Cursor;

use tintype_media::{Error, ThumbnailOptions, Thumbnailer, thumbnails};

use crate::files::jpeg;
use crate::picture::{Picture, picture};

/// Returns pixels whose red grows from left to right and whose green grows from top to bottom.
fn ramps(width: u16, height: u16) -> Vec<u8> {
    let level = |at: u16, of: u16| ((f64::from(at) + 0.5) / f64::from(of) * 255.0).round() as u8;
    (0..height).flat_map(|y| (0..width).flat_map(move |x| [level(x, width), level(y, height), 128])).collect()
}

/// Returns how far the ramps lie beside their place, in pixels of the thumbnail.
fn shift(picture: &Picture) -> (f64, f64) {
    let (width, height) = (f64::from(picture.width), f64::from(picture.height));
    let (mut across, mut down, mut count) = (0.0, 0.0, 0.0);
    // Colours whose samples would leave the range, and the edges, do not count.
    for y in picture.height / 4..picture.height * 3 / 4 {
        for x in picture.width / 4..picture.width * 3 / 4 {
            let [red, green, ..] = picture.at(x, y);
            across += f64::from(red) / 255.0 * width - (f64::from(x) + 0.5);
            down += f64::from(green) / 255.0 * height - (f64::from(y) + 0.5);
            count += 1.0;
        }
    }
    (across / count, down / count)
}

#[test]
fn no_scale_shifts_the_picture() {
    // Sides that leave all remainders in blocks of eight and sixteen; edges for which all scales
    // are enough.
    for (width, height) in [(1243, 827), (1001, 1009), (333, 95)] {
        let pixels = ramps(width, height);
        // What writing and reading the thumbnail itself does to colours is the same for a source
        // without scales.
        let pixmap = [format!("P6 {width} {height} 255\n").as_bytes(), &pixels].concat();
        let files = [false, true].map(|kind| jpeg(width, height, &pixels, jpeg_encoder::ColorType::Rgb, kind));
        for edge in [40, 60, 100, 150, 280, 500] {
            let expected = shift(&picture(&pixmap, edge));
            for file in &files {
                let found = shift(&picture(file, edge));
                let off = (found.0 - expected.0).abs().max((found.1 - expected.1).abs());
                assert!(off < 0.2, "{width}x{height} in {edge}: {found:?} instead of {expected:?}");
            }
        }
    }
}

#[test]
fn what_no_decoder_takes_is_unsupported_and_not_malformed() {
    let mut file = jpeg(64, 48, &ramps(64, 48), jpeg_encoder::ColorType::Rgb, false);
    let frame = file.windows(2).position(|window| window == [0xFF, 0xC0]).unwrap();
    for (marker, precision) in [(0xC1, 12), (0xC3, 8), (0xC9, 8)] {
        (file[frame + 1], file[frame + 4]) = (marker, precision);
        let error = thumbnails(Cursor::new(&file), &ThumbnailOptions::default()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{marker:x}: {error}");
    }
}

#[test]
fn what_came_before_leaves_no_trace() {
    let mut thumbnailer = Thumbnailer::new();
    let options = ThumbnailOptions::default().with_edges([40, 100, 300]);
    for (width, height) in [(640, 400), (333, 500), (50, 50), (640, 400), (1000, 90)] {
        for kind in [false, true] {
            let mut file = jpeg(width, height, &ramps(width, height), jpeg_encoder::ColorType::Rgb, kind);
            let expected = thumbnails(Cursor::new(&file), &options).unwrap();
            assert_eq!(thumbnailer.thumbnails(Cursor::new(&file), &options).unwrap(), expected);
            // What fails leaves none either.
            file.truncate(file.len() / 3);
            let _ = thumbnailer.thumbnails(Cursor::new(&file), &options);
        }
    }
}
