//! Metadata: three body formats, DRF's rules for texts.

use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{assert_field_error, assert_problem, create, file, key, one, server, text};
use serde_json::{Value, json};
use tintype_testkit::{Client, Form, Request};

/// Puts the same two fields into a request, in one of the formats.
type Fill = for<'c> fn(Request<'c>) -> Request<'c>;

const FORMATS: [(&str, Fill); 3] = [
    ("json", |request| request.json(&json!({"name": "نام نو", "description": "two\nlines"}))),
    ("form", |request| request.form([("name", "نام نو"), ("description", "two\nlines")])),
    ("multipart", |request| request.multipart(&Form::new().text("name", "نام نو").text("description", "two\nlines"))),
];

#[test]
fn patch_and_put_take_json_form_and_multipart() {
    let server = server();
    let admin = server.admin();
    for method in ["PATCH", "PUT"] {
        for (format, fill) in FORMATS {
            let before = create(&admin, "a.jpg", jpeg(&gradient(20, 10)));
            let path = one(&before);
            let after = fill(admin.request(method, &path)).send().expect_status(200).json();
            assert_eq!(
                (text(&after, "name"), text(&after, "description")),
                ("نام نو", "two\nlines"),
                "{method} {format}"
            );
            assert_eq!(admin.get(&path).send().json(), after);
            assert!(text(&after, "updated_at") > text(&before, "updated_at"), "{method} {format}");
            assert_unchanged(&before, &after, &["name", "description", "updated_at"]);
        }
    }
}

/// Asserts that an object is as before in everything but these members.
#[track_caller]
fn assert_unchanged(before: &Value, after: &Value, except: &[&str]) {
    for (member, value) in before.as_object().unwrap() {
        if !except.contains(&member.as_str()) {
            assert_eq!(&after[member], value, "`{member}` changed");
        }
    }
}

#[test]
fn what_is_not_sent_stays_for_put_as_for_patch() {
    let server = server();
    let admin = server.admin();
    for method in ["PATCH", "PUT"] {
        let form = file("a.txt", "x").text("name", "n").text("description", "d");
        let before = admin.upload(&form).expect_status(201).json();
        let path = one(&before);
        for (body, name, description) in [
            (json!({}), "n", "d"),
            (json!({"name": "m"}), "m", "d"),
            (json!({"description": "e"}), "m", "e"),
            (json!({"description": ""}), "m", ""),
        ] {
            let after = admin.request(method, &path).json(&body).send().expect_status(200).json();
            assert_eq!((text(&after, "name"), text(&after, "description")), (name, description), "{method} {body}");
        }
    }
}

#[test]
fn texts_follow_drfs_rules() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    let long = "x".repeat(256);
    let bad = [
        (json!({"name": null}), "name", "This field may not be null."),
        (json!({"description": null}), "description", "This field may not be null."),
        (json!({"name": ""}), "name", "This field may not be blank."),
        (json!({"name": " \t "}), "name", "This field may not be blank."),
        (json!({"name": long}), "name", "Ensure this field has no more than 255 characters."),
        (json!({"name": ["a"]}), "name", "Not a valid string."),
        (json!({"name": {"a": 1}}), "name", "Not a valid string."),
        (json!({"name": true}), "name", "Not a valid string."),
        (json!({"name": "a\0b"}), "name", "Null characters are not allowed."),
        (json!({"description": "a\0b"}), "description", "Null characters are not allowed."),
    ];
    for (body, field, message) in bad {
        let response = admin.patch(&path).json(&body).send();
        assert_eq!(response.status(), 400, "{body}: {response}");
        assert_field_error(&response, field, message);
        assert_eq!(admin.get(&path).send().json()["name"], "a.txt", "{body}");
    }
    let good = [
        (json!({"name": "  padded  "}), "name", "padded"),
        (json!({"name": "x".repeat(255)}), "name", &"x".repeat(255)),
        (json!({"name": 12}), "name", "12"),
        (json!({"name": 1.5}), "name", "1.5"),
        (json!({"description": ""}), "description", ""),
        (json!({"description": "x".repeat(3000)}), "description", &"x".repeat(3000)),
    ];
    for (body, field, value) in good {
        let after = admin.patch(&path).json(&body).send().expect_status(200).json();
        assert_eq!(after[field], value, "{body}");
    }
}

