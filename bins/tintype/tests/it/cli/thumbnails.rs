//! Bringing thumbnails up to date beside a running server.

use crate::support::picture::{broken_png, decode, gradient, jpeg};
use crate::support::{PDF, builder, create, fetch, key, media_path, one, server, stored_keys, text};
use image::GenericImageView;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use tintype_testkit::{Client, Server, eventually};

/// Runs the command and returns what it says.
#[track_caller]
fn rebuild(server: &Server, arguments: &[&str]) -> Value {
    let output = server.home().cli([&["thumbnails", "rebuild", "--json"], arguments].concat()).expect_success();
    assert_eq!(output.stderr, "", "nothing is said where there is no terminal and little to do");
    let mut report: Value = serde_json::from_str(&output.stdout).unwrap();
    let began_at = report.as_object_mut().unwrap().remove("began_at");
    assert!(began_at.is_some_and(|began_at| began_at.as_str().unwrap().ends_with('Z')));
    report
}

fn report(changed: u64, unchanged: u64, without_picture: u64) -> Value {
    json!({
        "looked_at": changed + unchanged + without_picture, "changed": changed, "unchanged": unchanged,
        "without_picture": without_picture, "failures": [],
    })
}

fn present(admin: &Client, object: &Value) -> Value {
    admin.get(&one(object)).send().expect_status(200).json()
}

/// Returns the pictures of a file, wherever they are.
fn pictures(object: &Value) -> Vec<Value> {
    let lists = [&object["thumbnails"], &object["preview"]["thumbnails"]];
    lists.into_iter().flat_map(|list| list.as_array().unwrap()).cloned().collect()
}

fn sizes(object: &Value) -> Vec<u64> {
    pictures(object).iter().map(|picture| picture["size"].as_u64().unwrap()).collect()
}

/// Uploads a file, and waits for its picture where a slow machine was too slow for the upload.
#[track_caller]
fn create_ready(admin: &Client, name: &str, content: &[u8]) -> Value {
    let object = create(admin, name, content);
    eventually("the preview is made", || text(&present(admin, &object)["preview"], "status") == "ready");
    present(admin, &object)
}

#[test]
fn other_sizes_come_beside_a_running_server() {
    let server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let image = create_ready(&admin, "a.jpg", &jpeg(&gradient(600, 400)));
    let page = create_ready(&admin, "b.pdf", PDF);
    create(&admin, "c.png", broken_png(90, 60));
    create(&admin, "d.txt", "text");
    assert_eq!(rebuild(&server, &[]), report(0, 2, 1), "a text is none that may have a picture");

    let others = ["--thumbnail-sizes", "32, 200,64"];
    assert_eq!(rebuild(&server, &others), report(2, 0, 1));
    for before in [&image, &page] {
        let after = present(&admin, before);
        assert_eq!(sizes(&after), [32, 64, 200]);
        assert_eq!(pictures(&after)[1], pictures(before)[0], "what is there stays, its number included");
        for member in ["placeholder", "colour", "status", "source"] {
            assert_eq!(after["preview"][member], before["preview"][member], "{member}");
        }
        assert_eq!(after["updated_at"], before["updated_at"]);
        for picture in pictures(&after) {
            let (width, height) = decode(&fetch(&server, &picture)).1.dimensions();
            assert_eq!(u64::from(width.max(height)), picture["size"].as_u64().unwrap().min(600));
        }
        for gone in &pictures(before)[1..] {
            assert_eq!(anonymous.get(&media_path(gone)).send().status(), 404);
        }
    }
    assert_eq!(rebuild(&server, &[&others[..], &["--missing"]].concat()), report(0, 2, 1));

    // All of them anew, under keys that were never used.
    let before: Vec<_> = [&image, &page].map(|object| present(&admin, object)).into();
    assert_eq!(rebuild(&server, &["--all"]), report(2, 0, 1));
    for (first, before) in [&image, &page].into_iter().zip(before) {
        let anew = present(&admin, first);
        assert_eq!(sizes(&anew), [64, 128, 512, 1080]);
        let used: Vec<_> = [pictures(first), pictures(&before)].concat();
        let used: BTreeSet<&str> = used.iter().map(|picture| text(picture, "f")).collect();
        for picture in pictures(&anew) {
            assert!(!used.contains(text(&picture, "f")), "{picture}");
            assert_eq!(fetch(&server, &picture).len() as u64, picture["bytes"].as_u64().unwrap());
        }
    }
    assert_eq!(stored_keys(&server).len(), 4 + 2 * 4, "four files and their thumbnails");
    assert_eq!(rebuild(&server, &["--all"]), report(2, 0, 1), "that run had ended");
}

