//! Colours, transparency, sizes and what is left out.

use std::io::Cursor;

use tintype_media::{OutputFormat, ThumbnailOptions, thumbnails};

use crate::files::{chunk, golden, iccp, jpeg, photo, pixmap, png};
use crate::picture::{assert_near, decode, picture, thumbnail};

/// An RGB profile with the primaries of Display P3 and sRGB's curve.
fn display_p3() -> Vec<u8> {
    moxcms::ColorProfile::new_display_p3().encode().unwrap()
}

#[test]
fn a_wide_gamut_profile_is_converted_to_srgb() {
    let orange = [200, 100, 50].repeat(64);
    let plain = picture(&png(8, 8, 8, 2, &orange, &[]), 64);
    assert_near(plain.at(4, 4), [200, 100, 50, 255], 3);
    // CSS Color 4's sample code gives 215.6, 95.0, 33.9 for this colour of Display P3.
    let converted = picture(&png(8, 8, 8, 2, &orange, &iccp(&display_p3())), 64);
    assert_near(converted.at(4, 4), [216, 95, 34, 255], 4);
}

#[test]
fn a_profile_for_other_pixels_is_ignored() {
    let grey = [90].repeat(64);
    let picture = picture(&png(8, 8, 8, 0, &grey, &iccp(&display_p3())), 64);
    assert_near(picture.at(4, 4), [90, 90, 90, 255], 2);
}

#[test]
fn a_grey_profile_may_give_lightness() {
    let mut profile = moxcms::ColorProfile::new_gray_with_gamma(2.2);
    profile.pcs = moxcms::DataColorSpace::Lab;
    profile.gray_trc = Some(moxcms::ToneReprCurve::Lut(vec![0, 65_535]));
    let profile = profile.encode().unwrap();
    // Half of the lightness of white is the middle grey 119 of sRGB; LittleCMS gives the same.
    for (stored, shown) in [(0, 0), (64, 60), (128, 119), (191, 185), (255, 255)] {
        for depth in [8, 16] {
            let row = if depth == 8 { vec![stored; 64] } else { [stored, stored].repeat(64) };
            let picture = picture(&png(8, 8, depth, 0, &row, &iccp(&profile)), 64);
            assert_near(picture.at(4, 4), [shown, shown, shown, 255], 2);
        }
    }
}

#[test]
fn code_points_of_a_png_come_before_its_profile() {
    let shown = |code: u8, extra: &[u8]| picture(&png(8, 8, 8, 2, &[code; 192], extra), 64).at(4, 4);
    let codes = |primaries: u8, transfer: u8| chunk(b"cICP", &[primaries, transfer, 0, 1]);
    // PQ and HLG: reference white, and an eighth of it, as in AVIF.
    for (transfer, white) in [(16, 148), (18, 191)] {
        assert!((230..=250).contains(&shown(white, &codes(9, transfer))[1]));
        assert_eq!(shown(0, &codes(9, transfer)), [0, 0, 0, 255]);
    }
    assert_near(shown(96, &[codes(1, 16), iccp(&display_p3())].concat()), [99, 99, 99, 255], 3);
    // Display P3, as its profile would have it; and what is plain stays so, whatever the profile.
    let orange = [200, 100, 50].repeat(64);
    let of = |extra: &[u8]| picture(&png(8, 8, 8, 2, &orange, extra), 64).at(4, 4);
    assert_near(of(&codes(12, 13)), [216, 95, 34, 255], 4);
    assert_near(of(&[codes(1, 13), iccp(&display_p3())].concat()), [200, 100, 50, 255], 3);
    // A profile that tells code points as well.
    let hdr = moxcms::ColorProfile::new_bt2020_pq().encode().unwrap();
    assert!((230..=250).contains(&shown(148, &iccp(&hdr))[1]), "{:?}", shown(148, &iccp(&hdr)));
}

#[test]
fn inks_are_shown_as_the_light_they_leave() {
    // Full cyan; half magenta on white paper; black; bare paper. In the file they are inverted.
    for (inks, expected) in [
        ([255, 0, 0, 0], [0, 255, 255, 255]),
        ([0, 128, 0, 0], [255, 127, 255, 255]),
        ([0, 0, 0, 255], [0, 0, 0, 255]),
        ([0, 0, 0, 0], [255, 255, 255, 255]),
    ] {
        for kind in [jpeg_encoder::ColorType::Cmyk, jpeg_encoder::ColorType::CmykAsYcck] {
            let file = jpeg(8, 8, &inks.repeat(64), kind, false);
            assert_near(picture(&file, 64).at(4, 4), expected, 6);
        }
    }
}

