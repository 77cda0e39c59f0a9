//! Who is asking: the table of the contract, and that it comes before everything else.

use crate::support::{CREATE, FILES, VIEW, assert_problem, create, server, wire};
use serde_json::json;
use std::time::Duration;
use tintype_testkit::{Account, Client, Server, wait_for};

const NOT_PROVIDED: &str = "Authentication credentials were not provided.";
const NO_CREDENTIALS: &str = "Invalid token header. No credentials provided.";
const SPACES: &str = "Invalid token header. Token string should not contain spaces.";
const INVALID: &str = "Invalid token.";
const INACTIVE: &str = "User inactive or deleted.";

/// Every endpoint that asks who is there.
const GUARDED: [(&str, &str); 8] = [
    ("POST", FILES),
    ("GET", FILES),
    ("GET", "/api/media/files/1"),
    ("PATCH", "/api/media/files/1"),
    ("PUT", "/api/media/files/1"),
    ("DELETE", "/api/media/files/1"),
    ("GET", "/api/media/tags"),
    ("GET", "/api/auth/me"),
];

#[test]
fn every_guarded_endpoint_refuses_every_bad_header_with_its_own_detail() {
    let server = server();
    let admin = server.admin();
    create(&admin, "a.txt", "present, so that a 404 cannot hide a missing check");
    let key = admin.token();
    let cases = [
        (None, NOT_PROVIDED),
        (Some(String::new()), NOT_PROVIDED),
        (Some(key.to_owned()), NOT_PROVIDED),
        (Some("Basic dXNlcjpwYXNz".to_owned()), NOT_PROVIDED),
        (Some("Token".to_owned()), NO_CREDENTIALS),
        (Some("tOkEn".to_owned()), NO_CREDENTIALS),
        (Some("Bearer".to_owned()), NO_CREDENTIALS),
        (Some("Token a b".to_owned()), SPACES),
        (Some(format!("Bearer {key} x")), SPACES),
        (Some("Token unknown".to_owned()), INVALID),
        (Some(format!("Token {key}x")), INVALID),
        (Some(format!("Token {}", &key[..key.len() - 1])), INVALID),
        (Some(format!("Token {}", "f".repeat(10_000))), INVALID),
    ];
    for (method, path) in GUARDED {
        for (header, detail) in &cases {
            let client = server.anonymous();
            let client = header.as_deref().map_or(client.clone(), |value| client.with_authorization(value));
            assert_problem(&client.request(method, path).send(), 401, detail);
        }
    }
}

#[test]
fn a_token_with_bytes_that_are_not_text_is_refused() {
    let server = server();
    let mut request = b"GET /api/auth/me HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Token ".to_vec();
    request.extend_from_slice(b"\xFF\xFE\r\n\r\n");
    let mut connection = server.connect();
    connection.send(request).unwrap();
    let response = connection.read_response().unwrap();
    assert_problem(&response, 401, "Invalid token header. Token string should not contain invalid characters.");
}

#[test]
fn the_scheme_is_token_or_bearer_in_any_case() {
    let server = server();
    let user = server.user([]);
    for scheme in ["Token", "token", "TOKEN", "Bearer", "bearer", "BEARER"] {
        let client = server.anonymous().with_authorization(&format!("{scheme} {}", user.token()));
        let me = client.get("/api/auth/me").send().expect_status(200).json();
        assert_eq!(me["username"], user.username(), "with `{scheme}`");
    }
}

#[test]
fn spaces_around_the_header_are_not_part_of_the_token() {
    let server = server();
    let client = server.anonymous().with_authorization(&format!("  Token   {}  ", server.user([]).token()));
    assert_eq!(client.get("/api/auth/me").send().status(), 200);
}

#[test]
fn a_revoked_token_holds_no_longer_and_the_users_other_tokens_do() {
    let server = server();
    let first = server.user([]);
    let second = another_token(&server, &first, &[]);
    let ids = token_ids(&server, first.username());
    assert_eq!(ids.len(), 2);
    server.cli(["token", "revoke", &ids[0]]).expect_success();

    let mut refused = Vec::new();
    for (number, client) in [&first, &second].into_iter().enumerate() {
        let response = client.get("/api/auth/me").send();
        if response.status() != 200 {
            assert_problem(&response, 401, INVALID);
            refused.push(number);
        }
    }
    assert_eq!(refused.len(), 1, "exactly the revoked token is refused");
    server.cli(["token", "revoke", &ids[1]]).expect_success();
    for client in [&first, &second] {
        assert_problem(&client.get("/api/auth/me").send(), 401, INVALID);
    }
}

