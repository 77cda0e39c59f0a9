//! What is declared is what is used.

use std::io::Cursor;

use image::{ColorType, ImageFormat};
use tintype_media::{Encoding, Isolation, Limits, ThumbnailOptions, probe, thumbnails};

use crate::allocation::peak;
use crate::exact::inks_profile;
use crate::files::{encoded, golden, iccp, jpeg, jpeg_with_profile, photo, png};
use crate::picture::cost;

/// Returns the file with the flag of Adam7 set: its rows are then taken for those of the passes.
fn interlaced(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file[28] = 1;
    file
}

/// What may be declared too much of small pictures: tables and buffers that some of them fill.
const FLOOR_BYTES: u64 = 768 << 10;

#[track_caller]
fn assert_tight(name: &str, used: u64, declared: u64) {
    assert!(used <= declared, "{name}: used {used}, declared {declared}");
    assert!(declared <= used + (used / 5).max(FLOOR_BYTES), "{name}: used {used}, declared {declared}");
}

#[test]
fn the_declared_memory_holds_and_is_not_far_from_the_truth() {
    let (width, height) = (2000, 1200);
    let (rgb, rgba) = (photo(width, height, 3), photo(width, height, 4));
    let (w, h) = (2000, 1200);
    let p3 = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    for (name, file) in [
        ("baseline JPEG", jpeg(w, h, &rgb, jpeg_encoder::ColorType::Rgb, false)),
        ("progressive JPEG", jpeg(w, h, &rgb, jpeg_encoder::ColorType::Rgb, true)),
        ("CMYK JPEG", jpeg(w, h, &rgba, jpeg_encoder::ColorType::Cmyk, false)),
        ("RGB PNG", png(width, height, 8, 2, &rgb, &[])),
        ("RGBA PNG", png(width, height, 8, 6, &rgba, &[])),
        ("sixteen-bit PNG", png(width, height, 16, 0, &photo(width, height, 2), &[])),
        ("interlaced PNG", interlaced(&png(width, height, 8, 6, &rgba, &[]))),
        ("RGB PNG with a profile", png(width, height, 8, 2, &rgb, &iccp(&p3))),
        ("RGB PNG of sixteen bits with a profile", png(width, height, 16, 2, &photo(width, height, 6), &iccp(&p3))),
        ("RGBA PNG with a profile", png(width, height, 8, 6, &rgba, &iccp(&p3))),
        ("JPEG with a profile", jpeg_with_profile(w, h, &rgb, jpeg_encoder::ColorType::Rgb, &p3)),
        ("CMYK JPEG with a profile", jpeg_with_profile(w, h, &rgba, jpeg_encoder::ColorType::Cmyk, &inks_profile())),
        ("RGBA TIFF", encoded(width, height, rgba.clone(), ColorType::Rgba8, ImageFormat::Tiff)),
        ("RGBA BMP", encoded(width, height, rgba.clone(), ColorType::Rgba8, ImageFormat::Bmp)),
        ("BMP", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Bmp)),
        ("GIF", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Gif)),
        // Only what is counted in Rust: libwebp itself takes little for a lossy file.
        ("lossy WebP", tintype_webp::encode(&rgb, (width, height), 3, 90).unwrap()),
        ("TIFF", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Tiff)),
        ("QOI", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Qoi)),
        ("TGA", encoded(width, height, rgba.clone(), ColorType::Rgba8, ImageFormat::Tga)),
        ("PPM", encoded(width, height, rgb.clone(), ColorType::Rgb8, ImageFormat::Pnm)),
    ] {
        let (_, probing) = peak(|| probe(Cursor::new(&file), &Limits::default()).unwrap());
        let (made, used) = peak(|| thumbnails(Cursor::new(&file), &ThumbnailOptions::default()));
        assert_eq!(made.unwrap().len(), 4, "{name}");
        let declared = cost(&file, &ThumbnailOptions::default());
        assert_tight(name, used, declared);
        assert!(probing < 64 << 10, "{name}: probing used {probing}");
    }
}

/// What a process of its own would take.
#[test]
fn the_declared_memory_of_what_is_isolated_holds() {
    let options = ThumbnailOptions::default().with_isolation(Isolation::InProcess);
    for name in ["plain.heic", "plain_a.heic", "plain.jp2"] {
        let file = golden(name);
        let (made, used) = peak(|| thumbnails(Cursor::new(&file), &options));
        assert_eq!(made.unwrap().len(), 4, "{name}");
        let declared = cost(&file, &options);
        assert!(used <= declared, "{name}: used {used}, declared {declared}");
        assert!(declared <= used * 8 / 5, "{name}: used {used}, declared {declared}");
    }
}

#[test]
fn more_is_declared_where_the_encoder_takes_more() {
    let (rgb, rgba) = (photo(1200, 900, 3), photo(1200, 900, 4));
    let options = ThumbnailOptions::default().with_encoding(Encoding::WebP);
    for (name, file) in [("RGB", png(1200, 900, 8, 2, &rgb, &[])), ("RGBA", png(1200, 900, 8, 6, &rgba, &[]))] {
        let declared = cost(&file, &options);
        let (made, used) = peak(|| thumbnails(Cursor::new(&file), &options));
        assert_eq!(made.unwrap().len(), 4, "{name}");
        // What libwebp has allocated is not counted here.
        assert!(used <= declared, "{name}: used {used}");
        assert!(declared > cost(&file, &ThumbnailOptions::default()), "{name}");
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
                let declared = cost(&file, &ThumbnailOptions::default());
                let (made, used) = peak(|| thumbnails(Cursor::new(&file), &ThumbnailOptions::default()));
                assert_eq!(made.unwrap().len(), 4);
                let name = format!("{width}x{height} {kind:?} {progressive}");
                assert_tight(&name, used, declared);
            }
        }
    }
}
