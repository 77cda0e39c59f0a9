//! Pictures: dimensions, modes and thumbnails.

use crate::support::picture::{self, Colour, broken_png, decode, gradient, half_transparent, jpeg, plain_png, png};
use crate::support::{builder, checksum, create, fetch, key, key_name, one, server, text};
use image::{DynamicImage, GenericImageView, ImageFormat};
use serde_json::{Value, json};
use tintype_testkit::Server;

const EDGES: [u32; 4] = [64, 128, 512, 1080];

/// Fetches and decodes every thumbnail, holding it against what its object says of it.
#[track_caller]
fn thumbnails(server: &Server, object: &Value) -> Vec<(ImageFormat, DynamicImage)> {
    let thumbnails = object["thumbnails"].as_array().expect("`thumbnails` is an array");
    let sizes: Vec<_> = thumbnails.iter().map(|thumbnail| thumbnail["size"].as_u64().unwrap()).collect();
    assert_eq!(sizes, EDGES.map(u64::from), "{object}");
    let look = |thumbnail: &Value| {
        let bytes = fetch(server, thumbnail);
        assert_eq!(thumbnail["bytes"], bytes.len(), "{thumbnail}");
        let (format, image) = decode(&bytes);
        assert_eq!((&thumbnail["width"], &thumbnail["height"]), (&json!(image.width()), &json!(image.height())));
        let edge = &thumbnail["size"];
        let extension = if format == ImageFormat::Png { "png" } else { "jpg" };
        let name = key_name(thumbnail);
        let (_, ending) = name.split_once(&format!("_thumbnail_{edge}x{edge}")).expect("the edge");
        let random = ending.strip_suffix(&format!(".{extension}")).expect("the extension of its format");
        assert!(random.is_empty() || (random.len() == 8 && random.starts_with('_')), "{thumbnail}");
        (format, image)
    };
    thumbnails.iter().map(look).collect()
}

#[test]
fn thumbnails_fit_their_box_keep_the_aspect_ratio_and_never_grow() {
    let server = server();
    let admin = server.admin();
    // Width and height, then those of the four thumbnails; where the exact side is no whole number
    // both neighbours are right.
    type Sides = (u32, u32);
    let cases: [(Sides, [Sides; 4]); 7] = [
        ((2560, 1600), [(64, 40), (128, 80), (512, 320), (1080, 675)]),
        ((1000, 2000), [(32, 64), (64, 128), (256, 512), (540, 1080)]),
        ((1080, 1080), [(64, 64), (128, 128), (512, 512), (1080, 1080)]),
        ((300, 200), [(64, 43), (128, 85), (300, 200), (300, 200)]),
        ((64, 64), [(64, 64); 4]),
        ((1, 1), [(1, 1); 4]),
        ((2000, 3), [(64, 1), (128, 1), (512, 1), (1080, 2)]),
    ];
    for ((width, height), expected) in cases {
        let object = create(&admin, "picture.jpg", jpeg(&gradient(width, height)));
        assert_eq!((&object["width"], &object["height"]), (&json!(width), &json!(height)));
        for ((_, image), (wide, high)) in thumbnails(&server, &object).iter().zip(expected) {
            let off = image.width().abs_diff(wide).max(image.height().abs_diff(high));
            assert!(off <= 1, "{width}x{height}: {:?} instead of {wide}x{high}", image.dimensions());
        }
    }
}

#[test]
fn thumbnails_look_like_their_picture() {
    let server = server();
    let object = create(&server.admin(), "picture.png", png(&picture::quarters(1200, 900)));
    for (_, image) in thumbnails(&server, &object) {
        assert_eq!(picture::read_quarters(&image), "RGBW");
    }
}

#[test]
fn opaque_pictures_give_jpeg_and_transparent_ones_png_with_their_transparency() {
    let server = server();
    let admin = server.admin();
    for (name, bytes) in [("a.jpg", jpeg(&gradient(200, 100))), ("a.png", png(&gradient(200, 100)))] {
        for (format, _) in thumbnails(&server, &create(&admin, name, bytes)) {
            assert_eq!(format, ImageFormat::Jpeg, "of {name}");
        }
    }
    for (format, image) in thumbnails(&server, &create(&admin, "t.png", png(&half_transparent(200, 100)))) {
        assert_eq!(format, ImageFormat::Png);
        let (width, height) = image.dimensions();
        assert!(image.get_pixel(width / 8, height / 2).0[3] < 10, "the left side is transparent");
        let [red, green, blue, alpha] = image.get_pixel(width * 7 / 8, height / 2).0;
        assert!(red > 245 && green < 10 && blue < 10 && alpha > 245, "the right side is red");
    }
}

