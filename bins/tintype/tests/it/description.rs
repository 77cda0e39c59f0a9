//! The description of the API, and the page that shows it.

use crate::support::server;

#[test]
fn everybody_can_read_the_description() {
    let server = server();
    let answer = server.anonymous().get("/api/openapi.json").send().expect_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    assert!(
        answer.text() == std::fs::read_to_string(path).unwrap(),
        "docs/openapi.json is out of date: `just describe`"
    );
    let description = answer.json();
    assert_eq!(description["openapi"], "3.1.0");
    let upload = &description["paths"]["/api/media/files"]["post"];
    assert!(upload["requestBody"]["content"]["multipart/form-data"]["schema"]["$ref"].is_string(), "{upload}");
    assert!(upload["responses"]["507"].is_object() && upload["security"].is_array(), "{upload}");
}

#[test]
fn the_page_needs_no_other_host_and_runs_nothing_that_was_uploaded() {
    let server = server();
    let page = server.anonymous().get("/api/docs").send().expect_status(200);
    let policy = page.header("content-security-policy").unwrap();
    let (_, nonce) = policy.split_once("script-src 'nonce-").unwrap();
    let nonce = &nonce[..16];
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    // `'self'` would let scripts run that somebody uploaded.
    assert!(!policy.split(';').any(|rule| rule.contains("script-src") && rule.contains("'self'")), "{policy}");
    let text = page.text();
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    assert_eq!(text.matches("<script").count(), text.matches(&format!("<script nonce=\"{nonce}\"")).count());
    for (path, media_type) in [
        ("/api/docs/swagger-ui.js", "text/javascript; charset=utf-8"),
        ("/api/docs/swagger-ui.css", "text/css; charset=utf-8"),
    ] {
        assert!(text.contains(path), "{text}");
        let asset = server.anonymous().get(path).send().expect_status(200);
        let headers = (asset.header("content-type"), asset.header("content-encoding"));
        assert_eq!(headers, (Some(media_type), Some("gzip")));
        // The magic number of gzip, RFC 1952 section 2.3.1.
        assert_eq!(asset.bytes()[..2], [0x1f, 0x8b]);
    }
    let again = server.anonymous().get("/api/docs").send();
    assert!(!again.header("content-security-policy").unwrap().contains(nonce), "a nonce is used once");
}
