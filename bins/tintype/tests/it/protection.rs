//! What every answer tells a browser, whatever it is an answer to.

use crate::support::{FILES, builder, create, media_path, one, text};
use serde_json::json;
use tintype_testkit::{Client, Response};

#[track_caller]
fn assert_protected(answer: &Response, status: u16, is_media: bool) {
    assert_eq!(answer.status(), status, "{answer}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer}");
    assert!(["no-referrer", "same-origin"].contains(&answer.header("referrer-policy").unwrap_or_default()), "{answer}");
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let is_closed = policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'");
    assert!(is_media || is_closed, "{answer}");
}

#[test]
fn answers_of_the_api_and_pages_load_nothing_else_and_are_framed_by_nobody() {
    let server = builder().config("cors_origins", "https://app.example.org").start();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.txt", "hello");
    let get = |client: &Client, path: &str, status| assert_protected(&client.get(path).send(), status, false);
    for path in ["/", "/healthz", "/readyz", "/api/docs", "/api/docs/swagger-ui.js", "/api/openapi.json"] {
        get(&anonymous, path, 200);
    }
    for path in [FILES, &one(&object), "/metrics", "/api/users", "/api/webhooks"] {
        get(&admin, path, 200);
    }
    for (path, status) in
        [("/nowhere", 404), ("/%2e%2e/x", 404), ("/api/nowhere", 404), (FILES, 401), ("/metrics", 401)]
    {
        get(&anonymous, path, status);
    }
    get(&admin, &format!("{FILES}?size_min=x"), 400);
    let answered = |request: tintype_testkit::Request<'_>, status| assert_protected(&request.send(), status, false);
    answered(anonymous.request("TRACE", "/"), 405);
    answered(anonymous.request("OPTIONS", FILES), 200);
    let preflight = anonymous.request("OPTIONS", FILES).header("Origin", "https://app.example.org");
    answered(preflight.header("Access-Control-Request-Method", "POST"), 200);
    answered(admin.post(FILES).json(&json!({})), 415);
    answered(admin.post("/api/webhooks").body("application/json", "{"), 400);
    answered(admin.put("/api/users").json(&json!({})), 405);
    answered(admin.patch(&one(&object)).json(&json!({"name": "b"})).header("If-Match", "\"x\""), 412);
    answered(admin.head(&one(&object)), 200);
    answered(admin.post("/api/media/uploads").header("Tus-Resumable", "0.2"), 412);
    let upload = admin.post("/api/media/uploads").header("Tus-Resumable", "1.0.0").header("Upload-Length", "3");
    let upload = upload.header("Upload-Metadata", "filename YS50eHQ=").send();
    assert_protected(&upload, 201, false);
    answered(admin.head(upload.header("location").unwrap()).header("Tus-Resumable", "1.0.0"), 200);
    answered(admin.delete(&one(&object)), 204);
}

#[test]
fn media_are_what_they_say_they_are_in_every_answer() {
    let server = builder().config("cors_origins", "*").start();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.txt", "hello");
    let media = media_path(&object);
    let answered = |request: tintype_testkit::Request<'_>, status| assert_protected(&request.send(), status, true);
    let whole = anonymous.get(&media).send();
    assert_protected(&whole, 200, true);
    answered(anonymous.head(&media), 200);
    answered(anonymous.get(&media).header("Range", "bytes=0-1"), 206);
    answered(anonymous.get(&media).header("Range", "bytes=9-"), 416);
    answered(anonymous.get(&media).header("If-None-Match", whole.header("etag").unwrap()), 304);
    answered(anonymous.get(&media).header("If-Match", "\"x\""), 412);
    answered(anonymous.get("/media/core_media/nothing.txt"), 404);
    answered(anonymous.get("/media/%ff"), 404);
    answered(anonymous.get(&format!("{media}?width=x")), 400);
    answered(anonymous.post(&media).json(&json!({})), 405);
    answered(anonymous.request("OPTIONS", &media), 200);
    let page = create(&admin, "a.html", "<!DOCTYPE html><html><script>alert(1)</script></html>");
    let served = anonymous.get(&media_path(&page)).send();
    assert_protected(&served, 200, true);
    assert_eq!(served.header("content-security-policy"), Some("sandbox; default-src 'none'"));
    assert!(served.header("content-disposition").unwrap().starts_with("attachment"), "{served}");
    let _ = admin.patch(&one(&object)).json(&json!({"visibility": "private"})).send().expect_status(200);
    answered(anonymous.get(&media), 404);
    let object = admin.get(&one(&object)).send().json();
    answered(anonymous.get(text(&object, "f")), 200);
    answered(anonymous.get(&text(&object, "f").replace("signature=", "signature=A")), 403);
}

#[test]
fn what_is_no_request_gets_an_answer_without_a_body() {
    let server = builder().start();
    let mut wire = server.connect();
    wire.send("GET / HTTP/1.1\r\nno header\r\n\r\n").unwrap();
    let answer = wire.read_response().unwrap();
    assert_eq!((answer.status(), answer.bytes().len()), (400, 0), "{answer}");
}

#[test]
fn hosts_that_clients_name_count_only_without_a_public_url() {
    let forged = |client: &Client| {
        let request = client.get(FILES).header("Host", "evil.example").header("X-Forwarded-Host", "evil.example");
        text(&request.send().expect_status(200).json()["results"][0], "f").to_owned()
    };
    let server = builder().config("public_url", "https://media.example.org").start();
    create(&server.admin(), "a.txt", "hello");
    assert!(forged(&server.admin()).starts_with("https://media.example.org/media/"));
    let server = builder().start();
    create(&server.admin(), "a.txt", "hello");
    assert!(forged(&server.admin()).starts_with("http://evil.example/media/"));
    let request = server.admin().get(FILES).header("X-Forwarded-Host", "evil.example").send();
    assert!(text(&request.json()["results"][0], "f").starts_with(&server.url()), "only trusted proxies forward");
}
