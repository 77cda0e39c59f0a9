//! Multipart bodies that Django takes, written byte by byte.

use crate::support::checks::problem;
use crate::support::{FILES, assert_field_error, fetch, server, wire};
use tintype_testkit::{Client, Response, Server};

const CONTENT_TYPE: &str = "multipart/form-data; boundary=XbX";
const FILE: &str = "Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain";
const END: &str = "--XbX--\r\n";

/// Returns a part with these headers.
fn part(headers: &str, content: &str) -> String {
    format!("--XbX\r\n{headers}\r\n\r\n{content}\r\n")
}

fn upload(client: &Client, body: &str) -> Response {
    client.post(FILES).body(CONTENT_TYPE, body).send()
}

#[track_caller]
fn assert_uploaded(server: &Server, body: &str, name: &str, content: &[u8]) {
    let object = upload(&server.admin(), body).expect_status(201).json();
    assert_eq!((&object["name"], object["size"].as_u64()), (&name.into(), Some(content.len() as u64)));
    assert_eq!(fetch(server, &object), content);
}

#[test]
fn base64_is_decoded_in_files_and_texts() {
    let server = server();
    let base64 = |headers: &str| format!("{headers}\r\nContent-Transfer-Encoding: base64");
    assert_uploaded(&server, &(part(&base64(FILE), "aGVs\r\nbG8=\r\n") + END), "a.txt", b"hello");
    let name = part(&base64("Content-Disposition: form-data; name=\"name\""), "aGVsbG8=");
    assert_uploaded(&server, &(name + &part(FILE, "x") + END), "hello", b"x");
    let not_base64 = part(&base64("Content-Disposition: form-data; name=\"name\""), "plain");
    assert_uploaded(&server, &(not_base64 + &part(FILE, "x") + END), "plain", b"x");
    let response = upload(&server.admin(), &(part(&base64(FILE), "aGVsb") + END));
    let detail = problem(&response, 400)["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("Multipart form parse error - "), "{detail}");
}

#[test]
fn other_transfer_encodings_stay_as_they_are() {
    let server = server();
    for encoding in ["binary", "8bit", "quoted-printable"] {
        let headers = format!("{FILE}\r\nContent-Transfer-Encoding: {encoding}");
        assert_uploaded(&server, &(part(&headers, "a=3Db") + END), "a.txt", b"a=3Db");
    }
}

#[test]
fn a_part_without_a_disposition_or_a_name_is_passed_over() {
    let server = server();
    for other in ["Content-Type: text/plain", "Content-Disposition: form-data; filename=\"b.txt\"", "no header", ""] {
        assert_uploaded(&server, &(part(other, "other") + &part(FILE, "content") + END), "a.txt", b"content");
        assert_uploaded(&server, &(part(FILE, "content") + &part(other, "other") + END), "a.txt", b"content");
        let response = upload(&server.admin(), &(part(other, "other") + END));
        assert_field_error(&response, "f", "No file was submitted.");
    }
}

#[test]
fn the_type_of_a_disposition_does_not_matter() {
    let server = server();
    let attachment = FILE.replace("form-data", "attachment");
    assert_uploaded(&server, &(part(&attachment, "content") + END), "a.txt", b"content");
}

#[test]
fn white_space_may_follow_a_boundary() {
    let server = server();
    let body = (part(FILE, "content") + END).replace("XbX\r\n", "XbX \t\r\n").replace("--\r\n", "--  \r\n");
    assert_uploaded(&server, &body, "a.txt", b"content");
}

#[test]
fn entities_in_a_file_name_are_decoded_and_nul_is_dropped() {
    let server = server();
    for (sent, name) in [
        ("a&amp;b.txt", "a&b.txt"),
        ("&#1593;&#x6a9;&#1587;.txt", "عکس.txt"),
        ("AT&T; a&b.txt", "AT&T; a&b.txt"),
        ("a\0b.txt", "ab.txt"),
    ] {
        assert_uploaded(&server, &(part(&FILE.replace("a.txt", sent), "content") + END), name, b"content");
    }
}

#[test]
fn where_packets_end_does_not_matter() {
    let server = server();
    let admin = server.admin();
    let name = part("Content-Disposition: form-data; name=\"name\"\r\nContent-Transfer-Encoding: base64", "aGVsbG8=");
    let body = name + &part(&FILE.replace("a.txt", "a&amp;\0b.txt"), "\r\n--XbY\r\n--XbX-\r\n") + END;
    let body = body.replace("XbX\r\n", "XbX \r\n");
    let headers = [("Content-Type", CONTENT_TYPE), ("Transfer-Encoding", "chunked")];
    let head = wire::head(&admin, "POST", FILES, &headers);
    for size in [1, 2, 3, 7, 64] {
        let chunks = body.as_bytes().chunks(size).flat_map(wire::chunk).chain(*b"0\r\n\r\n").collect::<Vec<_>>();
        let object = wire::send_all(&server, &head, &chunks).expect_status(201).json();
        assert_eq!(object["name"], "hello", "in chunks of {size}");
        assert_eq!(fetch(&server, &object), b"\r\n--XbY\r\n--XbX-\r\n", "in chunks of {size}");
    }
}
