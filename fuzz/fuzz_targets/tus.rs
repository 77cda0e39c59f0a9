//! A resumable upload: two bytes that say where bodies are split, then requests with lines between
//! them that are `--`. Each has lines of headers, an empty line and a body. The first begins the
//! upload, the others go on with it; `@` in their headers is its path. It goes the same way
//! wherever bodies are split.
#![no_main]

use actix_web::http::{Method, StatusCode};
use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_fuzz::service::{Sent, Service, Split, split_once, with_service};

/// The most requests for one upload.
const MOST_REQUESTS: usize = 6;

const UPLOADS: &str = "/api/media/uploads";

/// Sends the requests, and returns statuses and offsets.
fn run(service: &mut Service, mut requests: &[u8], split: Option<Split>) -> Vec<(StatusCode, Option<String>)> {
    let (mut path, mut answers, mut most) = (UPLOADS.to_owned(), Vec::new(), 0);
    while !requests.is_empty() && answers.len() < MOST_REQUESTS {
        let (request, rest) = split_once(requests, b"\n--\n");
        requests = rest;
        let (lines, body) = split_once(request, b"\n\n");
        let lines = lines.split(|&byte| byte == b'@').collect::<Vec<_>>().join(path.as_bytes());
        let method = if path == UPLOADS { Method::POST } else { Method::PATCH };
        let Some(sent) = Sent::new(method, path.as_bytes(), &lines, body) else { continue };
        let mut sent = sent.or_header("tus-resumable", "1.0.0");
        if !body.is_empty() {
            sent = sent.or_header("content-type", "application/offset+octet-stream");
        }
        let answer = service.send(&sent, split);
        if let (StatusCode::CREATED, Some(location)) = (answer.status, answer.header("location")) {
            path = location.to_owned();
        }
        most += body.len();
        let offset = answer.header("upload-offset").map(str::to_owned);
        if let Some(offset) = &offset {
            assert!(offset.parse::<usize>().expect("a number") <= most, "{offset} of {most} bytes");
        }
        answers.push((answer.status, offset));
    }
    if path != UPLOADS {
        let end = Sent::new(Method::DELETE, path.as_bytes(), b"", b"").expect("it is a path");
        answers.push((service.send(&end.or_header("tus-resumable", "1.0.0"), None).status, None));
    }
    answers
}

fuzz_target!(init: { abort_only_on_own_panics() }, |input: &[u8]| {
    let [first, second, requests @ ..] = input else { return };
    with_service(|service| {
        let whole = run(service, requests, None);
        assert_eq!(run(service, requests, Some(Split(*first, *second))), whole);
    });
});