#[test]
fn pictures_that_are_decoded_in_a_process_of_their_own_have_thumbnails_too() {
    let server = server();
    let admin = server.admin();
    let drawing = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 150'><rect width='150' height='150' fill='red'/></svg>";
    let object = create(&admin, "drawing.svg", drawing);
    assert_eq!((&object["width"], &object["height"], &object["mode"]), (&json!(300), &json!(150), &json!("RGBA")));
    for (format, image) in thumbnails(&server, &object) {
        assert_eq!(format, ImageFormat::Png);
        let (width, height) = image.dimensions();
        assert_eq!(image.get_pixel(width / 4, height / 2).0, [255, 0, 0, 255]);
        assert_eq!(image.get_pixel(width * 3 / 4, height / 2).0[3], 0);
    }
    let avif = include_bytes!("../../../../crates/tintype-media/tests/it/data/grid.avif");
    for (format, image) in thumbnails(&server, &create(&admin, "grid.avif", avif)) {
        assert_eq!(format, ImageFormat::Jpeg);
        let [red, green, blue, _] = image.get_pixel(image.width() / 4, image.height() / 4).0;
        assert!(red > 180 && green < 60 && blue < 60, "the first quarter is red, not {red} {green} {blue}");
    }
}

#[test]
fn thumbnails_are_webp_where_the_operator_says_so() {
    let server = builder().config("thumbnail_format", "webp").start();
    let admin = server.admin();
    for (name, bytes) in [("a.jpg", jpeg(&gradient(200, 100))), ("t.png", png(&half_transparent(200, 100)))] {
        let object = create(&admin, name, bytes);
        for (thumbnail, edge) in object["thumbnails"].as_array().unwrap().iter().zip(EDGES) {
            let ending = format!("_thumbnail_{edge}x{edge}.webp");
            assert!(key_name(thumbnail).ends_with(&ending), "{thumbnail}");
            let response = server.anonymous().get(text(thumbnail, "f")).send().expect_status(200);
            assert_eq!(response.header("content-type"), Some("image/webp"));
            let bytes = fetch(&server, thumbnail);
            assert!(bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP");
        }
    }
}

#[test]
fn dimensions_and_thumbnails_are_upright_for_every_orientation() {
    let server = server();
    let admin = server.admin();
    // What the four quarters of the stored picture (red, green / blue, white) become, by TIFF 6.0's
    // definition of the tag.
    let cases = [
        (1, (200, 100), "RGBW"),
        (2, (200, 100), "GRWB"),
        (3, (200, 100), "WBGR"),
        (4, (200, 100), "BWRG"),
        (5, (100, 200), "RBGW"),
        (6, (100, 200), "BRWG"),
        (7, (100, 200), "WGBR"),
        (8, (100, 200), "GWRB"),
    ];
    let upright = jpeg(&picture::quarters(200, 100));
    for (orientation, (width, height), expected) in cases {
        let object = create(&admin, "turned.jpg", picture::with_orientation(&upright, orientation));
        assert_eq!((&object["width"], &object["height"]), (&json!(width), &json!(height)), "orientation {orientation}");
        for (_, image) in thumbnails(&server, &object) {
            assert_eq!(picture::read_quarters(&image), expected, "orientation {orientation}");
            assert_eq!(image.width() < image.height(), width < height, "orientation {orientation}");
        }
    }
}

#[test]
fn thumbnails_carry_nothing_of_the_metadata_and_the_original_all_of_it() {
    let server = server();
    let bytes = picture::with_orientation(&jpeg(&gradient(300, 200)), 6);
    let object = create(&server.admin(), "camera.jpg", &bytes);
    assert!(fetch(&server, &object) == bytes);
    for thumbnail in object["thumbnails"].as_array().unwrap() {
        let served = fetch(&server, thumbnail);
        for trace in [&b"Exif"[..], b"SecretMaker"] {
            assert!(!served.windows(trace.len()).any(|window| window == trace), "{thumbnail}");
        }
    }
}

#[test]
fn modes_go_by_their_pillow_names() {
    let server = server();
    let admin = server.admin();
    let grey = DynamicImage::from(gradient(20, 10).to_luma8());
    let cases = [
        ("jpeg", jpeg(&gradient(20, 10)), "RGB"),
        ("grey jpeg", jpeg(&grey), "L"),
        ("png", plain_png(20, 10, 8, Colour::Rgb), "RGB"),
        ("png with alpha", plain_png(20, 10, 8, Colour::Rgba), "RGBA"),
        ("grey png", plain_png(20, 10, 8, Colour::Grey), "L"),
        ("grey png with alpha", plain_png(20, 10, 8, Colour::GreyAlpha), "LA"),
        ("16-bit grey png", plain_png(20, 10, 16, Colour::Grey), "I;16"),
        ("1-bit png", plain_png(20, 10, 1, Colour::Grey), "1"),
        ("palette png", plain_png(20, 10, 8, Colour::Palette), "P"),
        ("1-bit palette png", plain_png(20, 10, 1, Colour::Palette), "P"),
    ];
    for (what, bytes, mode) in cases {
        let object = create(&admin, "picture", bytes);
        let seen = (&object["type"], &object["width"], &object["height"], &object["mode"]);
        assert_eq!(seen, (&json!("image"), &json!(20), &json!(10), &json!(mode)), "{what}");
        assert_eq!(thumbnails(&server, &object).len(), 4, "{what}");
    }
}

#[test]
fn a_picture_that_cannot_be_decoded_is_kept_with_what_its_header_tells() {
    let server = server();
    let admin = server.admin();
    let bytes = broken_png(120, 80);
    let object = create(&admin, "broken.png", &bytes);
    assert_eq!(object["type"], "image");
    assert_eq!((&object["width"], &object["height"], &object["mode"]), (&json!(120), &json!(80), &json!("RGB")));
    assert_eq!(object["thumbnails"], json!([]));
    assert!(fetch(&server, &object) == bytes);
    assert_eq!(admin.get(&one(&object)).send().json(), object);
}

#[test]
fn damaged_pictures_are_never_an_error_and_never_lost() {
    let server = server();
    let admin = server.admin();
    let (whole_jpeg, whole_png) = (jpeg(&gradient(400, 300)), png(&gradient(400, 300)));
    let mut huge = broken_png(65_535, 65_535);
    huge.truncate(40);
    let cases: [&[u8]; 9] = [
        &whole_jpeg[..whole_jpeg.len() / 2],
        &whole_jpeg[..100],
        &whole_jpeg[..3],
        &whole_png[..whole_png.len() / 2],
        &whole_png[..33],
        &whole_png[..9],
        &huge,
        b"GIF89a\xFF\xFF\xFF\xFF\x80\0\0",
        b"RIFF\xFF\xFF\xFF\xFFWEBPVP8 ",
    ];
    for bytes in cases {
        let object = create(&admin, "damaged.jpg", bytes);
        assert_eq!(text(&object, "checksum"), checksum(bytes));
        assert!(fetch(&server, &object) == bytes);
        assert_eq!(admin.get(&one(&object)).send().status(), 200);
    }
}

#[test]
fn a_picture_over_the_pixel_limit_is_kept_with_its_dimensions_and_without_thumbnails() {
    let server = builder().config("max_image_pixels", "4096").start();
    let admin = server.admin();
    let at_the_limit = create(&admin, "at.png", plain_png(64, 64, 8, Colour::Rgb));
    assert_eq!(thumbnails(&server, &at_the_limit).len(), 4);
    let bytes = plain_png(64, 65, 8, Colour::Rgb);
    let over = create(&admin, "over.png", &bytes);
    assert_eq!((&over["type"], &over["thumbnails"]), (&json!("image"), &json!([])));
    assert_eq!((&over["width"], &over["height"], &over["mode"]), (&json!(64), &json!(65), &json!("RGB")));
    assert!(fetch(&server, &over) == bytes);
}

#[test]
fn a_picture_that_needs_more_than_the_decode_memory_is_kept_without_thumbnails() {
    let server = builder().config("decode_memory", "1 MiB").start();
    let object = create(&server.admin(), "large.png", plain_png(1500, 1500, 8, Colour::Rgb));
    assert_eq!((&object["width"], &object["height"]), (&json!(1500), &json!(1500)));
    assert_eq!(object["thumbnails"], json!([]));
}

#[test]
fn pictures_with_one_stem_do_not_share_thumbnails() {
    let server = server();
    let admin = server.admin();
    let red = DynamicImage::from(image::RgbImage::from_pixel(100, 100, image::Rgb([255, 0, 0])));
    let blue = DynamicImage::from(image::RgbImage::from_pixel(100, 100, image::Rgb([0, 0, 255])));
    let (first, second) = (create(&admin, "same.jpg", jpeg(&red)), create(&admin, "same.png", png(&blue)));
    assert_eq!(key_name(&first["thumbnails"][0]), "same_thumbnail_64x64.jpg");
    assert_ne!(key(&first["thumbnails"][0]), key(&second["thumbnails"][0]));
    for (object, channel) in [(&first, 0), (&second, 2)] {
        for (_, image) in thumbnails(&server, object) {
            assert!(image.get_pixel(5, 5).0[channel] > 240, "{object}");
        }
    }
    assert_eq!(admin.delete(&one(&first)).send().status(), 204);
    assert_eq!(thumbnails(&server, &second).len(), 4);
}
