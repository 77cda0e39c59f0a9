//! Pictures of what is no image, and what files tell about themselves.

use crate::support::picture::{gradient, jpeg, png};
use crate::support::{
    CREATE, FILES, PDF, VIEW, assert_problem, builder, checksum, create, fetch, file, media_path, noise, one,
    result_names, results, server, stored_keys, text,
};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;
use tintype_testkit::{Client, Server, eventually, wait_for};

/// Returns a small image of a kind that no encoder here makes.
fn golden(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/tintype-media/tests/it/data/");
    fs::read(format!("{path}{name}")).unwrap()
}

/// Returns a small file, that is no image, of a kind that no encoder here makes.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/tintype-preview/tests/fixtures/");
    fs::read(format!("{path}{name}")).unwrap()
}

fn previews(object: &Value) -> &[Value] {
    object["preview"]["thumbnails"].as_array().expect("an array")
}

pub(crate) fn status(object: &Value) -> &str {
    text(&object["preview"], "status")
}

/// Waits until the preview of a file is not pending any more.
#[track_caller]
pub(crate) fn settled(client: &Client, object: &Value) -> Value {
    // On PostgreSQL the lease of a server that was killed, a minute, has to end first.
    let settled = wait_for(Duration::from_secs(150), || {
        let object = client.get(&one(object)).send().expect_status(200).json();
        (status(&object) != "pending").then_some(object)
    });
    settled.expect("the preview is made at last")
}

/// Waits where a slow machine was too slow for the upload.
#[track_caller]
pub(crate) fn create_settled(client: &Client, name: &str, content: impl AsRef<[u8]>) -> Value {
    settled(client, &create(client, name, content))
}

#[test]
fn what_people_look_at_has_a_picture_in_four_sizes() {
    let server = server();
    let admin = server.admin();
    for (name, content, kind, source) in [
        ("a.pdf", PDF.to_vec(), "pdf", "page"),
        ("a.mov", fixture("h264-high.mov"), "video", "frame"),
        ("a.webm", fixture("vp9-10bit.webm"), "video", "frame"),
        ("a.mp4", fixture("av1.mp4"), "video", "frame"),
        ("cover.mp3", fixture("sound-cover.mp3"), "audio", "cover"),
        ("a.flac", fixture("sound.flac"), "audio", "waveform"),
        ("a.raf", raw_file(), "image", "embedded"),
    ] {
        let object = create_settled(&admin, name, content);
        let preview = &object["preview"];
        assert_eq!((text(&object, "type"), status(&object)), (kind, "ready"), "{name}: {object}");
        assert_eq!((&preview["source"], &preview["reason"]), (&json!(source), &Value::Null), "{name}");
        let members: Vec<_> = preview.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members.len(), 6, "{members:?}");
        assert!(text(preview, "colour").starts_with('#') && text(preview, "placeholder").len() > 6, "{preview}");
        assert_eq!(object["thumbnails"], json!([]), "those are of pictures that are decoded themselves");
        let sizes: Vec<_> = previews(&object).iter().map(|thumbnail| thumbnail["size"].as_u64().unwrap()).collect();
        assert_eq!(sizes, [64, 128, 512, 1080], "{name}");
        for thumbnail in previews(&object) {
            let served = server.anonymous().get(&media_path(thumbnail)).send().expect_status(200);
            assert_eq!(served.bytes().len() as u64, thumbnail["bytes"].as_u64().unwrap());
            assert!(served.header("content-type").unwrap().starts_with("image/"), "{name}");
        }
    }
}

/// Returns a raw file of a Fujifilm camera with the JPEG in it that all of them have, and without
/// what its sensor saw.
fn raw_file() -> Vec<u8> {
    let picture = jpeg(&gradient(1200, 900));
    let mut bytes = b"FUJIFILMCCD-RAW ".to_vec();
    bytes.resize(84, 0);
    bytes.extend([148, u32::try_from(picture.len()).unwrap()].map(u32::to_be_bytes).concat());
    bytes.resize(148, 0);
    [bytes, picture].concat()
}

#[test]
fn files_without_a_picture_say_why() {
    let server = server();
    let admin = server.admin();
    let mut cut = fixture("h264-high.mov");
    cut.truncate(cut.len() / 2);
    for (name, content, expected, reason) in [
        ("a.txt", b"%PDF-1.4 is how a PDF begins".to_vec(), "none", Value::Null),
        ("a.bin", noise(5000, 1), "none", Value::Null),
        ("a.mov", cut, "failed", json!("damaged")),
        ("interlaced.mp4", fixture("h264-interlaced.mp4"), "failed", json!("unsupported")),
        ("a.docx", encrypted_office(), "failed", json!("encrypted")),
    ] {
        let object = create_settled(&admin, name, content);
        assert_eq!((status(&object), &object["preview"]["reason"]), (expected, &reason), "{name}: {object}");
        assert_eq!((previews(&object), &object["preview"]["placeholder"]), (&[][..], &Value::Null), "{name}");
    }
}

