//! The log: a line for each request, complete by the end.

use crate::support::{builder, create, media_path, noise, one, server, text};
use serde_json::Value;
use std::collections::HashMap;
use tintype_testkit::{Client, Server, eventually};

/// Returns the line of each request of a server that logs JSON, by its id.
fn lines(server: &Server) -> HashMap<String, Value> {
    let log = server.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| Some((line.get("request_id")?.as_str()?.to_owned(), line))).collect()
}

/// Sends a `GET` with this id, and returns the length of the body that came.
#[track_caller]
fn get(client: &Client, path: &str, id: &str, status: u16) -> usize {
    client.get(path).header("X-Request-ID", id).send().expect_status(status).bytes().len()
}

#[test]
fn no_line_is_lost_when_the_server_is_told_to_end() {
    const CONNECTIONS: usize = 4;
    const REQUESTS: usize = 250;
    let mut server = server();
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let server = &server;
            scope.spawn(move || {
                let mut wire = server.connect();
                for request in 0..REQUESTS {
                    let id = format!("line-{connection}-{request}.");
                    wire.send(format!("GET /healthz HTTP/1.1\r\nHost: h\r\nX-Request-ID: {id}\r\n\r\n")).unwrap();
                    assert_eq!(wire.read_response().unwrap().status(), 200);
                }
            });
        }
    });
    assert!(server.terminate().unwrap().success());
    let log = server.log();
    for connection in 0..CONNECTIONS {
        for request in 0..REQUESTS {
            let id = format!("\"line-{connection}-{request}.\"");
            assert_eq!(log.matches(&id).count(), 1, "{id}");
        }
    }
    assert!(log.trim_end_matches('-').trim_end().ends_with("stopped"), "{log}");
}

#[test]
fn a_line_tells_who_asked_for_what_from_where_and_how_much_was_sent() {
    let mut server = builder().config("log_format", "json").start();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.bin", noise(5000, 1));
    let media = media_path(&object);
    let length = get(&admin, &one(&object), "object", 200);
    get(&anonymous, &media, "whole", 200);
    assert_eq!(anonymous.get(&media).header("Range", "bytes=0-9").header("X-Request-ID", "range").send().status(), 206);
    assert_eq!(anonymous.head(&media).header("X-Request-ID", "head").send().status(), 200);
    let refused = get(&anonymous, &one(&object), "refused", 401);
    get(&anonymous, "/nowhere", "nowhere", 404);
    assert_eq!(admin.patch(&one(&object)).form([("visibility", "private")]).send().status(), 200);
    get(&admin, &media, "private", 200);
    assert!(server.terminate().unwrap().success());

    let lines = lines(&server);
    let (file, key, user) = ("/api/media/files/{id}", "/media/{key}", Value::from(admin.username()));
    for (id, method, route, status, bytes, user) in [
        ("object", "GET", Value::from(file), 200, length, user.clone()),
        ("whole", "GET", Value::from(key), 200, 5000, Value::Null),
        ("range", "GET", Value::from(key), 206, 10, Value::Null),
        ("head", "HEAD", Value::from(key), 200, 0, Value::Null),
        ("refused", "GET", Value::from(file), 401, refused, Value::Null),
        ("private", "GET", Value::from(key), 200, 5000, user),
    ] {
        let line = lines.get(id).unwrap_or_else(|| panic!("no line `{id}`"));
        assert_eq!((&line["method"], &line["route"]), (&method.into(), &route), "{line}");
        assert_eq!((&line["status"], &line["bytes"]), (&status.into(), &bytes.into()), "{line}");
        assert_eq!((&line["client"], &line["user"]), (&"127.0.0.1".into(), &user), "{line}");
        assert!(line["ms"].is_u64() && text(line, "path").starts_with('/') && line["level"] == "INFO", "{line}");
    }
    assert_eq!(lines["nowhere"].get("route"), None, "{}", lines["nowhere"]);
}

#[test]
fn the_client_is_whom_a_trusted_proxy_names() {
    let server = builder().config("log_format", "json").config("trusted_proxies", "127.0.0.1").start();
    let anonymous = server.anonymous();
    let named = anonymous.get("/healthz").header("X-Forwarded-For", "203.0.113.9, 198.51.100.1");
    assert_eq!(named.header("X-Request-ID", "named").send().status(), 200);
    eventually("the line is written", || lines(&server).contains_key("named"));
    assert_eq!(lines(&server)["named"]["client"], "198.51.100.1");
}

#[test]
fn the_log_has_no_queries() {
    let mut server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.txt", "x");
    assert_eq!(admin.patch(&one(&object)).form([("visibility", "private")]).send().status(), 200);
    let signed = text(&admin.get(&one(&object)).send().json(), "f").to_owned();
    let signed = &signed[signed.find("/media/").unwrap()..];
    assert_eq!(anonymous.get(signed).send().status(), 200);
    assert_eq!(anonymous.get(&signed.replace("signature=", "signature=A")).send().status(), 403);
    assert_eq!(anonymous.get(&format!("{signed}&expires=1")).send().status(), 400);
    assert_eq!(admin.get("/api/media/files?search=a-secret-word&size_min=x").send().status(), 400);
    assert!(server.terminate().unwrap().success());
    let log = server.log();
    let (_, signature) = signed.split_once("signature=").unwrap();
    for secret in ["signature=", "expires=", signature, "a-secret-word", admin.token()] {
        assert!(!log.contains(secret), "`{secret}` is in the log: {log}");
    }
}
