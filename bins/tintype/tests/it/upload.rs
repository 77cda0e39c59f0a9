//! Uploading: what is taken, what is refused, and that nothing stays of what was refused.

use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{
    CREATE, FILES, assert_field_error, assert_problem, builder, create, fetch, file, noise, objects_on_disk, one,
    server, text, unnamed_bytes, wait_until_spooled, wire,
};
use serde_json::json;
use std::time::Duration;
use tintype_testkit::{Error, Form, RawConnection, Response, Server, eventually};

/// The limit of the tests about limits, small enough for whatever is sent to fit into the sockets' buffers.
const LIMIT: usize = 64 * 1024;

#[track_caller]
fn assert_nothing_kept(server: &Server) {
    assert_eq!(server.admin().get(FILES).send().expect_status(200).json()["count"], 0);
    eventually("nothing is left in the storage", || objects_on_disk(server).is_empty());
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
    assert_eq!(objects_on_disk(&server).len(), 4, "nothing of the other file stays");
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
    assert_eq!(objects_on_disk(&server).len(), 1);
}

#[test]
fn an_absurd_number_of_parts_is_refused() {
    let server = server();
    let mut form = Form::new();
    for number in 0..10_000 {
        form = form.text(&format!("part-{number}"), "");
    }
    problem(&server.admin().upload(&form.file("f", "a.txt", "x")), 400);
    assert_nothing_kept(&server);
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
fn a_client_that_leaves_half_way_leaves_nothing_behind() {
    let server = server();
    let admin = server.admin();
    let form = Form::new();
    let (before, _) = form.around_file("f", "a.bin");
    let mut connection = wire::begin_upload(&server, &admin, 10_000_000, &form.content_type());
    connection.send(before).unwrap();
    connection.send(noise(500_000, 1)).unwrap();
    wait_until_spooled(&server);
    drop(connection);
    eventually("what had arrived is let go", || unnamed_bytes(&server) == 0);
    assert_nothing_kept(&server);
    assert_eq!(create(&admin, "next.txt", "x")["name"], "next.txt");
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

/// Starts a server whose limit is [`LIMIT`].
fn small_server() -> Server {
    builder().config("max_upload_size", "64 KiB").start()
}

#[test]
fn the_limit_is_on_the_files_bytes_to_the_byte() {
    let server = small_server();
    let admin = server.admin();
    let form = file("a.bin", noise(LIMIT, 1)).text("name", "n").text("description", &"d".repeat(1000));
    assert_eq!(admin.upload(&form).expect_status(201).json()["size"], LIMIT);
    problem(&admin.upload(&file("a.bin", noise(LIMIT + 1, 1))), 413);
    assert_eq!(admin.get(FILES).send().json()["count"], 1);
    eventually("only the first is left in the storage", || objects_on_disk(&server).len() == 1);
}

#[test]
fn a_content_length_over_the_limit_is_refused_before_the_body() {
    let server = small_server();
    let headers = [("Content-Type", "multipart/form-data; boundary=b"), ("Content-Length", "10000000")];
    let mut connection = server.connect();
    connection.send(wire::head(&server.admin(), "POST", FILES, &headers)).unwrap();
    problem(&connection.read_response().unwrap(), 413);
}

#[test]
fn a_body_without_a_length_is_refused_while_it_streams() {
    let server = small_server();
    let form = Form::new();
    let (before, _) = form.around_file("f", "a.bin");
    let headers = [("Content-Type", form.content_type()), ("Transfer-Encoding", "chunked".to_owned())];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut connection = server.connect();
    connection.send(wire::head(&server.admin(), "POST", FILES, &headers)).unwrap();
    connection.send(wire::chunk(&before)).unwrap();
    connection.send(wire::chunk(&noise(LIMIT + 4096, 1))).unwrap();
    // The body has not ended, and will not: the answer must come nevertheless.
    problem(&connection.read_response().unwrap(), 413);
    assert_nothing_kept(&server);
}

#[test]
fn a_body_without_a_length_within_the_limit_is_taken() {
    let server = small_server();
    let form = file("a.bin", noise(LIMIT, 1));
    let headers = [("Content-Type", form.content_type()), ("Transfer-Encoding", "chunked".to_owned())];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let body: Vec<_> = form.encode().chunks(7001).flat_map(wire::chunk).chain(*b"0\r\n\r\n").collect();
    let response = wire::send_all(&server, &wire::head(&server.admin(), "POST", FILES, &headers), &body);
    assert!(fetch(&server, &response.expect_status(201).json()) == noise(LIMIT, 1));
}

#[test]
fn a_client_that_sends_everything_before_it_listens_hears_the_413() {
    let server = small_server();
    let form = file("a.bin", noise(4 * 1024 * 1024, 1));
    let length = form.encode().len().to_string();
    let content_type = form.content_type();
    let headers = [("Content-Type", content_type.as_str()), ("Content-Length", length.as_str())];
    let response = wire::send_all(&server, &wire::head(&server.admin(), "POST", FILES, &headers), &form.encode());
    problem(&response, 413);
}

#[test]
fn a_text_part_cannot_be_used_to_fill_the_memory() {
    let server = builder().config("max_upload_size", "64 MiB").start();
    let admin = server.admin();
    create(&admin, "warm-up.txt", "x");
    let before = server.peak_memory().unwrap();
    for part in ["name", "description", "unknown"] {
        let form = file("a.txt", "x").text(part, &"x".repeat(32 * 1024 * 1024));
        let content_type = form.content_type();
        let body = form.encode();
        let length = body.len().to_string();
        let headers = [("Content-Type", content_type.as_str()), ("Content-Length", length.as_str())];
        let response = wire::send_all(&server, &wire::head(&admin, "POST", FILES, &headers), &body);
        let expected: &[u16] = if part == "unknown" { &[201, 400, 413] } else { &[400, 413] };
        assert!(expected.contains(&response.status()), "{part}: {response}");
    }
    let grown = server.peak_memory().unwrap().saturating_sub(before);
    assert!(grown < 24 * 1024 * 1024, "grew by {grown} bytes for texts of 32 MiB");
}

#[test]
fn a_file_that_arrives_byte_by_byte_is_whole() {
    let server = server();
    let form = file("slow.jpg", jpeg(&gradient(20, 10)));
    let body = form.encode();
    let mut connection = wire::begin_upload(&server, &server.admin(), body.len(), &form.content_type());
    for byte in &body {
        connection.send([*byte]).unwrap();
    }
    let object = connection.read_response().unwrap().expect_status(201).json();
    assert!(fetch(&server, &object) == jpeg(&gradient(20, 10)));
}

#[test]
fn a_connection_carries_one_upload_after_another() {
    let server = server();
    let admin = server.admin();
    let mut connection = server.connect();
    for number in 0..5 {
        let form = file("a.txt", format!("{number}"));
        let (content_type, body) = (form.content_type(), form.encode());
        let length = body.len().to_string();
        let headers = [("Content-Type", content_type.as_str()), ("Content-Length", length.as_str())];
        connection.send(wire::head(&admin, "POST", FILES, &headers)).unwrap();
        connection.send(body).unwrap();
        let object = connection.read_response().unwrap().expect_status(201).json();
        assert_eq!(fetch(&server, &object), format!("{number}").as_bytes());
    }
}

#[test]
fn an_idle_connection_does_not_keep_others_waiting() {
    let server = builder().config("workers", "1").start();
    let admin = server.admin();
    let form = Form::new();
    let stalled: Vec<RawConnection> =
        (0..20).map(|_| wire::begin_upload(&server, &admin, 1000, &form.content_type())).collect();
    let object = create(&admin, "a.txt", "x");
    assert_eq!(admin.get(&one(&object)).send().status(), 200);
    drop(stalled);
}

#[test]
fn an_uploader_who_falls_silent_is_let_go() {
    let server = builder().config("upload_idle_timeout", "1s").start();
    let admin = server.admin();
    let form = Form::new();
    let (before, _) = form.around_file("f", "a.bin");
    let mut connection = wire::begin_upload(&server, &admin, 4_000_000, &form.content_type());
    connection.send(before).unwrap();
    connection.send(noise(2_000_000, 1)).unwrap();
    match connection.read_response() {
        Ok(response) => drop(problem(&response, 408)),
        Err(Error::Malformed { excerpt, .. }) => assert_eq!(excerpt, "", "the connection is closed without a word"),
        Err(error) => panic!("the connection stays open: {error}"),
    }
    eventually("what had arrived is let go", || unnamed_bytes(&server) == 0);
    assert_nothing_kept(&server);
}

#[test]
fn more_than_can_wait_are_told_to_come_back() {
    let server = builder().config("workers", "1").config("upload_queue", "1").start();
    let admin = server.admin();
    let picture = jpeg(&gradient(3000, 2000));
    let answers: Vec<Response> = std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..12).map(|_| scope.spawn(|| admin.upload(&file("a.jpg", &picture)))).collect();
        uploads.into_iter().map(|upload| upload.join().unwrap()).collect()
    });
    let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status() == 201);
    assert!(!taken.is_empty() && !refused.is_empty(), "{} taken, {} refused", taken.len(), refused.len());
    for answer in refused {
        problem(answer, 503);
        let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
        assert!(seconds.is_some_and(|seconds| seconds > 0), "{answer}");
    }
    for answer in &taken {
        assert!(fetch(&server, &answer.json()) == picture);
    }
    assert_eq!(admin.get(FILES).send().json()["count"], taken.len());
    assert_eq!(create(&admin, "later.jpg", &picture)["thumbnails"].as_array().unwrap().len(), 4);
}

#[test]
fn an_uploader_too_slow_to_wait_for_does_not_hold_the_answer_of_a_refusal() {
    let server = server();
    let mut connection = server.connect();
    connection.set_timeout(Duration::from_secs(10)).unwrap();
    let headers = [("Content-Type", "text/plain"), ("Content-Length", "100")];
    connection.send(wire::head(&server.admin(), "POST", FILES, &headers)).unwrap();
    connection.send("a").unwrap();
    problem(&connection.read_response().unwrap(), 415);
}
