//! What goes with the bytes, and when they need not be sent again.

use crate::support::picture::{gradient, half_transparent, jpeg, png};
use crate::support::{PDF, assert_problem, create, fetch, server, text};
use serde_json::Value;
use tintype_testkit::{Client, Request, Response, Server};

/// The day before the first web server.
const LONG_AGO: &str = "Tue, 05 Dec 1989 00:00:00 GMT";

/// A file and what a plain request for it gives.
fn served(server: &Server, name: &str, content: &[u8]) -> (Value, Response) {
    let object = create(&server.admin(), name, content);
    let response = server.anonymous().get(text(&object, "f")).send().expect_status(200);
    assert!(response.bytes() == content);
    (object, response)
}

#[track_caller]
fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.header(name).unwrap_or_else(|| panic!("no `{name}`: {response}"))
}

#[test]
fn a_file_is_served_with_every_header_of_the_contract() {
    let server = server();
    let cases = [
        ("a.jpg", jpeg(&gradient(30, 20)), "image/jpeg"),
        ("a.png", png(&gradient(30, 20)), "image/png"),
        ("a.pdf", PDF.to_vec(), "application/pdf"),
        ("a.txt", b"Plain words.\n".to_vec(), "text/plain"),
        ("page.png", b"Plain words.\n".to_vec(), "text/plain"),
    ];
    for (name, content, mime_type) in cases {
        let (object, response) = served(&server, name, &content);
        assert_eq!(header(&response, "content-type").split(';').next(), Some(mime_type), "{name}");
        assert_eq!(object["mime_type"], mime_type);
        assert_eq!(header(&response, "content-length"), content.len().to_string());
        assert_eq!(header(&response, "accept-ranges"), "bytes");
        assert_eq!(header(&response, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        let etag = header(&response, "etag");
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2, "a strong entity tag: {etag}");
        let shape: String = header(&response, "last-modified").chars().map(shape_of).collect();
        assert_eq!(shape, "Aaa, 00 Aaa 0000 00:00:00 AAA", "{response}");
        assert_eq!(response.header("content-disposition"), None, "{name} may be shown in place");
    }
}

fn shape_of(letter: char) -> char {
    match letter {
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        '0'..='9' => '0',
        other => other,
    }
}

#[test]
fn thumbnails_are_served_like_files() {
    let server = server();
    let admin = server.admin();
    let cases = [(jpeg(&gradient(90, 60)), "image/jpeg"), (png(&half_transparent(90, 60)), "image/png")];
    for (content, mime_type) in cases {
        let object = create(&admin, "a", content);
        for thumbnail in object["thumbnails"].as_array().unwrap() {
            let response = server.anonymous().get(text(thumbnail, "f")).send().expect_status(200);
            assert_eq!(header(&response, "content-type"), mime_type);
            assert_eq!(header(&response, "content-length"), thumbnail["bytes"].to_string());
            assert_eq!(header(&response, "cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
            header(&response, "etag");
            header(&response, "last-modified");
        }
    }
}

#[test]
fn different_contents_have_different_entity_tags_and_one_content_keeps_its_own() {
    let server = server();
    let (first, response) = served(&server, "a.txt", b"one");
    let (_, other) = served(&server, "b.txt", b"two");
    assert_ne!(header(&response, "etag"), header(&other, "etag"));
    let again = server.anonymous().get(text(&first, "f")).send();
    for name in ["etag", "last-modified"] {
        assert_eq!(header(&again, name), header(&response, name));
    }
}

#[test]
fn media_needs_no_authentication_and_a_bad_token_does_not_matter() {
    let server = server();
    let (object, _) = served(&server, "a.txt", b"x");
    let stranger = server.anonymous().with_authorization("Token wrong");
    assert_eq!(stranger.get(text(&object, "f")).send().status(), 200);
}

#[test]
fn head_gives_the_headers_of_get_and_no_body() {
    let server = server();
    let (object, get) = served(&server, "a.pdf", PDF);
    let head = server.anonymous().head(text(&object, "f")).send().expect_status(200);
    assert_eq!(head.bytes(), b"");
    let names = [
        "content-type",
        "content-length",
        "etag",
        "last-modified",
        "accept-ranges",
        "cache-control",
        "x-content-type-options",
    ];
    for name in names {
        assert_eq!(header(&head, name), header(&get, name));
    }
    // What the client library would hide: that not one byte of the body is on the wire.
    let path = text(&object, "f").strip_prefix(&server.url()).unwrap();
    let mut connection = server.connect();
    connection.send(format!("HEAD {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")).unwrap();
    let answer = connection.read_until_closed();
    assert!(answer.ends_with(b"\r\n\r\n"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn an_address_may_carry_a_query() {
    let server = server();
    let (object, _) = served(&server, "a.txt", b"x");
    assert_eq!(server.anonymous().get(&format!("{}?v=2", text(&object, "f"))).send().status(), 200);
}

#[test]
fn other_methods_are_not_allowed() {
    let server = server();
    let (object, _) = served(&server, "a.txt", b"x");
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let response = server.admin().request(method, text(&object, "f")).send();
        assert_problem(&response, 405, &format!("Method \"{method}\" not allowed."));
        let allow = header(&response, "allow");
        assert!(allow.contains("GET") && allow.contains("HEAD") && !allow.contains(method), "{allow}");
    }
    fetch(&server, &object);
}

/// Adds one condition to a request.
type Condition<'a> = Box<dyn for<'c> Fn(Request<'c>) -> Request<'c> + 'a>;

fn with<'a>(headers: &[(&'a str, String)]) -> Condition<'a> {
    let headers = headers.to_vec();
    Box::new(move |request| headers.iter().fold(request, |request, (name, value)| request.header(name, value)))
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let server = server();
    let (object, response) = served(&server, "a.txt", b"content");
    let etag = header(&response, "etag").to_owned();
    let modified = header(&response, "last-modified").to_owned();
    let future = "Tue, 01 Jan 2999 00:00:00 GMT".to_owned();
    let (long_ago, other) = (LONG_AGO.to_owned(), "\"other\"".to_owned());
    let cases: Vec<(Condition<'_>, u16)> = vec![
        (with(&[("If-None-Match", etag.clone())]), 304),
        (with(&[("If-None-Match", format!("W/{etag}"))]), 304),
        (with(&[("If-None-Match", format!("\"x\", {etag} ,\"y\""))]), 304),
        (with(&[("If-None-Match", "*".to_owned())]), 304),
        (with(&[("If-None-Match", other.clone())]), 200),
        (with(&[("If-Modified-Since", modified.clone())]), 304),
        (with(&[("If-Modified-Since", future)]), 304),
        (with(&[("If-Modified-Since", long_ago.clone())]), 200),
        (with(&[("If-Modified-Since", "yesterday".to_owned())]), 200),
        // RFC 9110, section 13.1.3: with If-None-Match present, If-Modified-Since is ignored.
        (with(&[("If-None-Match", other), ("If-Modified-Since", modified)]), 200),
        (with(&[("If-None-Match", etag), ("If-Modified-Since", long_ago)]), 304),
    ];
    let client: Client = server.anonymous();
    for (position, (condition, status)) in cases.iter().enumerate() {
        for method in ["GET", "HEAD"] {
            let answer = condition(client.request(method, text(&object, "f"))).send();
            assert_eq!(answer.status(), *status, "{method}, case {position}: {answer}");
            if *status == 304 {
                assert_eq!(answer.bytes(), b"");
                // RFC 9110, section 15.4.5: what a cache needs to go on.
                for name in ["etag", "cache-control"] {
                    assert_eq!(header(&answer, name), header(&response, name));
                }
            }
        }
    }
}

#[test]
fn what_is_not_the_content_that_the_client_wants_is_a_412() {
    let server = server();
    let (object, response) = served(&server, "a.txt", b"content");
    let etag = header(&response, "etag").to_owned();
    let modified = header(&response, "last-modified").to_owned();
    let future = "Tue, 01 Jan 2999 00:00:00 GMT".to_owned();
    let (long_ago, other) = (LONG_AGO.to_owned(), "\"other\"".to_owned());
    let cases: Vec<(Condition<'_>, u16)> = vec![
        (with(&[("If-Match", etag.clone())]), 200),
        (with(&[("If-Match", format!("\"x\", {etag}"))]), 200),
        (with(&[("If-Match", "*".to_owned())]), 200),
        (with(&[("If-Match", other.clone())]), 412),
        // RFC 9110, section 13.1.1: by strong comparison.
        (with(&[("If-Match", format!("W/{etag}"))]), 412),
        (with(&[("If-Unmodified-Since", modified.clone())]), 200),
        (with(&[("If-Unmodified-Since", future)]), 200),
        (with(&[("If-Unmodified-Since", long_ago.clone())]), 412),
        (with(&[("If-Unmodified-Since", "yesterday".to_owned())]), 200),
        // RFC 9110, section 13.2.2: the order in which conditions count.
        (with(&[("If-Match", etag.clone()), ("If-Unmodified-Since", long_ago.clone())]), 200),
        (with(&[("If-Match", other.clone()), ("If-Unmodified-Since", modified.clone())]), 412),
        (with(&[("If-Match", other), ("If-None-Match", etag.clone())]), 412),
        (with(&[("If-Match", etag.clone()), ("If-None-Match", etag.clone())]), 304),
        (with(&[("If-Unmodified-Since", long_ago), ("If-Modified-Since", modified)]), 412),
        (with(&[("If-Match", "\"other\"".to_owned()), ("Range", "bytes=0-0".to_owned())]), 412),
    ];
    let client: Client = server.anonymous();
    for (position, (condition, status)) in cases.iter().enumerate() {
        let get = condition(client.get(text(&object, "f"))).send();
        assert_eq!(get.status(), *status, "GET, case {position}: {get}");
        let head = condition(client.head(text(&object, "f"))).send();
        assert_eq!((head.status(), head.bytes()), (*status, &b""[..]), "HEAD, case {position}: {head}");
        if *status == 412 {
            assert_problem(&get, 412, "A condition of the request is not met.");
        }
    }
}
