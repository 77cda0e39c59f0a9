//! What a probe declares is what thumbnails use.

use std::io::Cursor;

use image::{ColorType, ImageFormat};
use tintype_media::{Limits, ThumbnailOptions, probe, thumbnails};

use crate::allocation::peak;
use crate::files::{encoded, jpeg, photo, png};

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
