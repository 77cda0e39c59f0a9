//! What a probe declares is what thumbnails use.

use std::io::Cursor;

use image::{ColorType, ImageFormat};
use tintype_media::{Limits, ThumbnailOptions, probe, thumbnails};

use crate::allocation::peak;
use crate::files::{encoded, jpeg, photo, png};

/// Returns the file with the flag of Adam7 set: its rows are then taken for those of the passes.
fn interlaced(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file[28] = 1;
    file
}

#[test]
fn the_declared_memory_holds_and_is_not_far_from_the_truth() {
    let (width, height) = (2000, 1200);
    let (rgb, rgba) = (photo(width, height, 3), photo(width, height, 4));
    let (w, h) = (2000, 1200);
    for (name, file) in [
        ("baseline JPEG", jpeg(w, h, &rgb, jpeg_encoder::ColorType::Rgb, false)),
        ("progressive JPEG", jpeg(w, h, &rgb, jpeg_encoder::ColorType::Rgb, true)),
        ("CMYK JPEG", jpeg(w, h, &rgba, jpeg_encoder::ColorType::Cmyk, false)),
        ("RGB PNG", png(width, height, 8, 2, &rgb, &[])),
        ("RGBA PNG", png(width, height, 8, 6, &rgba, &[])),
        ("sixteen-bit PNG", png(width, height, 16, 0, &photo(width, height, 2), &[])),
        ("interlaced PNG", interlaced(&png(width, height, 8, 6, &rgba, &[]))),
        ("BMP", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Bmp)),
        ("GIF", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Gif)),
        // Only what is counted in Rust: libwebp itself takes little for a lossy file.
        ("lossy WebP", tintype_webp::encode(&rgb, (width, height), 3, 90).unwrap()),
        ("TIFF", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Tiff)),
        ("QOI", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Qoi)),
        ("TGA", encoded(width, height, rgba.clone(), ColorType::Rgba8, ImageFormat::Tga)),
        ("PPM", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Pnm)),
    ] {
        let (probe, probing) = peak(|| probe(Cursor::new(&file), &Limits::default()).unwrap());
        let (made, used) = peak(|| thumbnails(Cursor::new(&file), &ThumbnailOptions::default()));
        assert_eq!(made.unwrap().len(), 4, "{name}");
        let declared = probe.decode_bytes;
        assert!(used <= declared, "{name}: used {used}, declared {declared}");
        assert!(declared <= used * 2, "{name}: used {used}, declared {declared}");
        assert!(probing < 64 << 10, "{name}: probing used {probing}");
    }
}

#[test]
fn the_declared_memory_of_a_jpeg_holds_at_any_size() {
    for (width, height) in [(640, 480), (1200, 1600), (3000, 700)] {
        let (w, h) = (u32::from(width), u32::from(height));
        for (kind, channels) in [
            (jpeg_encoder::ColorType::Luma, 1),
            (jpeg_encoder::ColorType::Rgb, 3),
            (jpeg_encoder::ColorType::Cmyk, 4),
            (jpeg_encoder::ColorType::CmykAsYcck, 4),
        ] {
            for progressive in [false, true] {
                let file = jpeg(width, height, &photo(w, h, channels), kind, progressive);
                let declared = probe(Cursor::new(&file), &Limits::default()).unwrap().decode_bytes;
                let (made, used) = peak(|| thumbnails(Cursor::new(&file), &ThumbnailOptions::default()));
                assert_eq!(made.unwrap().len(), 4);
                let name = format!("{width}x{height} {kind:?} {progressive}");
                assert!(used <= declared, "{name}: used {used}, declared {declared}");
                assert!(declared as f64 <= used as f64 * 1.6, "{name}: used {used}, declared {declared}");
            }
        }
    }
}