#[test]
fn an_expired_token_is_refused_like_an_unknown_one() {
    let server = server();
    let user = server.user([]);
    let brief = another_token(&server, &user, &["--expires", "2s"]);
    let long = another_token(&server, &user, &["--expires", "90d", "--label", "laptop"]);
    let refusal = wait_for(Duration::from_secs(15), || {
        let response = brief.get("/api/auth/me").send();
        (response.status() != 200).then_some(response)
    });
    assert_problem(&refusal.expect("the token expires"), 401, INVALID);
    assert_eq!(long.get("/api/auth/me").send().status(), 200);
}

#[test]
fn deactivating_a_user_holds_at_once_and_activating_undoes_it() {
    let server = server();
    let user = server.staff([VIEW]);
    assert_eq!(user.get(FILES).send().status(), 200);
    server.cli(["user", "deactivate", user.username()]).expect_success();
    for (method, path) in GUARDED {
        assert_problem(&user.request(method, path).send(), 401, INACTIVE);
    }
    server.cli(["user", "activate", user.username()]).expect_success();
    assert_eq!(user.get(FILES).send().status(), 200);
}

#[test]
fn grants_and_revocations_hold_for_the_next_request() {
    let server = server();
    let user = server.staff([]);
    for _ in 0..2 {
        assert_eq!(user.get(FILES).send().status(), 403);
        server.cli(["user", "grant", user.username(), "file.view"]).expect_success();
        assert_eq!(user.get(FILES).send().status(), 200);
        server.cli(["user", "revoke", user.username(), "3802"]).expect_success();
    }
    assert_eq!(user.get(FILES).send().status(), 403);
}

#[test]
fn what_will_be_refused_is_refused_before_its_bytes_are_taken() {
    let server = server();
    let stranger = server.anonymous();
    let (nobody, somebody) = (server.staff([VIEW]), server.staff([CREATE]));
    let form = "multipart/form-data; boundary=b";
    let cases = [
        (&stranger, "POST", FILES, form, 401),
        (&stranger, "PATCH", "/api/media/files/1", form, 401),
        (&nobody, "POST", FILES, form, 403),
        (&nobody, "PUT", "/api/media/files/1", form, 403),
        (&somebody, "POST", FILES, form, 413),
        (&somebody, "POST", FILES, "text/plain", 415),
    ];
    for expect in [None, Some(("Expect", "100-continue"))] {
        for (client, method, path, content_type, status) in cases {
            let headers = [("Content-Type", content_type), ("Content-Length", "10000000000")].into_iter().chain(expect);
            let headers: Vec<_> = headers.collect();
            let mut connection = server.connect();
            connection.send(wire::head(client, method, path, &headers)).unwrap();
            let response = connection.read_response().unwrap_or_else(|error| panic!("{method} {path}: {error}"));
            crate::support::checks::problem(&response, status);
        }
    }
}

#[test]
fn the_body_of_a_refused_upload_is_never_taken_for_a_request() {
    let server = server();
    let smuggled = "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n".repeat(3);
    let length = smuggled.len().to_string();
    let headers = [("Content-Type", "multipart/form-data; boundary=b"), ("Content-Length", length.as_str())];
    let mut connection = server.connect();
    let honest = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    connection.send(wire::head(&server.anonymous(), "POST", FILES, &headers) + &smuggled + honest).unwrap();
    let answers = String::from_utf8(connection.read_until_closed()).unwrap();
    assert!(answers.starts_with("HTTP/1.1 401 "), "{answers}");
    assert!(answers.matches("HTTP/1.1 ").count() <= 2, "the body was answered as well: {answers}");
}

/// Returns a client with one more token of the same user.
#[track_caller]
fn another_token(server: &Server, user: &Client, arguments: &[&str]) -> Client {
    let command = ["token", "create", user.username()].into_iter().chain(arguments.iter().copied());
    server.client(user.username(), server.cli(command).expect_success().stdout.trim())
}

/// Returns the ids of a user's tokens, as `token revoke` takes them.
#[track_caller]
pub(crate) fn token_ids(server: &Server, username: &str) -> Vec<String> {
    let listed = server.cli(["token", "list", username, "--json"]).expect_success().stdout;
    let tokens: Vec<serde_json::Value> = serde_json::from_str(&listed).expect("a JSON array");
    tokens.iter().map(|token| token["id"].to_string().trim_matches('"').to_owned()).collect()
}

#[test]
fn answers_of_the_api_are_for_nobody_else_and_tokens_are_not_kept() {
    let server = server();
    server.create_user("ada", &Account::plain().password("lovelace-1843"));
    let credentials = json!({"username": "ada", "password": "lovelace-1843"});
    let answer = server.anonymous().post("/api/auth/token").json(&credentials).send().expect_status(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
    let admin = server.admin();
    for answer in [admin.get(FILES).send(), admin.get("/api/auth/me").send(), server.anonymous().get(FILES).send()] {
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"), "{answer}");
    }
    assert_eq!(admin.get("/healthz").send().header("cache-control"), None);
}
