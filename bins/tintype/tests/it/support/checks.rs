//! Judging error answers: one body for every error, readable as DRF's and as RFC 9457's.

use serde_json::Value;
use std::collections::BTreeSet;
use tintype_testkit::Response;

/// Asserts that an answer is the one error body, of that status, and that its `detail` is that
/// text.
#[track_caller]
pub(crate) fn assert_problem(response: &Response, status: u16, detail: &str) {
    let body = problem(response, status);
    assert_eq!(body["detail"], detail, "{response}");
}

/// Asserts that an answer is the one error body with status 400 and exactly this list for the
/// field.
#[track_caller]
pub(crate) fn assert_field_error(response: &Response, field: &str, message: &str) {
    let body = problem(response, 400);
    assert_eq!(body["errors"][field], serde_json::json!([message]), "{response}");
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
    for member in MEMBERS {
        let is_text = body[member].as_str().is_some_and(|text| !text.is_empty());
        assert!(is_text, "no text in `{member}`: {response}");
    }
    let errors = body["errors"].as_object().cloned().unwrap_or_default();
    assert_eq!(body.get("errors").is_some(), !errors.is_empty(), "{response}");
    for (field, list) in &errors {
        let is_list = list.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string));
        assert!(is_list, "`{field}` has no list of texts: {response}");
        if !is_member(field) {
            assert_eq!(&body[field], list, "`{field}` is not at the top, too: {response}");
        }
    }
    for field in keys.iter().filter(|field| !is_member(field)) {
        assert!(errors.contains_key(*field), "`{field}` is not under `errors`, too: {response}");
    }
    if status == 401 {
        assert_eq!(response.header("www-authenticate"), Some("Token"), "{response}");
    }
    body
}

/// The texts that every problem has.
const MEMBERS: [&str; 4] = ["type", "title", "detail", "request_id"];

/// Returns whether a member belongs to the problem itself, whatever fields are called.
fn is_member(name: &str) -> bool {
    MEMBERS.contains(&name) || ["status", "errors"].contains(&name)
}

/// Fails if a browser complained of anything.
#[track_caller]
pub(crate) fn problem_free(problems: &[String]) {
    assert!(problems.is_empty(), "the console says {problems:?}");
}
