//! What files tell about themselves, and how lists use it.

use crate::previews::{create_settled, fixture, settled, status};
use crate::support::picture::{decode, gradient, jpeg};
use crate::support::{
    FILES, PDF, assert_field_error, builder, checksum, create, fetch, file, media_path, one, result_names, server, text,
};
use serde_json::{Value, json};
use tintype_testkit::Client;

#[test]
fn what_a_file_tells_about_itself_is_an_object() {
    let server = server();
    let admin = server.admin();
    let film = create_settled(&admin, "a.mov", fixture("h264-high.mov"));
    let told = &film["metadata"];
    assert_eq!(
        (text(told, "codec"), told["width"].is_u64(), told["duration"].is_f64()),
        ("h264", true, true),
        "{told}"
    );
    let page = create_settled(&admin, "a.pdf", PDF);
    assert_eq!(page["metadata"]["pages"], 1);
    let plain = admin.upload(&file("a.txt", "nothing")).expect_status(201);
    assert_eq!(plain.json()["metadata"], json!({}));
    assert_eq!(plain.ordered().keys()[19..], ["preview", "metadata", "duplicates"]);
}

/// Returns a JPEG that tells a camera, a time and, if asked, a place (EXIF 2.32, section 4.6).
fn photograph(model: &str, taken: &str, place: Place) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    // Texts and fractions come behind three directories of three entries.
    let (exif, gps, texts) = (8 + 2 + 36 + 4, 8 + 42 + 42, 8 + 42 * 3);
    let model = format!("{model}\0");
    let taken = format!("{taken}\0");
    let (model_at, taken_at) = (texts, texts + model.len() as u32);
    let place_at = taken_at + taken.len() as u32;
    let directory = |entries: [Vec<u8>; 3]| [&[0, 3][..], &entries.concat(), &[0; 4]].concat();
    let letters = |text: &[u8; 4]| u32::from_be_bytes(*text);
    tiff.extend(directory([
        entry(0x0110, 2, model.len() as u32, model_at),
        entry(0x8769, 4, 1, exif),
        if place == Place::Known { entry(0x8825, 4, 1, gps) } else { entry(0x0128, 3, 1, 2 << 16) },
    ]));
    tiff.extend(directory([
        entry(0x9000, 7, 4, letters(b"0232")),
        entry(0x9003, 2, taken.len() as u32, taken_at),
        entry(0xA001, 3, 1, 1 << 16),
    ]));
    tiff.extend(directory([entry(1, 2, 2, letters(b"N\0\0\0")), entry(2, 5, 3, place_at), entry(4, 5, 3, place_at)]));
    tiff.extend([model.as_bytes(), taken.as_bytes()].concat());
    tiff.extend([59_u32, 1, 30, 1, 0, 1].map(u32::to_be_bytes).concat());
    let plain = jpeg(&gradient(30, 20));
    let exif = [b"Exif\0\0", &tiff[..]].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], b"\xFF\xE1", &length, &exif, &plain[2..]].concat()
}

#[derive(PartialEq, Eq)]
enum Place {
    Known,
    Unknown,
}

