//! The one error body, methods and paths, health.

use crate::support::checks::problem;
use crate::support::{FILES, assert_problem, create, file, local_server, one, server, text};
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;
use tintype_testkit::{Response, wait_for};

#[test]
fn what_does_not_exist_is_a_404_with_the_one_body() {
    let server = server();
    let admin = server.admin();
    let paths = [
        "/page",
        "/api",
        "/api/media",
        "/api/nothing",
        "/nothing",
        "/api/media/files/0",
        "/api/media/files/4242",
        "/api/media/files/-1",
        "/api/media/files/abc",
        "/api/media/files/1.5",
        "/api/media/files/1x",
        "/api/media/files/%31%20",
        "/api/media/files/99999999999999999999999999",
        "/api/media/files/1/nothing",
    ];
    create(&admin, "a.txt", "x");
    for path in paths {
        assert_problem(&admin.get(path).send(), 404, "Not found.");
    }
    for method in ["PATCH", "PUT", "DELETE"] {
        assert_problem(&admin.request(method, "/api/media/files/abc").send(), 404, "Not found.");
    }
}

#[test]
fn a_trailing_slash_is_accepted_on_every_api_path() {
    let server = server();
    let admin = server.admin();
    let form = file("a.txt", "x");
    let object = admin.post("/api/media/files/").multipart(&form).send().expect_status(201).json();
    let path = one(&object) + "/";
    for path in ["/api/media/files/", "/api/auth/me/", &path] {
        assert_eq!(admin.get(path).send().status(), 200, "{path}");
    }
    let change = serde_json::json!({"name": "b"});
    assert_eq!(admin.patch(&path).json(&change).send().status(), 200);
    assert_eq!(admin.put(&path).json(&change).send().status(), 200);
    assert_eq!(admin.delete(&path).send().status(), 204);
    let login = server.anonymous().post("/api/auth/token/").form([("username", "a"), ("password", "b")]).send();
    assert_eq!(login.status(), 400);
}

#[track_caller]
fn allow(response: &Response) -> BTreeSet<String> {
    let header = response.header("allow").unwrap_or_else(|| panic!("no `Allow`: {response}"));
    header.split(',').map(|method| method.trim().to_owned()).collect()
}

/// Every path with the methods it takes.
fn routes(id: &str) -> [(String, &'static [&'static str]); 4] {
    [
        (FILES.to_owned(), &["GET", "POST", "HEAD", "OPTIONS"]),
        (id.to_owned(), &["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
        ("/api/auth/token".to_owned(), &["POST", "OPTIONS"]),
        ("/api/auth/me".to_owned(), &["GET", "HEAD", "OPTIONS"]),
    ]
}

#[test]
fn other_methods_are_a_405_that_says_which_are_allowed() {
    let server = server();
    let admin = server.admin();
    let id = one(&create(&admin, "a.txt", "x"));
    for (path, allowed) in routes(&id) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if !allowed.contains(&method) {
                let response = admin.request(method, &path).send();
                assert_problem(&response, 405, &format!("Method \"{method}\" not allowed."));
                assert_eq!(
                    allow(&response),
                    allowed.iter().map(|&method| method.to_owned()).collect(),
                    "{method} {path}"
                );
            }
        }
    }
    assert_eq!(admin.get(&id).send().status(), 200);
}

#[test]
fn options_answers_with_allow() {
    let server = server();
    let admin = server.admin();
    let id = one(&create(&admin, "a.txt", "x"));
    for (path, allowed) in routes(&id) {
        for path in [path.clone(), path + "/"] {
            let response = admin.request("OPTIONS", &path).send();
            assert!([200, 204].contains(&response.status()), "{path}: {response}");
            assert_eq!(allow(&response), allowed.iter().map(|&method| method.to_owned()).collect(), "{path}");
        }
    }
}

