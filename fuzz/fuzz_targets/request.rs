//! Sends any request: a line with method and path, lines of headers, an empty line and a body.
#![no_main]

use actix_web::http::Method;
use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_fuzz::service::{Sent, split_once, with_service};

fuzz_target!(init: { abort_only_on_own_panics() }, |input: &[u8]| {
    let (head, body) = split_once(input, b"\n\n");
    let (line, lines) = split_once(head, b"\n");
    let (method, target) = split_once(line, b" ");
    let Ok(method) = Method::from_bytes(method) else { return };
    let Some(sent) = Sent::new(method, target, lines, body) else { return };
    with_service(|service| {
        let answer = service.send(&sent, None);
        if answer.status.is_client_error() && !answer.body.is_empty() {
            assert_eq!(answer.json()["status"], answer.status.as_u16(), "{answer:?}");
        }
    });
});