#[test]
fn files_are_found_and_ordered_by_what_they_tell() {
    let server = server();
    let admin = server.admin();
    create(&admin, "old.jpg", photograph("NIKON Z 8", "2019:05:01 10:00:00", Place::Known));
    create(&admin, "new.jpg", photograph("Canon EOS R5", "2024:05:01 10:00:00", Place::Unknown));
    create_settled(&admin, "page.pdf", PDF);
    create_settled(&admin, "sound.flac", fixture("sound.flac"));
    create(&admin, "text.txt", "nothing");
    for (query, expected) in [
        (&[("taken_from", "2020-01-01")][..], &["new.jpg"][..]),
        (&[("taken_to", "2019-05-01")], &["old.jpg"]),
        (&[("taken_to", "2019-05-01T09:59:59Z")], &[]),
        (&[("camera", "nikon")], &["old.jpg"]),
        (&[("camera", "EOS")], &["new.jpg"]),
        (&[("camera", "leica")], &[]),
        (&[("camera", "n"), ("type", "image"), ("ordering", "name")], &["new.jpg", "old.jpg"]),
        (&[("has_gps", "true")], &["old.jpg"]),
        (&[("has_gps", "false"), ("type", "image")], &["new.jpg"]),
        (&[("duration_min", "0.1")], &["sound.flac"]),
        (&[("duration_max", "0.001")], &[]),
        (&[("pages_min", "1"), ("pages_max", "1")], &["page.pdf"]),
        (&[("pages_min", "2")], &[]),
        (&[("ordering", "taken_at,name")], &["old.jpg", "new.jpg", "page.pdf", "sound.flac", "text.txt"]),
        (&[("ordering", "-taken_at,-name")], &["new.jpg", "old.jpg", "text.txt", "sound.flac", "page.pdf"]),
        (&[("ordering", "-duration,name")], &["sound.flac", "new.jpg", "old.jpg", "page.pdf", "text.txt"]),
    ] {
        let whole = admin.get(FILES).query(query.iter().copied()).send().expect_status(200).json();
        assert_eq!(result_names(&whole), expected, "{query:?}");
        assert_eq!(whole["count"], expected.len(), "{query:?}");
        // The same by cursors, two at a time.
        let mut names: Vec<String> = Vec::new();
        let first = query.iter().copied().chain([("paging", "cursor"), ("limit", "2"), ("count", "none")]);
        let mut page = admin.get(FILES).query(first).send().expect_status(200).json();
        loop {
            names.extend(result_names(&page).into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            let path = &next[next.find("/api/").unwrap()..];
            page = admin.get(path).send().expect_status(200).json();
        }
        assert_eq!(names, expected, "{query:?}");
    }
    for (name, value, message) in [
        ("taken_from", "yesterday", "Enter a valid date/time."),
        ("duration_min", "long", "Enter a number."),
        ("pages_max", "few", "Enter a number."),
        ("has_gps", "maybe", "Must be a valid boolean."),
    ] {
        assert_field_error(&admin.get(FILES).query([(name, value)]).send(), name, message);
    }
}

#[test]
fn metadata_is_taken_out_of_files_before_they_are_kept() {
    let original = photograph("NIKON Z 8", "2019:05:01 10:00:00", Place::Known);
    let (film, heic) = (fixture("h264-high.mov"), fixture("still.heic"));
    let pixels_of = |client: &Client, object: &Value| {
        let path = format!("{}?width=64&format=png", media_path(object));
        client.get(&path).send().expect_status(200).bytes().to_vec()
    };
    let unchanged = server();
    let heic_pixels = pixels_of(&unchanged.admin(), &create(&unchanged.admin(), "a.heic", &heic));
    for (strip, is_model_kept) in [("gps", true), ("all", false)] {
        let server = builder().config("strip_metadata", strip).config("preview_wait", "1h").start();
        let admin = server.admin();
        let object = create(&admin, "a.jpg", &original);
        let kept = fetch(&server, &object);
        assert_eq!((text(&object, "checksum"), object["size"].as_u64()), (&*checksum(&kept), Some(kept.len() as u64)));
        let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        // 59° 30' as three fractions.
        let place = [59_u32, 1, 30, 1].map(u32::to_be_bytes).concat();
        assert!(holds(&original, &place) && !holds(&kept, &place), "{strip}");
        assert_eq!(holds(&kept, b"NIKON"), is_model_kept, "{strip}");
        assert_eq!(decode(&kept), decode(&original), "{strip}: pixels are what they were");
        let told = &object["metadata"];
        assert_eq!((text(told, "camera"), &told["gps"]), ("NIKON Z 8", &Value::Null), "{strip}");
        let object = create(&admin, "a.mov", &film);
        assert_eq!((status(&object), &object["metadata"]["gps"]), ("ready", &Value::Null));
        assert!(holds(&film, b"+59.9139") && !holds(&fetch(&server, &object), b"+59.9139"), "{strip}");
        let photo = create(&admin, "a.heic", &heic);
        assert_eq!(text(&photo["metadata"], "camera"), "Maker Model 1", "{strip}");
        assert_eq!(holds(&fetch(&server, &photo), b"Model 1"), is_model_kept, "{strip}");
        assert_eq!(pixels_of(&admin, &photo), heic_pixels, "{strip}");
        // Nothing that is known is forgotten.
        server.home().cli(["metadata", "rebuild"]).expect_success();
        let again = admin.post(&format!("{}/preview", one(&object))).send().expect_status(200).json();
        assert_eq!(again["metadata"]["codec"], "h264");
    }
    let kept = fetch(&unchanged, &create(&unchanged.admin(), "a.jpg", &original));
    assert!(kept == original, "by default a file is kept as it came");
}

#[test]
fn what_was_taken_out_of_a_film_is_known_though_its_preview_is_made_later() {
    let mut server = builder().config("strip_metadata", "all").config("preview_wait", "0s").start();
    let admin = server.admin();
    let film = create(&admin, "a.mov", fixture("h264-high.mov"));
    assert_eq!((status(&film), film["metadata"]["taken_at"].is_string()), ("pending", true), "{film}");
    server.kill();
    server.restart().unwrap();
    let later = settled(&admin, &film);
    assert_eq!((status(&later), &later["metadata"]["taken_at"]), ("ready", &film["metadata"]["taken_at"]));
}