#[test]
fn head_works_wherever_get_does() {
    let server = server();
    let admin = server.admin();
    let id = one(&create(&admin, "a.txt", "x"));
    for path in [FILES, &id, "/api/auth/me", "/healthz", "/readyz"] {
        let (get, head) = (admin.get(path).send(), admin.head(path).send());
        assert_eq!((head.status(), head.bytes()), (get.status(), &b""[..]), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
    assert_eq!(server.anonymous().head(FILES).send().status(), 401);
    assert_eq!(admin.head("/api/media/files/4242").send().status(), 404);
}

#[test]
fn an_accept_that_nothing_fits_is_answered_all_the_same() {
    let server = server();
    let admin = server.admin();
    let object = create(&admin, "a.txt", "x");
    for accept in ["application/xml", "image/webp;q=0.1, image/avif", "application/json;q=0", "nonsense"] {
        let json = admin.get(&one(&object)).header("Accept", accept).send().expect_status(200);
        assert_eq!(json.json()["id"], object["id"], "{accept}");
        let media = admin.get(text(&object, "f")).header("Accept", accept).send().expect_status(200);
        assert_eq!((media.header("content-type"), media.bytes()), (Some("text/plain"), &b"x"[..]), "{accept}");
        problem(&admin.get("/api/nothing").header("Accept", accept).send(), 404);
    }
}

#[test]
fn every_error_has_a_request_id_of_its_own() {
    let server = server();
    let admin = server.admin();
    let ids: BTreeSet<String> =
        (0..20).map(|_| problem(&admin.get("/api/nothing").send(), 404)["request_id"].to_string()).collect();
    assert_eq!(ids.len(), 20);
}

#[test]
fn json_answers_say_so_and_are_not_to_be_sniffed_or_framed_as_html() {
    let server = server();
    let admin = server.admin();
    create(&admin, "<script>.txt", "x");
    for path in [FILES, "/api/auth/me"] {
        let response = admin.get(path).send().expect_status(200);
        assert_eq!(response.header("content-type").unwrap().split(';').next(), Some("application/json"), "{path}");
    }
}

#[test]
fn malformed_http_is_refused_and_the_server_goes_on() {
    let server = server();
    let requests: [&[u8]; 8] = [
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/media/files HTTP/1.1\r\nContent-Length: x\r\nHost: h\r\n\r\n",
        b"POST /api/media/files HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        b"GET /api/media/files?search=%ff%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        b"GET /api/media/files/%ff HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    ];
    for request in requests {
        let mut connection = server.connect();
        connection.send(request).unwrap();
        connection.finish_sending().unwrap();
        let answer = connection.read_until_closed();
        let status = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            answer.is_empty() || status.starts_with("HTTP/1.1 4"),
            "{}: {status}",
            String::from_utf8_lossy(request)
        );
        assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
    }
}

#[test]
fn health_and_readiness_need_no_authentication() {
    let server = server();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.anonymous().get(path).send().status(), 200, "{path}");
    }
}

#[test]
fn readiness_names_the_storage_when_it_does_not_answer_and_recovers_with_it() {
    let server = local_server();
    create(&server.admin(), "a.txt", "x");
    let media = server.home().data_dir().join("media");
    let aside = server.home().data_dir().join("aside");
    fs::rename(&media, &aside).unwrap();
    fs::write(&media, "a file where a folder should be").unwrap();

    let ready = || server.anonymous().get("/readyz").send();
    let refused = wait_for(Duration::from_secs(10), || Some(ready()).filter(|response| response.status() == 503));
    let refused = refused.expect("readiness notices");
    assert!(refused.text().to_lowercase().contains("storage"), "{refused}");
    problem(&refused, 503);
    assert_eq!(server.anonymous().get("/healthz").send().status(), 200);

    fs::remove_file(&media).unwrap();
    fs::rename(&aside, &media).unwrap();
    assert!(wait_for(Duration::from_secs(10), || (ready().status() == 200).then_some(())).is_some());
}

#[test]
fn a_failure_inside_shows_nothing_of_it_and_is_found_in_the_log_by_its_request_id() {
    let server = local_server();
    let admin = server.admin();
    create(&admin, "a.txt", "x");
    let media = server.home().data_dir().join("media");
    fs::remove_dir_all(&media).unwrap();
    fs::write(&media, "a file where a folder should be").unwrap();
    let response = admin.upload(&file("b.txt", "x"));
    assert!(response.status() >= 500, "{response}");
    let body = problem(&response, response.status());
    let inside = server.home().path().to_string_lossy().into_owned();
    for word in [inside.as_str(), "os error", "Os {", "panicked", "media/"] {
        assert!(!response.text().contains(word), "`{word}` in {response}");
    }
    let id = body["request_id"].as_str().unwrap().to_owned();
    let logged = wait_for(Duration::from_secs(10), || server.log().contains(&id).then_some(()));
    assert!(logged.is_some(), "`{id}` is not in the log");
    assert_eq!(admin.get(FILES).send().json()["count"], 1, "nothing was recorded");
}