#[test]
fn one_bad_field_keeps_the_good_one_from_changing() {
    let server = server();
    let admin = server.admin();
    let before = create(&admin, "a.txt", "x");
    let path = one(&before);
    let response = admin.patch(&path).json(&json!({"name": "x".repeat(256), "description": "new"})).send();
    problem(&response, 400);
    assert_eq!(admin.get(&path).send().json(), before);
}

#[test]
fn read_only_fields_are_ignored() {
    let server = server();
    let admin = server.admin();
    let before = create(&admin, "a.jpg", jpeg(&gradient(20, 10)));
    let path = one(&before);
    let body = json!({
        "id": 4242, "type": "pdf", "user": {"id": 99}, "size": 1, "human_readable_size": "1 B", "width": 1, "height": 1,
        "mode": "L", "created_at": "2000-01-01T00:00:00Z", "updated_at": "2000-01-01T00:00:00Z", "thumbnails": [],
        "mime_type": "text/html", "checksum": "sha256:00", "unknown": {"a": [1]}, "description": "new",
    });
    let after = admin.put(&path).json(&body).send().expect_status(200).json();
    assert_unchanged(&before, &after, &["description", "updated_at"]);
    assert_eq!(after["description"], "new");
}

#[test]
fn f_as_the_present_address_or_key_changes_nothing_of_the_content() {
    let server = server();
    let admin = server.admin();
    let before = create(&admin, "پرونده ۱.txt", "x");
    let path = one(&before);
    let path_of_f = text(&before, "f").strip_prefix(&server.url()).unwrap();
    let elsewhere = format!("https://media.example.org{path_of_f}?expires=1&signature=x");
    for same in [text(&before, "f").to_owned(), key(&before), path_of_f.to_owned(), elsewhere] {
        let formats: [(&str, Request<'_>); 3] = [
            ("json", admin.put(&path).json(&json!({"f": same, "description": same}))),
            ("form", admin.put(&path).form([("f", same.as_str()), ("description", &same)])),
            ("multipart", admin.put(&path).multipart(&Form::new().text("f", &same).text("description", &same))),
        ];
        for (format, request) in formats {
            let after = request.send().expect_status(200).json();
            assert_eq!(after["description"], same.as_str(), "{format}");
            assert_unchanged(&before, &after, &["description", "updated_at"]);
        }
    }
}

#[test]
fn f_as_any_other_text_is_a_400_on_f() {
    let server = server();
    let admin = server.admin();
    let (object, other) = (create(&admin, "a.txt", "x"), create(&admin, "b.txt", "y"));
    let path = one(&object);
    let strings = ["", "nonsense", "/etc/passwd", "http://127.0.0.1/x", text(&other, "f"), &key(&other)];
    for string in strings {
        for request in [admin.patch(&path).json(&json!({"f": string})), admin.put(&path).form([("f", string)])] {
            assert_bad_f(&request.send(), string);
        }
    }
    for value in [json!(1), json!(null), json!([]), json!({})] {
        assert_bad_f(&admin.patch(&path).json(&json!({"f": value})).send(), &value.to_string());
    }
    assert_eq!(admin.get(&path).send().json(), object);
}

#[track_caller]
fn assert_bad_f(response: &tintype_testkit::Response, what: &str) {
    assert_eq!(response.status(), 400, "`{what}`: {response}");
    let list = problem(response, 400)["f"].clone();
    assert!(list.as_array().is_some_and(|list| list.len() == 1 && list[0].is_string()), "`{what}`: {response}");
}

#[test]
fn malformed_bodies_are_parse_errors() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    for body in ["{", "{\"name\": }", "not json", "{\"name\": \"a\"} trailing", "\u{1}"] {
        let response = admin.patch(&path).body("application/json", body).send();
        let detail = problem(&response, 400)["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("JSON parse error - "), "`{body}`: {detail}");
    }
    let response = admin.patch(&path).body("multipart/form-data; boundary=b", "--b\r\nContent-Disp").send();
    let detail = problem(&response, 400)["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("Multipart form parse error - "), "{detail}");
}

#[test]
fn a_number_as_a_name_keeps_its_digits() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    let numbers = ["12345678901234567890123", "18446744073709551616"];
    let cases = numbers.map(|number| (number, number)).into_iter().chain([("-0", "0"), ("0.1e-7", "1e-08")]);
    for (number, name) in cases {
        let body = format!("{{\"name\": {number}}}");
        let after = admin.patch(&path).body("application/json", body).send().expect_status(200).json();
        assert_eq!(after["name"], name, "{number}");
    }
}

#[test]
fn a_body_that_is_cut_short_is_told_by_its_format() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    for (content_type, body, what) in [
        ("application/json", "{\"name\": \"b\"", "JSON"),
        ("application/x-www-form-urlencoded", "name=b", "URL-encoded form"),
        ("multipart/form-data; boundary=b", "--b\r\n", "Multipart form"),
    ] {
        let length = (body.len() + 1).to_string();
        let headers = [("Content-Type", content_type), ("Content-Length", &length)];
        let mut connection = server.connect();
        connection.send(crate::support::wire::head(&admin, "PATCH", &path, &headers) + body).unwrap();
        connection.finish_sending().unwrap();
        let response = connection.read_response().expect("an answer");
        let detail = problem(&response, 400)["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(&format!("{what} parse error - ")), "{content_type}: {detail}");
    }
    assert_eq!(admin.get(&path).send().json()["name"], "a.txt");
}

#[test]
fn a_form_that_is_not_utf_8_is_decoded_as_django_does() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    for (body, name) in [(&b"name=na\xefve+b"[..], "na\u{ef}ve b"), (b"name=na%efve", "na\u{fffd}ve")] {
        let request = admin.patch(&path).body("application/x-www-form-urlencoded", body);
        assert_eq!(request.send().expect_status(200).json()["name"], name);
    }
}

