//! Limits: on the file, to the byte, and on everything around it.

use super::assert_nothing_kept;
use crate::support::checks::problem;
use crate::support::{FILES, builder, create, fetch, file, noise, server, stored_keys, wire};
use tintype_testkit::{Form, Server, eventually};

/// The limit of these tests, small enough for whatever is sent to fit into the sockets' buffers.
const LIMIT: usize = 64 * 1024;

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
    eventually("only the first is left in the storage", || stored_keys(&server).len() == 1);
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
fn an_absurd_number_of_parts_is_refused() {
    let server = server();
    let mut form = Form::new();
    for number in 0..10_000 {
        form = form.text(&format!("part-{number}"), "");
    }
    problem(&server.admin().upload(&form.file("f", "a.txt", "x")), 400);
    assert_nothing_kept(&server);
}
