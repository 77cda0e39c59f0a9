//! Uploading: what is taken, what is refused, and that nothing stays of what was refused.

mod from_url;
mod limits;
mod multipart;
mod pace;
mod raw;

use crate::support::checks::problem;
use crate::support::{
    CREATE, FILES, assert_field_error, assert_problem, fetch, file, noise, server, stored_keys, text,
};
use serde_json::json;
use tintype_testkit::{Form, Server, eventually};

#[track_caller]
fn assert_nothing_kept(server: &Server) {
    assert_eq!(server.admin().get(FILES).send().expect_status(200).json()["count"], 0);
    eventually("nothing is left in the storage", || stored_keys(server).is_empty());
}

#[test]
fn each_bad_input_has_its_status_and_its_message() {
    let server = server();
    let user = server.staff([CREATE]);
    let long = "x".repeat(256);
    let cases = [
        ("no part at all", Form::new().text("other", "x"), "f", "No file was submitted."),
        ("only texts", Form::new().text("name", "a").text("description", "b"), "f", "No file was submitted."),
        (
            "f as text",
            Form::new().text("f", "not a file"),
            "f",
            "The submitted data was not a file. Check the encoding type on the form.",
        ),
        ("f empty", file("a.txt", ""), "f", "The submitted file is empty."),
        ("f without a name", file("", "content"), "f", "No filename could be determined."),
        (
            "a long name",
            file("a.txt", "x").text("name", &long),
            "name",
            "Ensure this field has no more than 255 characters.",
        ),
        (
            "a long name of letters of four bytes",
            file("a.txt", "x").text("name", &"🎉".repeat(256)),
            "name",
            "Ensure this field has no more than 255 characters.",
        ),
        ("a zero in the name", file("a.txt", "x").text("name", "a\0b"), "name", "Null characters are not allowed."),
    ];
    for (what, form, field, message) in cases {
        let response = user.upload(&form);
        assert_eq!(response.status(), 400, "{what}: {response}");
        assert_field_error(&response, field, message);
    }
    assert_nothing_kept(&server);
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let server = server();
    let body = problem(&server.admin().upload(&Form::new().text("name", &"x".repeat(256))), 400);
    assert_eq!(body["f"], json!(["No file was submitted."]));
    assert_eq!(body["name"], json!(["Ensure this field has no more than 255 characters."]));
}

#[test]
fn a_name_of_255_characters_is_taken_whatever_their_bytes() {
    let server = server();
    let admin = server.admin();
    for name in ["x".repeat(255), "ی".repeat(255), "🎉".repeat(255)] {
        let object = admin.upload(&file("a.txt", "x").text("name", &name)).expect_status(201).json();
        assert_eq!(object["name"], name.as_str());
    }
}

#[test]
fn parts_may_come_in_any_order_and_unknown_ones_are_ignored() {
    let server = server();
    let admin = server.admin();
    let forms = [
        Form::new().file("f", "a.txt", "x").text("name", "n").text("description", "d"),
        Form::new().text("description", "d").text("name", "n").file("f", "a.txt", "x"),
        Form::new().text("name", "n").file("f", "a.txt", "x").text("description", "d"),
        Form::new()
            .text("id", "77")
            .file("other", "other.bin", noise(10_000, 1))
            .text("name", "n")
            .text("size", "1")
            .file("f", "a.txt", "x")
            .text("created_at", "2000-01-01T00:00:00Z")
            .text("description", "d")
            .text("F", "not f"),
    ];
    for form in forms {
        let object = admin.upload(&form).expect_status(201).json();
        let seen = (text(&object, "name"), text(&object, "description"), object["size"].as_u64());
        assert_eq!(seen, ("n", "d", Some(1)));
        assert_ne!(object["id"], 77);
        assert!(!text(&object, "created_at").starts_with("2000"));
        assert_eq!(fetch(&server, &object), b"x");
    }
    assert_eq!(stored_keys(&server).len(), 4, "nothing of the other file stays");
}

#[test]
fn of_several_values_the_last_counts() {
    let server = server();
    let admin = server.admin();
    let form =
        Form::new().file("f", "1.txt", "first").text("name", "one").text("name", "two").file("f", "2.txt", "second");
    let object = admin.upload(&form).expect_status(201).json();
    assert_eq!(object["name"], "two");
    assert_eq!(fetch(&server, &object), b"second");
    assert_eq!(stored_keys(&server).len(), 1);
}

#[test]
fn texts_are_trimmed_as_drf_does_and_description_may_be_long() {
    let server = server();
    let long = "words ".repeat(2000);
    let form = file("a.txt", "x").text("name", "  padded \n").text("description", &long);
    let object = server.admin().upload(&form).expect_status(201).json();
    assert_eq!((text(&object, "name"), text(&object, "description")), ("padded", long.trim()));
}

#[test]
fn malformed_multipart_is_a_parse_error() {
    let server = server();
    let admin = server.admin();
    let whole = Form::new().boundary("b").file("f", "a.txt", "content").encode();
    let form = "multipart/form-data; boundary=b";
    let cases: [(&str, &str, &[u8]); 7] = [
        ("no boundary parameter", "multipart/form-data", &whole),
        ("an empty boundary", "multipart/form-data; boundary=", &whole),
        ("another boundary", "multipart/form-data; boundary=other", &whole),
        ("no multipart at all", form, b"this is not multipart"),
        ("cut before the end", form, &whole[..whole.len() - 6]),
        ("cut in the file", form, &whole[..whole.len() - 12]),
        ("cut in a header", form, &whole[..20]),
    ];
    for (what, content_type, body) in cases {
        let response = admin.post(FILES).body(content_type, body).send();
        let detail = problem(&response, 400)["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("Multipart form parse error - "), "{what}: {detail}");
    }
    assert_nothing_kept(&server);
}

#[test]
fn a_boundary_may_be_quoted_and_line_breaks_in_the_file_are_kept() {
    let server = server();
    let content = b"\r\n--b\r\n\r\n--bound-\r\nx\r\n";
    let form = Form::new().boundary("bound ary").file("f", "a.bin", content);
    let response = server
        .admin()
        .post(FILES)
        .body("Multipart/Form-Data; charset=utf-8; boundary=\"bound ary\"", form.encode())
        .send()
        .expect_status(201);
    assert_eq!(fetch(&server, &response.json()), content);
}

#[test]
fn a_preamble_and_an_epilogue_are_ignored() {
    let server = server();
    let form = file("a.txt", "x");
    let body = [b"This is a preamble.\r\n".to_vec(), form.encode(), b"and an epilogue".to_vec()].concat();
    let response = server.admin().post(FILES).body(&form.content_type(), body).send();
    assert_eq!(response.status(), 201, "{response}");
}

#[test]
fn what_is_not_multipart_is_a_415_naming_it() {
    let server = server();
    let admin = server.admin();
    let cases = ["text/plain", "application/json", "application/x-www-form-urlencoded", "image/jpeg"];
    for content_type in cases {
        let response = admin.post(FILES).body(content_type, "{}").send();
        assert_problem(&response, 415, &format!("Unsupported media type \"{content_type}\" in request."));
    }
    assert_nothing_kept(&server);
}