/// Returns a compound file with the one stream by which a password-protected document is known
/// (MS-CFB, sections 2.2 and 2.6; MS-OFFCRYPTO, section 2.3.4.4).
fn encrypted_office() -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    // Versions, byte order, sectors of 512 and of 64 bytes, one sector of the table.
    header[24..34].copy_from_slice(&[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    header[44] = 1;
    header[56..60].copy_from_slice(&4096_u32.to_le_bytes());
    header[60..64].copy_from_slice(&(-2_i32).to_le_bytes());
    header[68..72].copy_from_slice(&(-2_i32).to_le_bytes());
    header[76..512].fill(0xFF);
    header[76..80].copy_from_slice(&1_u32.to_le_bytes());
    let entry = |name: &str, kind: u8, child: i32| {
        let mut entry = vec![0; 128];
        let letters: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..letters.len()].copy_from_slice(&letters);
        entry[64] = u8::try_from(letters.len()).unwrap() + 2;
        entry[66] = kind;
        entry[67] = 1;
        entry[68..76].fill(0xFF);
        entry[76..80].copy_from_slice(&child.to_le_bytes());
        entry[116..120].copy_from_slice(&(-2_i32).to_le_bytes());
        entry
    };
    let directory = [entry("Root Entry", 5, 1), entry("EncryptedPackage", 2, -1), vec![0; 256]].concat();
    let mut table = vec![0xFF; 512];
    table[..4].copy_from_slice(&(-2_i32).to_le_bytes());
    table[4..8].copy_from_slice(&(-3_i32).to_le_bytes());
    [header, directory, table].concat()
}

#[test]
fn an_image_has_a_placeholder_and_its_pictures_where_they_always_were() {
    let server = server();
    let admin = server.admin();
    let object = create(&admin, "a.jpg", jpeg(&gradient(300, 200)));
    let preview = &object["preview"];
    assert_eq!((status(&object), text(preview, "source")), ("ready", "image"));
    assert_eq!((object["thumbnails"].as_array().unwrap().len(), previews(&object).len()), (4, 0));
    assert!(text(preview, "colour").len() == 7 && text(preview, "placeholder").len() > 20, "{preview}");
    let damaged = create(&admin, "b.jpg", &jpeg(&gradient(300, 200))[..30]);
    assert_eq!((status(&damaged), text(&damaged["preview"], "reason")), ("failed", "damaged"));
}

#[test]
fn heic_and_jpeg_2000_are_images_like_any_other() {
    let server = server();
    let admin = server.admin();
    for (name, mode) in [("ori6.heic", "RGB"), ("rgba.heic", "RGBA"), ("rgb.jp2", "RGB")] {
        let object = create(&admin, name, golden(name));
        assert_eq!(
            (text(&object, "type"), text(&object, "mode"), status(&object)),
            ("image", mode, "ready"),
            "{object}"
        );
        let preview = &object["preview"];
        assert_eq!((text(preview, "source"), previews(&object).len()), ("image", 0), "{name}");
        let thumbnails = object["thumbnails"].as_array().unwrap();
        assert_eq!(thumbnails.len(), 4, "{name}");
        let (width, height) = (object["width"].as_u64().unwrap(), object["height"].as_u64().unwrap());
        assert_eq!((&thumbnails[3]["width"], &thumbnails[3]["height"]), (&json!(width), &json!(height)), "{name}");
        let kind = if mode == "RGBA" { "image/png" } else { "image/jpeg" };
        let served = server.anonymous().get(&media_path(&thumbnails[0])).send().expect_status(200);
        assert_eq!(served.header("content-type"), Some(kind), "{name}");
    }
}

#[test]
fn a_rendition_of_a_heic_is_made_of_the_file_itself() {
    // No thumbnail has as many pixels.
    let server = builder().config("thumbnail_sizes", "8, 16, 24, 32").start();
    let admin = server.admin();
    let object = create(&admin, "grid.heic", golden("grid.heic"));
    let rendition = admin.get(&media_path(&object)).query([("width", "64"), ("format", "png")]).send();
    let made = image::load_from_memory(rendition.expect_status(200).bytes()).unwrap().into_rgb8();
    assert_eq!(made.dimensions(), (64, 64));
    for (x, y, expected) in [(8, 8, [200, 30, 30]), (56, 8, [30, 200, 30]), (8, 56, [30, 60, 200])] {
        let found = made.get_pixel(x, y).0;
        assert!(found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 4), "{x}, {y}: {found:?}");
    }
}

