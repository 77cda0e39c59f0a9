//! Replacing the content of a file that keeps its identity.

use crate::support::checks::problem;
use crate::support::picture::{decode, gradient, jpeg};
use crate::support::{
    PDF, assert_field_error, builder, checksum, create, fetch, file, key, noise, one, server, stored_keys, text,
};
use serde_json::{Value, json};
use tintype_testkit::{Form, Server, eventually};

/// Returns the addresses of a file and of its thumbnails.
fn addresses(object: &Value) -> Vec<String> {
    let thumbnails = object["thumbnails"].as_array().unwrap();
    std::iter::once(object).chain(thumbnails).map(|object| text(object, "f").to_owned()).collect()
}

#[track_caller]
fn assert_gone(server: &Server, addresses: &[String]) {
    for address in addresses {
        eventually(&format!("{address} is gone"), || server.anonymous().get(address).send().status() == 404);
    }
}

#[test]
fn a_file_part_replaces_the_content_and_keeps_the_identity() {
    let server = server();
    let admin = server.admin();
    for method in ["PATCH", "PUT"] {
        let form = file("old.jpg", jpeg(&gradient(300, 200))).text("name", "kept").text("description", "kept too");
        let before = admin.upload(&form).expect_status(201).json();
        let path = one(&before);
        let content = jpeg(&gradient(50, 100));
        let after = admin.request(method, &path).multipart(&file("new.jpg", &content)).send().expect_status(200).json();

        for member in ["id", "created_at", "user", "name", "description", "type", "mode"] {
            assert_eq!(after[member], before[member], "{method}: `{member}`");
        }
        assert_eq!(
            (&after["width"], &after["height"], &after["size"]),
            (&json!(50), &json!(100), &json!(content.len()))
        );
        assert_eq!(text(&after, "checksum"), checksum(&content));
        assert!(text(&after, "updated_at") > text(&before, "updated_at"));
        assert!(fetch(&server, &after) == content);
        assert!(key(&after).ends_with("/new.jpg") || key(&after).contains("/new_"), "{after}");
        for thumbnail in after["thumbnails"].as_array().unwrap() {
            let (_, image) = decode(&fetch(&server, thumbnail));
            assert!(image.height() > image.width(), "{method}: a thumbnail of the old picture");
        }
        assert_gone(&server, &addresses(&before));
        assert_eq!(admin.get(&path).send().json(), after);
        assert_eq!(admin.delete(&path).send().status(), 204);
    }
    eventually("the storage is empty", || stored_keys(&server).is_empty());
}

#[test]
fn a_replacement_may_be_of_another_type() {
    let server = server();
    let admin = server.admin();
    let before = create(&admin, "a.jpg", jpeg(&gradient(300, 200)));
    let path = one(&before);
    let paper = admin.patch(&path).multipart(&file("a.pdf", PDF)).send().expect_status(200).json();
    let seen = ["type", "mime_type", "width", "height", "mode", "thumbnails"].map(|member| paper[member].clone());
    assert_eq!(seen, [json!("pdf"), json!("application/pdf"), json!(null), json!(null), json!(null), json!([])]);
    assert_gone(&server, &addresses(&before));
    let picture =
        admin.patch(&path).multipart(&file("b.jpg", jpeg(&gradient(30, 20)))).send().expect_status(200).json();
    assert_eq!((&picture["type"], picture["thumbnails"].as_array().unwrap().len()), (&json!("image"), 4));
    assert_gone(&server, &addresses(&paper));
}

#[test]
fn the_same_name_gets_another_key_so_that_no_cache_shows_the_old_content() {
    let server = server();
    let admin = server.admin();
    let before = create(&admin, "a.txt", "old");
    let after = admin.patch(&one(&before)).multipart(&file("a.txt", "new")).send().expect_status(200).json();
    assert_ne!(key(&before), key(&after));
    assert_eq!(fetch(&server, &after), b"new");
    assert_gone(&server, &addresses(&before));
}

#[test]
fn content_and_metadata_change_together() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "old"));
    let form = Form::new().text("description", "new words").file("f", "b.txt", "new").text("name", "new name");
    let after = admin.put(&path).multipart(&form).send().expect_status(200).json();
    assert_eq!((text(&after, "name"), text(&after, "description")), ("new name", "new words"));
    assert_eq!(fetch(&server, &after), b"new");
}

#[test]
fn a_refused_replacement_leaves_the_file_as_it_was() {
    let server = builder().config("max_upload_size", "64 KiB").start();
    let admin = server.admin();
    let before = create(&admin, "a.jpg", jpeg(&gradient(100, 50)));
    let path = one(&before);
    let before_stored = stored_keys(&server);
    let patch = |form: &Form| admin.patch(&path).multipart(form).send();
    assert_field_error(&patch(&file("b.txt", "")), "f", "The submitted file is empty.");
    assert_field_error(&patch(&file("", "x")), "f", "No filename could be determined.");
    let long = file("b.txt", "x").text("name", &"x".repeat(256));
    assert_field_error(&patch(&long), "name", "Ensure this field has no more than 255 characters.");
    problem(&patch(&file("b.bin", noise(64 * 1024 + 1, 1))), 413);
    let cut = file("b.txt", "content").encode();
    let content_type = file("b.txt", "").content_type();
    problem(&admin.patch(&path).body(&content_type, &cut[..cut.len() - 10]).send(), 400);

    assert_eq!(admin.get(&path).send().json(), before);
    for address in addresses(&before) {
        assert_eq!(server.anonymous().get(&address).send().status(), 200);
    }
    eventually("nothing else is stored", || stored_keys(&server) == before_stored);
}

#[test]
fn replacing_what_is_not_there_is_a_404() {
    let server = server();
    let response = server.admin().patch("/api/media/files/4242").multipart(&file("a.txt", "x")).send();
    crate::support::assert_problem(&response, 404, "Not found.");
    eventually("nothing is left", || stored_keys(&server).is_empty());
}

#[test]
fn replacements_at_the_same_time_leave_one_whole_file() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.jpg", jpeg(&gradient(10, 10))));
    std::thread::scope(|scope| {
        for number in 0..8_u32 {
            let (admin, path) = (&admin, &path);
            let form = file("a.jpg", jpeg(&gradient(100 + number, 50)));
            scope.spawn(move || admin.patch(path).multipart(&form).send().expect_status(200).json());
        }
    });
    let object = admin.get(&path).send().json();
    assert_eq!(text(&object, "checksum"), checksum(&fetch(&server, &object)));
    for thumbnail in object["thumbnails"].as_array().unwrap() {
        fetch(&server, thumbnail);
    }
    eventually("only one file and its thumbnails are left", || stored_keys(&server).len() == 5);
}
