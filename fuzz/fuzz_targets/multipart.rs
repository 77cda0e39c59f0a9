//! Uploads a form: two bytes that say where its body is split, a line with the parameters of the
//! `Content-Type`, and the body. It is answered the same wherever it is split.
#![no_main]

use actix_web::http::{Method, StatusCode};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_fuzz::service::{Answer, Sent, Service, Split, split_once, with_service};

/// What an answer tells of what was sent.
fn told(service: &mut Service, answer: &Answer) -> (StatusCode, String) {
    if answer.status != StatusCode::CREATED {
        let mut problem = answer.json();
        problem["request_id"] = Value::Null;
        return (answer.status, problem.to_string());
    }
    let file = answer.json();
    let path = answer.header("location").expect("what was created has a place");
    let delete = Sent::new(Method::DELETE, path.as_bytes(), b"", b"").expect("it is a path");
    assert_eq!(service.send(&delete, None).status, StatusCode::NO_CONTENT);
    let members = ["name", "description", "size", "checksum", "mime_type", "visibility", "focal_point", "tags"];
    (answer.status, members.map(|name| file[name].to_string()).join("\n"))
}

fuzz_target!(init: { abort_only_on_own_panics() }, |input: &[u8]| {
    let [first, second, rest @ ..] = input else { return };
    let (parameters, body) = split_once(rest, b"\n");
    let content_type = [b"content-type: multipart/form-data;", parameters].concat();
    let Some(sent) = Sent::new(Method::POST, b"/api/media/files", &content_type, body) else { return };
    with_service(|service| {
        let whole = service.send(&sent, None);
        let whole = told(service, &whole);
        let split = service.send(&sent, Some(Split(*first, *second)));
        assert_eq!(told(service, &split), whole);
    });
});