#[test]
fn what_takes_longer_than_an_upload_waits_is_pending_and_comes_later() {
    let server = builder().config("preview_wait", "0s").start();
    let admin = server.admin();
    let object = create(&admin, "a.pdf", PDF);
    assert_eq!((status(&object), previews(&object), &object["metadata"]), ("pending", &[][..], &json!({})));
    let later = settled(&admin, &object);
    assert_eq!((status(&later), previews(&later).len(), &later["metadata"]["pages"]), ("ready", 4, &json!(1)));
    assert_eq!(later["updated_at"], object["updated_at"], "nobody has changed the file");
    let ready = admin.get(FILES).query([("preview_status", "ready")]).send().json();
    assert_eq!((results(&ready).len(), &ready["count"]), (1, &json!(1)));
    let failed = admin.get(FILES).query([("preview_status", "failed")]).send().json();
    assert_eq!(failed["count"], 0);
    let unknown = admin.get(FILES).query([("preview_status", "late")]).send();
    crate::support::assert_field_error(
        &unknown,
        "preview_status",
        "Select a valid choice. late is not one of the available choices.",
    );
}

#[test]
fn a_preview_under_way_survives_a_kill() {
    let mut server = builder().config("preview_wait", "0s").start();
    let admin = server.admin();
    let films: Vec<_> = (0..4).map(|n| create(&admin, &format!("{n}.mov"), fixture("h264-high.mov"))).collect();
    server.kill();
    server.restart().unwrap();
    for film in &films {
        assert_eq!(status(&settled(&admin, film)), "ready");
    }
    // What the killed server had put for them is swept once nothing can be under way any more. The
    // lease of that server has to end first.
    server.reconfigure("abandoned_after", "1s");
    server.restart().unwrap();
    let swept = wait_for(Duration::from_secs(90), || (stored_keys(&server).len() == 4 * 5).then_some(()));
    assert!(swept.is_some(), "something else than the files and their pictures is left");
}

#[test]
fn previews_go_with_their_file() {
    let server = server();
    let admin = server.admin();
    let object = create_settled(&admin, "a.pdf", PDF);
    assert_eq!(stored_keys(&server).len(), 5);
    let form = file("b.txt", "text").text("description", "now a text");
    let changed = admin.patch(&one(&object)).multipart(&form).send().expect_status(200).json();
    assert_eq!((status(&changed), &changed["metadata"], stored_keys(&server).len()), ("none", &json!({}), 1));
    assert_eq!(server.anonymous().get(&media_path(&previews(&object)[0])).send().status(), 404);
    let film = create_settled(&admin, "a.mov", fixture("h264-high.mov"));
    assert_eq!(admin.delete(&one(&film)).send().status(), 204);
    assert_eq!(stored_keys(&server).len(), 1);
}

#[test]
fn previews_of_private_files_are_private() {
    let server = server();
    let admin = server.admin();
    let form = file("a.pdf", PDF).text("visibility", "private");
    let object = admin.upload(&form).expect_status(201).json();
    let object = settled(&admin, &object);
    let picture = &previews(&object)[1];
    assert!(text(picture, "f").contains("signature="), "{picture}");
    assert_eq!(server.anonymous().get(&media_path(picture)).send().status(), 200);
    let path = media_path(picture);
    let unsigned = path.split('?').next().unwrap();
    assert_eq!(server.anonymous().get(unsigned).send().status(), 404);
    assert_eq!(server.staff([VIEW]).get(unsigned).send().status(), 200);
}

#[test]
fn a_preview_is_made_again_on_request() {
    let server = server();
    let admin = server.admin();
    let object = create_settled(&admin, "a.pdf", PDF);
    let path = format!("{}/preview", one(&object));
    assert_problem(
        &server.staff([CREATE, VIEW]).post(&path).send(),
        403,
        "You do not have permission to perform this action.",
    );
    let again = admin.post(&path).send().expect_status(200).json();
    let again = settled(&admin, &again);
    assert_eq!((status(&again), previews(&again).len()), ("ready", 4));
    assert_ne!(previews(&again)[0]["f"], previews(&object)[0]["f"], "caches keep what was there");
    assert_eq!(server.anonymous().get(&media_path(&previews(&object)[0])).send().status(), 404);
    eventually("the old pictures are gone", || stored_keys(&server).len() == 5);
    let image = create(&admin, "a.jpg", jpeg(&gradient(30, 20)));
    let same = settled(&admin, &admin.post(&format!("{}/preview", one(&image))).send().expect_status(200).json());
    assert_eq!((&same["thumbnails"], &same["preview"]), (&image["thumbnails"], &image["preview"]));
    assert_eq!(admin.post("/api/media/files/999/preview").send().status(), 404);
}

