//! The token endpoint, and who one is.

use crate::support::checks::problem;
use crate::support::{FILES, VIEW, assert_field_error, assert_problem, server};
use serde_json::{Value, json};
use tintype_testkit::{Account, Form, Response, Server};

const PATH: &str = "/api/auth/token";
const WRONG: &str = "Unable to log in with provided credentials.";

fn log_in(server: &Server, username: &str, password: &str) -> Response {
    server.anonymous().post(PATH).json(&json!({"username": username, "password": password})).send()
}

#[test]
fn a_password_gives_a_token_that_works() {
    let server = server();
    server.create_user("mina", &Account::staff().grant([VIEW]).password("گذرواژه  with spaces "));
    let client = server.anonymous();
    let fields = [("username", "mina"), ("password", "گذرواژه  with spaces ")];
    let form = Form::new().text("username", "mina").text("password", "گذرواژه  with spaces ");
    let answers = [
        client.post(PATH).json(&json!({"username": "mina", "password": "گذرواژه  with spaces "})).send(),
        client.post(PATH).form(fields).send(),
        client.post(PATH).multipart(&form).send(),
    ];
    for answer in answers {
        let answer = answer.expect_status(200);
        assert_eq!(answer.ordered().keys(), ["token"]);
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        let mina = server.client("mina", &token);
        assert_eq!(mina.get("/api/auth/me").send().json()["username"], "mina");
        assert_eq!(mina.get(FILES).send().status(), 200);
    }
}

#[test]
fn whatever_is_wrong_with_the_credentials_the_answer_is_the_same() {
    let server = server();
    server.create_user("mina", &Account::staff().password("right"));
    server.create_user("gone", &Account::staff().password("right"));
    server.create_user("no-password", &Account::staff());
    server.cli(["user", "deactivate", "gone"]).expect_success();
    let cases = [
        ("mina", "wrong"),
        ("mina", "right "),
        ("mina", "RIGHT"),
        ("Mina", "right"),
        ("nobody", "right"),
        ("gone", "right"),
        ("no-password", "x"),
        ("no-password", "!"),
        ("' OR 1=1 --", "x"),
    ];
    for (username, password) in cases {
        let response = log_in(&server, username, password);
        assert_eq!(response.status(), 400, "{username} {password}: {response}");
        assert_field_error(&response, "non_field_errors", WRONG);
    }
    assert_eq!(log_in(&server, "mina", "right").status(), 200);
}

#[test]
fn missing_and_blank_fields_are_named() {
    let server = server();
    let required = json!(["This field is required."]);
    let blank = json!(["This field may not be blank."]);
    let null = json!(["This field may not be null."]);
    let cases = [
        (json!({}), required.clone(), required.clone()),
        (json!({"username": "a"}), Value::Null, required.clone()),
        (json!({"password": "a"}), required, Value::Null),
        (json!({"username": "", "password": "a"}), blank.clone(), Value::Null),
        (json!({"username": "a", "password": ""}), Value::Null, blank),
        (json!({"username": "a", "password": null}), Value::Null, null),
    ];
    for (body, username, password) in cases {
        let answer = problem(&server.anonymous().post(PATH).json(&body).send(), 400);
        assert_eq!((&answer["username"], &answer["password"]), (&username, &password), "{body}");
    }
}

#[test]
fn only_post_and_only_forms_and_json() {
    let server = server();
    let client = server.anonymous();
    let response = client.get(PATH).send();
    assert_problem(&response, 405, "Method \"GET\" not allowed.");
    let response = client.post(PATH).body("text/plain", "x").send();
    assert_problem(&response, 415, "Unsupported media type \"text/plain\" in request.");
    let response = client.post(PATH).body("application/json", "{").send();
    assert!(problem(&response, 400)["detail"].as_str().unwrap().starts_with("JSON parse error - "), "{response}");
}

#[test]
fn a_stale_token_in_the_header_does_not_keep_one_from_logging_in() {
    let server = server();
    server.create_user("mina", &Account::staff().password("right"));
    let stale = server.anonymous().with_authorization("Token stale");
    let response = stale.post(PATH).form([("username", "mina"), ("password", "right")]).send();
    assert_eq!(response.status(), 200, "{response}");
}

#[test]
fn the_password_never_reaches_the_log() {
    let mut server = server();
    server.create_user("mina", &Account::staff().password("pa55-in-the-log"));
    let token =
        log_in(&server, "mina", "pa55-in-the-log").expect_status(200).json()["token"].as_str().unwrap().to_owned();
    log_in(&server, "mina", "wr0ng-in-the-log").json();
    server.client("mina", &token).get("/api/auth/me").send().expect_status(200).json();
    server.terminate().unwrap();
    for secret in ["pa55-in-the-log", "wr0ng-in-the-log", &token] {
        assert!(!server.log().contains(secret), "`{secret}` is in the log");
    }
}

#[test]
fn me_says_who_one_is_and_nothing_else() {
    let server = server();
    let account = Account::staff().grant(["3803", "file.create"]).names("مینا", "راد");
    let response = server.create_user("mina", &account).get("/api/auth/me").send().expect_status(200);
    assert_eq!(response.ordered().keys(), ["id", "username", "full_name", "is_staff", "is_admin", "permissions"]);
    let me = response.json();
    assert!(me["id"].is_u64());
    let expected = json!({
        "id": me["id"], "username": "mina", "full_name": "مینا راد", "is_staff": true, "is_admin": false,
        "permissions": [3801, 3803],
    });
    assert_eq!(me, expected);
}

#[test]
fn me_tells_the_roles_apart() {
    let server = server();
    let cases = [(server.user([VIEW]), false, false), (server.staff([]), true, false), (server.admin(), false, true)];
    for (client, is_staff, is_admin) in cases {
        let me = client.get("/api/auth/me").send().expect_status(200).json();
        assert_eq!(me["is_admin"], is_admin, "{me}");
        // An admin may count as staff or not.
        assert!(me["is_staff"] == is_staff || is_admin, "{me}");
    }
    let me = server.user([VIEW]).get("/api/auth/me").send().json();
    assert_eq!(me["permissions"], json!([3802]), "what is granted is told, whatever it is worth");
}
