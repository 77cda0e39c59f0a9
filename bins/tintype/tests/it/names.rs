//! File names: what people call their files is kept, and is never dangerous.

use crate::support::picture::{gradient, jpeg};
use crate::support::{create, fetch, file, key, key_name, one, server, stored_keys, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::thread;
use tintype_testkit::{Form, Server};

/// Asserts that a key is one that cannot leave its folder or upset a file system, a header or an
/// address.
#[track_caller]
fn assert_safe(object: &Value) {
    let key = key(object);
    let parts: Vec<_> = key.split('/').collect();
    let name = parts[parts.len() - 1];
    assert!(parts.len() >= 5 && parts[0] == "core_media", "{key}");
    assert!(!name.is_empty() && !name.starts_with('.') && name.len() <= 255, "{key}");
    assert!(name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)), "{key}");
    assert!(parts[1..4].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())), "{key}");
    assert!(text(object, "f").is_ascii() && !text(object, "f").contains(' '), "{object}");
}

#[test]
fn names_round_trip_and_their_keys_are_made_safe_as_django_does() {
    let server = server();
    let admin = server.admin();
    let cases = [
        ("plain.txt", "plain.txt", "plain.txt"),
        ("two words.txt", "two words.txt", "two_words.txt"),
        ("عکس پروفایل.txt", "عکس پروفایل.txt", "عکس_پروفایل.txt"),
        ("ملف مهم ١٢٣.txt", "ملف مهم ١٢٣.txt", "ملف_مهم_١٢٣.txt"),
        ("می\u{200C}روم.txt", "می\u{200C}روم.txt", "میروم.txt"),
        ("日本語.txt", "日本語.txt", "日本語.txt"),
        ("naïve café.txt", "naïve café.txt", "naïve_café.txt"),
        ("👩\u{200D}👩\u{200D}👧\u{200D}👦 family.txt", "👩\u{200D}👩\u{200D}👧\u{200D}👦 family.txt", "_family.txt"),
        ("a&b+c#d?e%f.txt", "a&b+c#d?e%f.txt", "abcdef.txt"),
        ("semi;colon='x'.txt", "semi;colon='x'.txt", "semicolonx.txt"),
        ("archive.tar.gz", "archive.tar.gz", "archive.tar.gz"),
        ("no-extension", "no-extension", "no-extension"),
        ("UPPER.TXT", "UPPER.TXT", "UPPER.TXT"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("/absolute/path.txt", "path.txt", "path.txt"),
        ("C:\\x\\y.txt", "y.txt", "y.txt"),
        ("mixed/slashes\\z.txt", "z.txt", "z.txt"),
    ];
    for (sent, name, expected_key) in cases {
        let object = create(&admin, sent, sent);
        assert_eq!(object["name"], name, "sent as `{sent}`");
        assert_eq!(key_name(&object), expected_key, "sent as `{sent}`");
        assert_safe(&object);
        assert_eq!(fetch(&server, &object), sent.as_bytes());
        assert_eq!(admin.get(&one(&object)).send().json()["name"], name);
    }
}

#[test]
fn strange_names_give_safe_keys() {
    let server = server();
    let admin = server.admin();
    for sent in [
        "🎉.txt",
        ".htaccess",
        "...",
        "-rf",
        "a..b.txt",
        "%2e%2e%2fetc%2fpasswd",
        "~",
        "con",
        "a\u{202E}gpj.txt",
        "tab\there.txt",
    ] {
        let object = create(&admin, sent, sent);
        assert_safe(&object);
        assert_eq!(fetch(&server, &object), sent.as_bytes());
    }
    assert_eq!(create(&admin, ".htaccess", "x")["name"], ".htaccess");
    assert_eq!(create(&admin, "%2e%2e%2fa.txt", "x")["name"], "%2e%2e%2fa.txt");
}

#[test]
fn a_name_that_is_nothing_but_folders_has_no_file_name_or_a_safe_key() {
    let server = server();
    let admin = server.admin();
    for sent in ["/", "..", ".", "../", "a/..", "   "] {
        let response = admin.upload(&file(sent, "content"));
        if response.status() == 201 {
            assert_safe(&response.json());
        } else {
            crate::support::assert_field_error(&response, "f", "No filename could be determined.");
        }
    }
}

#[test]
fn names_that_break_headers_round_trip_as_browsers_curl_and_requests_send_them() {
    let server = server();
    let admin = server.admin();
    let cases = [
        (r#"filename="a%22b.txt""#, "a\"b.txt"),
        (r#"filename="a\"b.txt""#, "a\"b.txt"),
        (r#"filename="a%0D%0Ab.txt""#, "a\r\nb.txt"),
        (r#"filename=bare.txt"#, "bare.txt"),
        (r#"filename="100%25.txt""#, "100%25.txt"),
        ("filename*=UTF-8''na%C3%AFve%20%D8%B9.txt", "naïve ع.txt"),
        ("filename*=utf-8'en'a%22b%3B.txt", "a\"b;.txt"),
        (r#"filename="fallback.txt"; filename*=UTF-8''na%C3%AFve.txt"#, "naïve.txt"),
        (r#"filename*=UTF-8''na%C3%AFve.txt; filename="fallback.txt""#, "naïve.txt"),
        ("filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
    ];
    for (parameters, name) in cases {
        let response = admin.upload(&Form::new().file_with_parameters("f", parameters, parameters));
        let object = response.expect_status(201).json();
        assert_eq!(object["name"], name, "sent as `{parameters}`");
        assert_safe(&object);
        assert_eq!(fetch(&server, &object), parameters.as_bytes());
    }
}

#[test]
fn a_name_of_255_bytes_round_trips_and_every_derived_key_fits() {
    let server = server();
    let admin = server.admin();
    let picture = jpeg(&gradient(100, 50));
    let names =
        [format!("{}.jpg", "a".repeat(251)), format!("{}a.jpg", "پ".repeat(125)), format!("{}.jpg", "日".repeat(83))];
    for name in names {
        // Twice, because the second one's key needs room for its random letters.
        for _ in 0..2 {
            let object = create(&admin, &name, &picture);
            assert_eq!(object["name"], name.as_str());
            assert_safe(&object);
            assert!(key_name(&object).ends_with(".jpg"), "{object}");
            assert!(fetch(&server, &object) == picture);
            let thumbnails = object["thumbnails"].as_array().unwrap();
            assert_eq!(thumbnails.len(), 4);
            for thumbnail in thumbnails {
                assert_safe(thumbnail);
                assert!(!fetch(&server, thumbnail).is_empty());
            }
        }
    }
}

/// Nothing of what is before the dot may be in a key, and nearly all is behind it.
#[test]
fn a_name_without_a_stem_gets_a_key_that_has_room_for_its_thumbnails() {
    let server = server();
    let object = create(&server.admin(), &format!("😀.{}", "p".repeat(245)), jpeg(&gradient(100, 50)));
    assert_safe(&object);
    object["thumbnails"].as_array().unwrap().iter().for_each(assert_safe);
}

#[test]
fn a_sent_name_beyond_every_limit_is_no_error_of_the_server() {
    let server = server();
    let response = server.admin().upload(&file(&format!("{}.txt", "ab".repeat(2000)), "x"));
    match response.status() {
        201 => {
            assert_safe(&response.json());
            assert!(text(&response.json(), "name").chars().count() <= 255);
        }
        status => assert_eq!(status, 400, "{response}"),
    }
}

#[test]
fn a_given_name_is_kept_as_it_is_and_leaves_the_key_alone() {
    let server = server();
    let admin = server.admin();
    for name in [
        "../../etc/passwd",
        "بدون پسوند",
        "a/b\\c",
        "<script>alert(1)</script>",
        "\"quoted\"",
        "👩\u{200D}👩\u{200D}👧",
    ] {
        let object = admin.upload(&file("sent.txt", "x").text("name", name)).expect_status(201).json();
        assert_eq!(object["name"], name);
        assert!(key_name(&object).starts_with("sent"), "{object}");
        assert_safe(&object);
    }
}

#[test]
fn a_taken_name_gets_seven_random_letters_or_digits() {
    let server = server();
    let admin = server.admin();
    let keys: Vec<_> = (0..3).map(|n| key_name(&create(&admin, "same.txt", format!("{n}")))).collect();
    assert_eq!(keys[0], "same.txt");
    for key in &keys[1..] {
        assert_eq!(suffix(key, "same_", ".txt").len(), 7, "{key}");
    }
    assert_ne!(keys[1], keys[2]);
}

/// Returns the random part of a key.
#[track_caller]
fn suffix<'k>(key: &'k str, stem: &str, extension: &str) -> &'k str {
    let suffix = key.strip_prefix(stem).and_then(|rest| rest.strip_suffix(extension));
    let suffix = suffix.unwrap_or_else(|| panic!("`{key}` is not `{stem}…{extension}`"));
    assert!(suffix.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{key}");
    suffix
}

#[test]
fn a_hundred_uploads_of_one_name_at_once_give_a_hundred_files() {
    let server = server();
    let objects = upload_at_once(&server, 100, |number| format!("content {number}").into_bytes());
    let keys: BTreeSet<_> = objects.iter().map(key_name).collect();
    assert_eq!(keys.len(), 100);
    assert!(keys.contains("same.txt"));
    for key in keys.iter().filter(|key| *key != "same.txt") {
        assert_eq!(suffix(key, "same_", ".txt").len(), 7);
    }
    assert_eq!(server.admin().get("/api/media/files").send().json()["count"], 100);
    assert_eq!(stored_keys(&server).len(), 100);
}

#[test]
fn pictures_of_one_name_at_once_keep_their_own_thumbnails() {
    let server = server();
    let objects = upload_at_once(&server, 8, |number| jpeg(&gradient(100 + u32::try_from(number).unwrap(), 50)));
    let mut addresses = BTreeSet::new();
    for (number, object) in objects.iter().enumerate() {
        assert_eq!(object["width"], 100 + number);
        for thumbnail in object["thumbnails"].as_array().unwrap() {
            addresses.insert(key(thumbnail));
        }
        assert_eq!(object["thumbnails"][2]["width"], 100 + number);
    }
    assert_eq!(addresses.len(), 32);
}

/// Uploads `same.txt` with different contents all at once, and asserts that each comes back as it
/// went.
fn upload_at_once(server: &Server, count: usize, content: impl Fn(usize) -> Vec<u8>) -> Vec<Value> {
    let admin = &server.admin();
    let contents: Vec<_> = (0..count).map(content).collect();
    let objects: Vec<_> = thread::scope(|scope| {
        let uploads: Vec<_> =
            contents.iter().map(|content| scope.spawn(move || create(admin, "same.txt", content))).collect();
        uploads.into_iter().map(|upload| upload.join().unwrap()).collect()
    });
    for (object, content) in objects.iter().zip(&contents) {
        assert!(fetch(server, object) == *content, "{object} serves other bytes than were sent");
    }
    objects
}