#[test]
fn failed_previews_and_metadata_are_redone_by_commands_beside_the_server() {
    let server = server();
    let admin = server.admin();
    let failed = create_settled(&admin, "a.mp4", fixture("h264-interlaced.mp4"));
    create_settled(&admin, "a.pdf", PDF);
    let output = server.home().cli(["previews", "retry"]).expect_success();
    assert_eq!(output.stdout, "the server will try 1 previews again\n");
    assert_eq!(status(&settled(&admin, &failed)), "failed", "nothing here decodes it");
    let output = server.home().cli(["metadata", "rebuild"]).expect_success();
    assert_eq!(output.stdout, "the server will read 2 files again\n");
    assert_eq!(fetch(&server, &failed), fixture("h264-interlaced.mp4"));
}

#[test]
fn a_hostile_file_costs_its_preview_and_nothing_else() {
    let server = builder().config("decode_timeout", "2s").start();
    let admin = server.admin();
    for seed in 0..20 {
        for (name, whole) in
            [("a.mov", fixture("h265-main10.mp4")), ("a.webm", fixture("vp8.webm")), ("a.pdf", PDF.to_vec())]
        {
            let mut content = whole;
            let noise = noise(content.len(), seed);
            // Behind the head by which it is recognised.
            for at in (64..content.len()).filter(|at| noise[*at] < 6) {
                content[at] ^= noise[content.len() - at];
            }
            let object = create(&admin, name, &content);
            assert_eq!(text(&object, "checksum"), checksum(&content));
        }
    }
    assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
    eventually("everything is settled", || {
        admin.get(FILES).query([("preview_status", "pending")]).send().json()["count"] == 0
    });
    no_process_is_left(&server);
}

#[test]
fn pictures_that_look_alike_are_found_the_nearest_first() {
    let server = server();
    let admin = server.admin();
    let wave = |x: u32, y: u32| {
        let (x, y) = (x as f32, y as f32);
        ((x / 37.0).sin() * 50.0 + (y / 23.0).cos() * 40.0 + (x * y / 9000.0).sin() * 30.0 + 128.0) as u8
    };
    let picture = image::GrayImage::from_fn(400, 300, |x, y| image::Luma([wave(x, y)]));
    let picture = image::DynamicImage::from(picture);
    let id = |object: &Value| object["id"].to_string();
    let original = create(&admin, "original.jpg", jpeg(&picture));
    create(&admin, "copy.png", png(&picture));
    create(&admin, "small.png", png(&picture.resize_exact(90, 68, image::imageops::FilterType::Triangle)));
    create(&admin, "other.jpg", jpeg(&gradient(400, 300)));
    create(&admin, "words.txt", "nothing to see");
    let alike = |query: &[(&str, &str)]| {
        let similar = ("similar_to", &*id(&original));
        admin.get(FILES).query(query.iter().copied().chain([similar])).send().expect_status(200).json()
    };
    let page = alike(&[]);
    let mut names = result_names(&page);
    names.sort_unstable();
    assert_eq!((names, &page["count"]), (vec!["copy.png", "small.png"], &json!(2)));
    let distances: Vec<_> = results(&page).iter().map(|object| object["distance"].as_u64().unwrap()).collect();
    assert!(distances.is_sorted() && distances.iter().all(|distance| *distance <= 10), "{distances:?}");
    assert_eq!(alike(&[("max_distance", "64")])["count"], 3);
    let some = alike(&[("max_distance", "64"), ("name", "x"), ("width_max", "100")]);
    assert_eq!(result_names(&some), ["small.png"]);
    let second = alike(&[("limit", "1"), ("offset", "1")]);
    assert_eq!((results(&second).len(), &second["next"]), (1, &Value::Null));
    let nobody = admin.get(FILES).query([("similar_to", "999")]).send().expect_status(200).json();
    assert_eq!(nobody["count"], 0);
    let plain = admin.get(FILES).send().json();
    assert!(results(&plain).iter().all(|object| object.get("distance").is_none()));
}

fn no_process_is_left(server: &Server) {
    eventually("no decoder is left", || {
        let tasks = fs::read_dir(format!("/proc/{}/task", server.id())).unwrap().flatten();
        tasks.into_iter().all(|task| {
            fs::read_to_string(task.path().join("children")).is_ok_and(|children| children.trim().is_empty())
        })
    });
}
