//! Tags: how they are set, found, listed and kept; and files of the same content.

use crate::support::{self, CHANGE, CREATE, FILES, VIEW, create, file, one, result_names, server, text};
use serde_json::{Value, json};
use tintype_testkit::{Client, Form};

const TAGS: &str = "/api/media/tags";

#[track_caller]
fn tagged(client: &Client, name: &str, tags: &str) -> Value {
    client.upload(&file(name, name).text("tags", tags)).expect_status(201).json()
}

#[track_caller]
fn found(client: &Client, tags: &str) -> Vec<String> {
    let page = client.get(FILES).query([("tags", tags), ("ordering", "name")]).send().expect_status(200).json();
    let names: Vec<String> = result_names(&page).into_iter().map(str::to_owned).collect();
    assert_eq!(page["count"], names.len());
    names
}

#[test]
fn tags_are_set_by_uploads_and_changes_in_every_form() {
    let server = server();
    let admin = server.admin();
    let mut form =
        file("a.txt", "a").text("tags", "Oslo, trips/2026,").text("tags", "OSLO").text("tags", "Cafe\u{301}");
    let object = admin.upload(&form).expect_status(201).json();
    assert_eq!(object["tags"], json!(["Oslo", "trips/2026", "Café"]));
    let path = one(&object);
    assert_eq!(admin.get(&path).send().json()["tags"], object["tags"]);
    for (change, expected) in [
        (json!({"description": "x"}), json!(["Oslo", "trips/2026", "Café"])),
        (json!({"tags": ["b", " a ", "B", 7]}), json!(["b", "a", "7"])),
        (json!({"tags": "c,d"}), json!(["c", "d"])),
        (json!({"tags": []}), json!([])),
    ] {
        let changed = admin.patch(&path).json(&change).send().expect_status(200).json();
        assert_eq!(changed["tags"], expected, "{change}");
    }
    let changed = admin.patch(&path).form([("tags", "x"), ("tags", "y,z")]).send().expect_status(200).json();
    assert_eq!(changed["tags"], json!(["x", "y", "z"]));
    let replaced = admin.patch(&path).multipart(&file("b.txt", "b")).send().expect_status(200).json();
    assert_eq!((&replaced["tags"], replaced["size"].as_u64()), (&json!(["x", "y", "z"]), Some(1)));

    // As many parts as there may be tags count as none of the parts that there may be.
    form = file("many.txt", "m");
    for number in 0..64 {
        form = form.text("tags", &number.to_string());
    }
    assert_eq!(admin.upload(&form).expect_status(201).json()["tags"].as_array().unwrap().len(), 64);
}

#[test]
fn tags_that_are_none_are_refused_by_name() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "a"));
    let long = "x".repeat(101);
    let many: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    for (tags, sentence) in [
        (json!(["a,b"]), "A tag must not contain a comma."),
        (json!([long]), "Ensure this field has no more than 100 characters."),
        (json!(many), "Ensure this field has no more than 64 elements."),
        (json!([""]), "This field may not be blank."),
        (json!([null]), "Not a valid string."),
        (json!({"a": 1}), "Not a valid string."),
        (json!(null), "This field may not be null."),
        (json!(["\0"]), "Null characters are not allowed."),
    ] {
        let problem = admin.patch(&path).json(&json!({"tags": tags})).send().expect_status(400).json();
        assert_eq!(problem["tags"], json!([sentence]), "{tags}");
    }
    let problem = admin.upload(&file("b.txt", "b").text("tags", &long)).expect_status(400).json();
    assert_eq!(problem["tags"], json!(["Ensure this field has no more than 100 characters."]));
    assert_eq!(admin.get(FILES).send().json()["count"], 1);
}