#[test]
fn json_that_is_no_object_is_refused_as_drf_does() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    for (body, kind) in [("[]", "list"), ("\"text\"", "str"), ("1", "int"), ("true", "bool"), ("1.5", "float")] {
        let response = admin.patch(&path).body("application/json", body).send();
        let message = format!("Invalid data. Expected a dictionary, but got {kind}.");
        assert_field_error(&response, "non_field_errors", &message);
    }
    let response = admin.patch(&path).body("application/json", "null").send();
    assert_field_error(&response, "non_field_errors", "No data provided");
}

#[test]
fn other_content_types_are_a_415_naming_them() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    for method in ["PATCH", "PUT"] {
        for content_type in ["text/plain", "application/xml", "image/jpeg"] {
            let response = admin.request(method, &path).body(content_type, "x").send();
            assert_problem(&response, 415, &format!("Unsupported media type \"{content_type}\" in request."));
        }
    }
}

#[test]
fn a_content_type_may_carry_parameters_and_any_case() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let response = admin.patch(&path).body(content_type, r#"{"name": "عکس"}"#).send().expect_status(200);
        assert_eq!(response.json()["name"], "عکس");
    }
}

#[test]
fn an_absurdly_large_metadata_body_is_refused() {
    let server = server();
    let admin = server.admin();
    let object = create(&admin, "a.txt", "x");
    let body = json!({"description": "x".repeat(8 * 1024 * 1024)}).to_string();
    let length = body.len().to_string();
    let headers = [("Content-Type", "application/json"), ("Content-Length", length.as_str())];
    let head = crate::support::wire::head(&admin, "PATCH", &one(&object), &headers);
    let response = crate::support::wire::send_all(&server, &head, body.as_bytes());
    assert!([400, 413].contains(&response.status()), "{response}");
    assert_eq!(admin.get(&one(&object)).send().json(), object);
}

#[test]
fn changes_at_the_same_time_leave_one_of_them() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    let change = |client: &Client, value: &str| {
        client.patch(&path).json(&json!({"name": value, "description": value})).send().expect_status(200).json()
    };
    std::thread::scope(|scope| {
        for number in 0..16 {
            let (admin, change) = (&admin, &change);
            scope.spawn(move || change(admin, &number.to_string()));
        }
    });
    let object = admin.get(&path).send().json();
    assert_eq!(object["name"], object["description"], "name and description of two different changes");
}
