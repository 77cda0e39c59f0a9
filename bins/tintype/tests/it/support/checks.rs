//! Judging error answers: one body for every error, readable as DRF's and as RFC 9457's.

use serde_json::Value;
use std::collections::BTreeSet;
use tintype_testkit::Response;

/// Asserts that an answer is the one error body, of that status, and that its `detail` is that text.
#[track_caller]
pub(crate) fn assert_problem(response: &Response, status: u16, detail: &str) {
    let body = problem(response, status);
    assert_eq!(body["detail"], detail, "{response}");
}

/// Asserts that an answer is the one error body with status 400 and exactly this list for the field.
#[track_caller]
pub(crate) fn assert_field_error(response: &Response, field: &str, message: &str) {
    let body = problem(response, 400);
    assert_eq!(body[field], serde_json::json!([message]), "{response}");
}

/// Asserts that an answer is the one error body of that status, and returns it.
#[track_caller]
pub(crate) fn problem(response: &Response, status: u16) -> Value {
    assert_eq!(response.status(), status, "{response}");
    let content_type = response.header("content-type").unwrap_or_default();
    assert_eq!(content_type.split(';').next(), Some("application/problem+json"), "{response}");
    let body = response.json();
    assert_eq!(body["status"], status, "{response}");
    let keys = response.ordered();
    let keys = keys.keys();
    let distinct: BTreeSet<_> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len(), "a member twice, so that clients disagree about it: {response}");
    for member in ["type", "title", "detail", "request_id"] {
        let is_text = body[member].as_str().is_some_and(|text| !text.is_empty());
        // The list's parameter `type` has the name of a member that RFC 9457 (section 3.1) lets clients ignore when it is no text.
        let is_list = member == "type" && body[member].is_array();
        assert!(is_text || is_list, "no text in `{member}`: {response}");
    }
    if status == 401 {
        assert_eq!(response.header("www-authenticate"), Some("Token"), "{response}");
    }
    body
}