#[test]
fn lists_find_files_by_all_tags_and_by_folders() {
    let server = server();
    let admin = server.admin();
    tagged(&admin, "a", "Oslo,trips/2026/oslo");
    tagged(&admin, "b", "oslo,Trips/2025");
    let c = tagged(&admin, "c", "trips,tripsy/x,50%_off");
    for (tags, names) in [
        ("oslo", vec!["a", "b"]),
        ("OSLO, trips/", vec!["a", "b"]),
        ("oslo,trips/2026/", vec!["a"]),
        ("trips/2026", vec![]),
        ("trips/2026/oslo", vec!["a"]),
        ("trips", vec!["c"]),
        ("50%_off", vec!["c"]),
        ("%", vec![]),
        ("osl", vec![]),
        (" , ", vec!["a", "b", "c"]),
    ] {
        assert_eq!(found(&admin, tags), names, "{tags}");
    }
    let combined = [("tags", "oslo"), ("search", "b"), ("paging", "cursor")];
    assert_eq!(result_names(&admin.get(FILES).query(combined).send().json()), ["b"]);
    assert_eq!(admin.get(FILES).query([("tags", "a\0")]).send().status(), 400);

    let counts = |prefix: &str| admin.get(TAGS).query([("prefix", prefix)]).send().expect_status(200).json();
    assert_eq!(
        counts("tr"),
        json!([
            {"name": "trips", "count": 1}, {"name": "Trips/2025", "count": 1}, {"name": "trips/2026/oslo", "count": 1},
            {"name": "tripsy/x", "count": 1},
        ])
    );
    assert_eq!(counts("OS"), json!([{"name": "Oslo", "count": 2}]));
    assert_eq!(admin.get(TAGS).send().json().as_array().unwrap().len(), 6);
    let repeated = admin.get(TAGS).query([("prefix", "nothing"), ("prefix", "")]).send().expect_status(200).json();
    assert_eq!(repeated.as_array().unwrap().len(), 6, "the last one counts");

    admin.patch(&one(&c)).json(&json!({"tags": ["oslo"]})).send().expect_status(200).json();
    assert_eq!(found(&admin, "oslo"), ["a", "b", "c"]);
    assert_eq!(found(&admin, "trips"), [""; 0]);
    assert_eq!(admin.delete(&one(&c)).send().status(), 204);
    assert_eq!(counts("o"), json!([{"name": "Oslo", "count": 2}]));
    assert_eq!(counts("50"), json!([]));
}

#[test]
fn who_may_not_view_sees_no_tags() {
    let server = server();
    for (client, status) in
        [(server.staff([CREATE, CHANGE]), 403), (server.staff([VIEW]), 200), (server.anonymous(), 401)]
    {
        assert_eq!(client.get(TAGS).send().status(), status);
    }
    assert_eq!(server.admin().post(TAGS).send().status(), 405);
}

#[test]
fn an_upload_tells_viewers_which_files_have_the_same_content() {
    let server = server();
    let admin = server.admin();
    let first = admin.upload(&file("a.txt", "same")).expect_status(201).json();
    let other = admin.upload(&file("b.txt", "other")).expect_status(201).json();
    assert_eq!((&first["duplicates"], &other["duplicates"]), (&json!([]), &json!([])));
    let blind = server.staff([CREATE]).upload(&Form::new().file("f", "c.txt", "same")).expect_status(201).json();
    assert_eq!(blind.get("duplicates"), None);
    let response = admin.upload(&file("d.txt", "same")).expect_status(201);
    let last = response.json();
    assert_eq!(last["duplicates"], json!([first["id"], blind["id"]]));
    let retrieved = admin.get(&one(&last)).send();
    assert_eq!(retrieved.json().get("duplicates"), None);
    assert_eq!(response.header("etag"), retrieved.header("etag"));

    let checksum = text(&first, "checksum");
    for (value, count) in [(checksum.to_owned(), 3), (support::checksum(b"none"), 0)] {
        let page = admin.get(FILES).query([("checksum", value.as_str())]).send().expect_status(200).json();
        assert_eq!(page["count"], count);
    }
    let problem = admin.get(FILES).query([("checksum", "sha256:zz")]).send().expect_status(400).json();
    assert_eq!(problem["checksum"], json!(["Enter `sha256:` and 64 hexadecimal digits."]));
}
