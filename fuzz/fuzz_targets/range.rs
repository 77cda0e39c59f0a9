//! Fetches a file: a line with the query, then lines of headers, such as `Range` and conditions.
//! What is sent is what the file has there.
#![no_main]

use std::cell::RefCell;

use actix_web::http::{Method, StatusCode};
use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_fuzz::service::{Answer, Sent, Service, split_once, with_service};

/// The most ranges of one answer.
const MOST_RANGES: usize = 16;

thread_local! {
    /// The path of the file in the library that has it.
    static PATH: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A file of 1000 bytes, no two parts of which are the same.
fn content() -> Vec<u8> {
    (0..250).flat_map(|line| format!("{line:03}\n").into_bytes()).collect()
}

fn upload(service: &mut Service) {
    let sent = Sent::new(Method::POST, b"/api/media/files?name=a.txt", b"", &content()).expect("it is HTTP");
    let file = service.send(&sent, None).json();
    let url = file["f"].as_str().expect("a file has a URL");
    let path = url.splitn(4, '/').last().expect("a URL has a path");
    PATH.replace(format!("/{path}"));
}

/// Checks `bytes a-b/size` and what comes with it.
fn check(content_range: &str, bytes: &[u8]) {
    let (range, size) = content_range.strip_prefix("bytes ").and_then(|rest| rest.split_once('/')).expect("a range");
    let (first, last) = range.split_once('-').expect("two numbers");
    let [first, last, size] = [first, last, size].map(|number| number.parse::<usize>().expect("a number"));
    assert!(first <= last && last < size && size == content().len(), "{content_range}");
    assert!(bytes == &content()[first..=last], "{content_range}");
}

/// Checks each part of a `multipart/byteranges`.
fn check_parts(boundary: &str, body: &[u8]) {
    let delimiter = format!("\r\n--{boundary}");
    let (mut rest, mut count, mut total) = (split_once(body, delimiter.as_bytes()).1, 0, 0);
    while rest != b"--\r\n" {
        let (part, after) = split_once(rest, delimiter.as_bytes());
        let (head, bytes) = split_once(part, b"\r\n\r\n");
        let head = String::from_utf8_lossy(head);
        check(head.split("Content-Range: ").nth(1).expect("a part has a range"), bytes);
        assert!(!after.is_empty(), "{}", body.escape_ascii());
        (rest, count, total) = (after, count + 1, total + bytes.len());
    }
    assert!(count <= MOST_RANGES && total <= content().len(), "{count} ranges, {total} bytes");
}

fn check_all(answer: &Answer) {
    match (answer.status, answer.header("content-range")) {
        (StatusCode::OK, None) => assert!(answer.body == content()),
        (StatusCode::PARTIAL_CONTENT, Some(range)) => check(range, &answer.body),
        (StatusCode::PARTIAL_CONTENT, None) => {
            let content_type = answer.header("content-type").expect("a body has a type");
            check_parts(content_type.strip_prefix("multipart/byteranges; boundary=").expect("parts"), &answer.body);
        }
        (StatusCode::RANGE_NOT_SATISFIABLE, range) => assert_eq!(range, Some("bytes */1000")),
        (StatusCode::NOT_MODIFIED, _) => assert!(answer.body.is_empty()),
        (status, _) => assert!(status.is_client_error(), "{answer:?}"),
    }
}

fuzz_target!(init: { abort_only_on_own_panics() }, |input: &[u8]| {
    let (query, lines) = split_once(input, b"\n");
    with_service(|service| {
        if service.is_new() {
            upload(service);
        }
        let target = PATH.with_borrow(|path| [path.as_bytes(), b"?", query].concat());
        let Some(sent) = Sent::new(Method::GET, &target, lines, b"") else { return };
        check_all(&service.send(&sent, None));
    });
});
