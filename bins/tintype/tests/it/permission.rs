//! Role × permission × endpoint, whole.

use crate::support::checks::problem;
use crate::support::{
    CHANGE, CREATE, DELETE, FILES, VIEW, assert_problem, create, fetch, file, local_server, noise, one, server,
    stored_keys, unnamed_bytes, wire,
};
use serde_json::{Value, json};
use tintype_testkit::{Account, Client, Form, Response, Server, eventually};

const ALL: [u16; 4] = [CREATE, VIEW, CHANGE, DELETE];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Anonymous,
    Plain,
    Staff,
    Admin,
}

/// What an endpoint asks for, how it is called on a file, and the status when it is allowed.
type Endpoint = (&'static str, u16, fn(&Client, &str) -> Response, u16);

const ENDPOINTS: [Endpoint; 8] = [
    ("upload", CREATE, |client, _| client.upload(&file("new.txt", "new")), 201),
    ("list", VIEW, |client, _| client.get(FILES).send(), 200),
    ("list, head", VIEW, |client, _| client.head(FILES).send(), 200),
    ("retrieve", VIEW, |client, path| client.get(path).send(), 200),
    ("retrieve, head", VIEW, |client, path| client.head(path).send(), 200),
    ("patch", CHANGE, |client, path| client.patch(path).json(&json!({"description": "changed"})).send(), 200),
    ("put", CHANGE, |client, path| client.put(path).json(&json!({"description": "changed"})).send(), 200),
    ("delete", DELETE, |client, path| client.delete(path).send(), 204),
];

fn client(server: &Server, role: Role, codes: &[u16]) -> Client {
    let codes = codes.iter().copied();
    match role {
        Role::Anonymous => server.anonymous(),
        Role::Plain => server.user(codes),
        Role::Staff => server.staff(codes),
        Role::Admin => server.admin(),
    }
}

#[test]
fn every_role_with_every_permission_at_every_endpoint_is_as_the_table_says() {
    let server = server();
    let admin = server.admin();
    let mut actors: Vec<(Role, Vec<u16>)> =
        vec![(Role::Anonymous, vec![]), (Role::Plain, vec![]), (Role::Plain, ALL.to_vec()), (Role::Admin, vec![])];
    // Every subset of the codes, so that no code opens a second door.
    for bits in 0..16_u8 {
        let codes = ALL.into_iter().enumerate().filter(|(position, _)| bits >> position & 1 == 1);
        actors.push((Role::Staff, codes.map(|(_, code)| code).collect()));
    }
    for (role, codes) in actors {
        let client = client(&server, role, &codes);
        for (name, code, call, success) in ENDPOINTS {
            let object = create(&admin, "there.txt", "there");
            let response = call(&client, &one(&object));
            let allowed = role == Role::Admin || (role == Role::Staff && codes.contains(&code));
            let refusal = if role == Role::Anonymous { 401 } else { 403 };
            let expected = if allowed { success } else { refusal };
            assert_eq!(response.status(), expected, "{role:?} with {codes:?}: {name}: {response}");
            if !allowed {
                let after = admin.get(&one(&object)).send();
                assert_eq!(after.json(), object, "{role:?} with {codes:?}: {name} was refused and done");
            }
        }
    }
}

#[test]
fn a_refusal_is_the_one_error_body() {
    let server = server();
    let object = create(&server.admin(), "a.txt", "a");
    let client = server.staff([]);
    for (name, _, call, _) in ENDPOINTS.into_iter().filter(|(name, ..)| !name.ends_with("head")) {
        let response = call(&client, &one(&object));
        assert_eq!(response.status(), 403, "{name}");
        assert_problem(&response, 403, "You do not have permission to perform this action.");
    }
}

#[test]
fn permission_is_asked_before_existence() {
    let server = server();
    let client = server.staff([]);
    for method in ["GET", "PATCH", "PUT", "DELETE"] {
        let response = client.request(method, "/api/media/files/4242").send();
        assert_problem(&response, 403, "You do not have permission to perform this action.");
    }
}

/// How a right is lost, the status then, and what does it.
type Loss<'a> = (&'static str, u16, &'a dyn Fn(&Client));

#[test]
fn whoever_loses_the_right_while_its_bytes_come_gets_nothing_kept() {
    let server = local_server();
    let lose: [Loss<'_>; 3] = [
        ("revoked token", 401, &|client| {
            let tokens = server.cli(["token", "list", client.username(), "--json"]).expect_success().stdout;
            let id = serde_json::from_str::<Value>(&tokens).unwrap()[0]["id"].to_string();
            server.cli(["token", "revoke", &id]).expect_success();
        }),
        ("deactivated user", 401, &|client| {
            server.cli(["user", "deactivate", client.username()]).expect_success();
        }),
        ("revoked permission", 403, &|client| {
            server.cli(["user", "revoke", client.username(), "3801", "3803"]).expect_success();
        }),
    ];
    let kept = create(&server.admin(), "kept.txt", "first");
    let before = stored_keys(&server);
    for (number, (what, status, lose)) in lose.into_iter().enumerate() {
        for (path, method) in [(FILES.to_owned(), "POST"), (one(&kept), "PATCH")] {
            let client = server.create_user(
                &format!("user-{number}-{}", method.to_lowercase()),
                &Account::staff().grant([CREATE, CHANGE]),
            );
            let form = Form::new();
            let (head, tail) = form.around_file("f", "a.bin");
            let content = noise(400_000, 1);
            let length = head.len() + content.len() + tail.len();
            let mut connection = wire::begin(&server, &client, method, &path, length, &form.content_type());
            connection.send(head).unwrap();
            connection.send(&content[..300_000]).unwrap();
            eventually("some of it has come", || unnamed_bytes(&server) > 0);
            lose(&client);
            connection.send(&content[300_000..]).unwrap();
            connection.send(tail).unwrap();
            let answer = connection.read_response().unwrap();
            assert_eq!(problem(&answer, status)["status"], status, "{what}, {method}");
            eventually("what had come is let go", || unnamed_bytes(&server) == 0);
        }
    }
    assert_eq!(fetch(&server, &kept), b"first");
    assert_eq!(server.admin().get(FILES).send().json()["count"], 1);
    eventually("nothing is left", || stored_keys(&server) == before);
}