#[test]
fn transparency_gives_png_and_opacity_jpeg() {
    let translucent = [10, 200, 30, 128].repeat(64);
    let made = thumbnail(&png(8, 8, 8, 6, &translucent, &[]), 4);
    assert_eq!(
        (made.format, made.format.extension(), made.format.mime_type()),
        (OutputFormat::Png, "png", "image/png")
    );
    assert_near(decode(&made).at(2, 2), [10, 200, 30, 128], 2);

    let opaque = [10, 200, 30, 255].repeat(64);
    let made = thumbnail(&png(8, 8, 8, 6, &opaque, &[]), 4);
    assert_eq!(
        (made.format, made.format.extension(), made.format.mime_type()),
        (OutputFormat::Jpeg, "jpg", "image/jpeg")
    );
    for name in ["la.png", "rgba.png", "rgba_le0.webp", "rgba.tif", "rgba.qoi", "rgba.tga", "la.tif", "p7_4.pam"] {
        assert_eq!(thumbnail(&golden(name), 64).format, OutputFormat::Png, "{name}");
    }
}

#[test]
fn one_transparent_colour_of_a_palette_is_transparent() {
    let extra = [chunk(b"PLTE", &[255, 0, 0, 0, 0, 255]), chunk(b"tRNS", &[0])].concat();
    let picture = picture(&png(2, 1, 8, 3, &[0, 1], &extra), 64);
    assert_eq!(picture.at(0, 0)[3], 0);
    assert_eq!(picture.at(1, 0), [0, 0, 255, 255]);
}

#[test]
fn thumbnails_keep_aspect_and_are_never_enlarged() {
    let made = thumbnails(Cursor::new(pixmap(256, 160, [1, 2, 3])), &ThumbnailOptions::default()).unwrap();
    let found: Vec<_> = made.iter().map(|made| (made.edge, made.width, made.height)).collect();
    assert_eq!(found, [(64, 64, 40), (128, 128, 80), (512, 256, 160), (1080, 256, 160)]);
}

#[test]
fn edges_come_back_in_the_order_asked_for() {
    let options = ThumbnailOptions::default().with_edges([128, 16, 512, 16]);
    let made = thumbnails(Cursor::new(pixmap(200, 100, [1, 2, 3])), &options).unwrap();
    assert_eq!(made.iter().map(|made| made.edge).collect::<Vec<_>>(), [128, 16, 512, 16]);
    assert!(thumbnails(Cursor::new(pixmap(2, 1, [0; 3])), &options.with_edges([])).unwrap().is_empty());
}

#[test]
fn extreme_aspect_ratios_keep_one_pixel() {
    let wide = png(65_535, 1, 8, 0, &vec![200; 65_535], &[]);
    let tall = png(1, 65_535, 8, 0, &vec![200; 65_535], &[]);
    let (wide, tall) = (thumbnail(&wide, 64), thumbnail(&tall, 64));
    assert_eq!((wide.width, wide.height), (64, 1));
    assert_eq!((tall.width, tall.height), (1, 64));
    assert_near(decode(&wide).at(30, 0), [200, 200, 200, 255], 3);
}

#[test]
fn nothing_of_the_originals_metadata_is_left() {
    let secret = b"N 35.6892 E 51.3890";
    let text = chunk(b"tEXt", &[b"Comment\0", secret.as_slice()].concat());
    let exif = chunk(b"eXIf", &[b"II*\0\x08\0\0\0\0\0\0\0\0\0", secret.as_slice()].concat());
    let extra = [text, exif, iccp(&display_p3())].concat();
    for alpha in [255, 100] {
        let rows = [[9, 8, 7, alpha]; 64].concat();
        let made = thumbnail(&png(8, 8, 8, 6, &rows, &extra), 64);
        let contains = |needle: &[u8]| made.bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!contains(secret) && !contains(b"Exif") && !contains(b"ICC_PROFILE"), "alpha {alpha}");
        assert!(!contains(b"eXIf") && !contains(b"iCCP") && !contains(b"tEXt"), "alpha {alpha}");
    }
}

#[test]
fn a_photo_cut_in_half_shows_its_upper_half() {
    let pixels = photo(400, 300, 3);
    let whole = jpeg(400, 300, &pixels, jpeg_encoder::ColorType::Rgb, false);
    let expected = picture(&whole, 100);
    let found = picture(&whole[..whole.len() / 2], 100);
    assert_eq!((found.width, found.height), (100, 75));
    for x in [5, 50, 95] {
        assert_near(found.at(x, 10), expected.at(x, 10), 12);
    }
}

#[test]
fn grey_stays_grey() {
    let made = thumbnail(&golden("l.png"), 64);
    // One component in the frame header of a baseline JPEG.
    let frame = made.bytes.windows(2).position(|window| window == [0xFF, 0xC0]).unwrap();
    assert_eq!(made.bytes[frame + 9], 1);
}