#[test]
fn another_format_comes_with_all() {
    let server = server();
    let admin = server.admin();
    let object = create_ready(&admin, "a.jpg", &jpeg(&gradient(60, 40)));
    let webp = ["--thumbnail-format", "webp"];
    assert_eq!(rebuild(&server, &webp), report(0, 1, 0), "it is there");
    assert_eq!(rebuild(&server, &[&webp[..], &["--all"]].concat()), report(1, 0, 0));
    assert!(pictures(&present(&admin, &object)).iter().all(|picture| text(picture, "f").ends_with(".webp")));
}

#[test]
fn files_whose_content_is_lost_keep_their_thumbnails_and_are_named() {
    let server = builder().local_storage().start();
    let admin = server.admin();
    let lost = create_ready(&admin, "a.jpg", &jpeg(&gradient(60, 40)));
    let whole = create_ready(&admin, "b.jpg", &jpeg(&gradient(60, 40)));
    fs::remove_file(server.home().data_dir().join("media").join(key(&lost))).unwrap();
    let output = server.home().cli(["thumbnails", "rebuild", "--thumbnail-sizes", "32"]);
    assert_eq!(output.code(), Some(1), "{output:?}");
    let lines: Vec<_> = output.stdout.lines().collect();
    assert_eq!(lines[0], "changed the thumbnails of 1 file; 0 up to date before, 0 without a picture");
    assert!(lines.len() == 3 && lines[2].starts_with(&lost["id"].to_string()), "{output:?}");
    assert!(lines[2].contains(&key(&lost)), "{output:?}");
    assert_eq!(pictures(&present(&admin, &lost)), pictures(&lost));
    assert_eq!(sizes(&present(&admin, &whole)), [32]);
}

#[test]
fn uploads_have_the_sizes_of_the_server() {
    let many = (1..=16).map(|size| size.to_string()).collect::<Vec<_>>().join(",");
    for (setting, expected) in [("16384 , 1", vec![1, 16_384]), (&many, (1..=16).collect())] {
        let server = builder().config("thumbnail_sizes", setting).start();
        let admin = server.admin();
        for (name, content) in [("a.jpg", jpeg(&gradient(60, 40))), ("b.pdf", PDF.to_vec())] {
            let object = create_ready(&admin, name, &content);
            assert_eq!(sizes(&object), expected, "{name}");
            assert!(!object["preview"]["placeholder"].is_null(), "{name}");
        }
    }
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let seventeen = (1..=17).map(|size| size.to_string()).collect::<Vec<_>>().join(",");
    for (setting, named) in [
        ("", "different"),
        ("64,64", "different"),
        (&seventeen, "different"),
        ("0", "from 1 to 16384"),
        ("16385", "from 1 to 16384"),
        ("64;128", "from 1 to 16384"),
    ] {
        let output = builder().config("thumbnail_sizes", setting).prepare().unwrap().cli(["config"]);
        assert_eq!(output.code(), Some(1), "{setting}: {output:?}");
        assert!(output.stderr.contains("thumbnail_sizes") && output.stderr.contains(named), "{setting}: {output:?}");
    }
}
