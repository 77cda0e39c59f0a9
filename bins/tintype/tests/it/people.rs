//! Users and their tokens over HTTP.

use crate::support::checks::problem;
use crate::support::{
    CHANGE, CREATE, DELETE, VIEW, assert_field_error, assert_problem, builder, create, one, server, text,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tintype_testkit::{Account, Client, Response, Server};

const USERS: &str = "/api/users";
const STRONG: &str = "correct horse battery";

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq)]
enum May {
    Anybody,
    /// Whoever has a signed link, has begun the upload, or may upload where that is on: the tests
    /// of these say who.
    Special,
    EveryUser,
    /// Admins, and staff with the code.
    Staff(u16),
    Admins,
    /// Admins, and the user that the path is about.
    AdminsAndOneself,
}

/// Every route, and who may call it.
const ROUTES: [(&str, &str, May); 49] = [
    ("GET", "/api/media/files", May::Staff(VIEW)),
    ("POST", "/api/media/files", May::Staff(CREATE)),
    ("POST", "/api/media/files/from-url", May::Special),
    ("GET", "/api/media/files/{id}", May::Staff(VIEW)),
    ("PUT", "/api/media/files/{id}", May::Staff(CHANGE)),
    ("PATCH", "/api/media/files/{id}", May::Staff(CHANGE)),
    ("DELETE", "/api/media/files/{id}", May::Staff(DELETE)),
    ("POST", "/api/media/files/{id}/restore", May::Staff(DELETE)),
    ("POST", "/api/media/files/{id}/preview", May::Staff(CHANGE)),
    ("POST", "/api/media/files/{id}/links", May::Staff(VIEW)),
    ("GET", "/api/media/tags", May::Staff(VIEW)),
    ("POST", "/api/media/archives", May::Staff(VIEW)),
    ("GET", "/api/media/archives/{id}", May::Special),
    ("GET", "/api/media/upload-links", May::Staff(CREATE)),
    ("POST", "/api/media/upload-links", May::Staff(CREATE)),
    ("POST", "/api/media/upload-links/{id}", May::Special),
    ("DELETE", "/api/media/upload-links/{id}", May::Staff(CREATE)),
    ("POST", "/api/media/uploads", May::Special),
    ("GET", "/api/media/uploads/{id}", May::Special),
    ("PATCH", "/api/media/uploads/{id}", May::Special),
    ("DELETE", "/api/media/uploads/{id}", May::Special),
    ("POST", "/api/auth/token", May::Anybody),
    ("GET", "/api/auth/me", May::EveryUser),
    ("POST", "/api/auth/password", May::EveryUser),
    ("POST", "/api/auth/logout", May::EveryUser),
    ("GET", "/api/users", May::Admins),
    ("POST", "/api/users", May::Admins),
    ("GET", "/api/users/{id}", May::AdminsAndOneself),
    ("PATCH", "/api/users/{id}", May::Admins),
    ("DELETE", "/api/users/{id}", May::Admins),
    ("GET", "/api/users/{id}/tokens", May::AdminsAndOneself),
    ("POST", "/api/users/{id}/tokens", May::AdminsAndOneself),
    // The tokens of others do not exist for users.
    ("DELETE", "/api/tokens/{id}", May::EveryUser),
    ("GET", "/api/webhooks", May::Admins),
    ("POST", "/api/webhooks", May::Admins),
    ("GET", "/api/webhooks/{id}", May::Admins),
    ("PATCH", "/api/webhooks/{id}", May::Admins),
    ("DELETE", "/api/webhooks/{id}", May::Admins),
    ("GET", "/api/webhooks/{id}/deliveries", May::Admins),
    ("GET", "/api/openapi.json", May::Anybody),
    ("GET", "/api/docs", May::Anybody),
    ("GET", "/api/docs/swagger-ui.js", May::Anybody),
    ("GET", "/api/docs/swagger-ui.css", May::Anybody),
    ("GET", "/", May::Anybody),
    // There is nothing at the path that the test asks for.
    ("GET", "/page/{version}/{asset:.*}", May::Anybody),
    ("GET", "/metrics", May::Admins),
    ("GET", "/healthz", May::Anybody),
    ("GET", "/readyz", May::Anybody),
    ("GET", "/media/{key:.*}", May::Anybody),
];

#[test]
fn every_route_is_in_the_table_of_who_may_call_it() {
    let table: BTreeSet<_> = ROUTES.iter().map(|(method, path, _)| (*method, (*path).to_owned())).collect();
    let routes: BTreeSet<_> = tintype_http::routes().into_iter().collect();
    assert_eq!(table, routes, "add new routes to `ROUTES`");
}

#[test]
fn every_route_answers_every_role_as_the_table_says() {
    let server = server();
    let other = id(&server.user([]));
    let codes = [CREATE, VIEW, CHANGE, DELETE];
    let mut roles: Vec<(&str, Vec<u16>)> = vec![("anonymous", vec![]), ("plain", codes.to_vec()), ("admin", vec![])];
    roles.push(("staff", vec![]));
    roles.extend(codes.iter().map(|code| ("staff", vec![*code])));
    for (role, codes) in &roles {
        for (method, path, may) in ROUTES.into_iter() {
            // A client for each call: one of them ends its token.
            let client = match *role {
                "anonymous" => server.anonymous(),
                "plain" => server.user(codes.iter().copied()),
                "staff" => server.staff(codes.iter().copied()),
                _ => server.admin(),
            };
            let is_user = *role != "anonymous";
            let targets = match is_user {
                true => vec![(id(&client), true), (other.clone(), false)],
                false => vec![(other.clone(), false)],
            };
            for (target, is_oneself) in targets {
                let is_about_users = path.starts_with("/api/users/");
                // What is about files or tokens names none that exists: permission goes first.
                let target = if is_about_users { target } else { "999999".to_owned() };
                let is_allowed = match may {
                    May::Special => continue,
                    May::Anybody => true,
                    May::EveryUser => is_user,
                    May::Staff(code) => *role == "admin" || (*role == "staff" && codes.contains(&code)),
                    May::Admins => *role == "admin",
                    May::AdminsAndOneself => *role == "admin" || (is_user && is_oneself),
                };
                if is_allowed && (method == "DELETE" && is_about_users || path.ends_with("logout")) {
                    continue;
                }
                let path = path
                    .replace("{id}", &target)
                    .replace("{key:.*}", "none")
                    .replace("{version}/{asset:.*}", "none/none");
                let response = client.request(method, &path).send();
                let who = format!("{role} {codes:?}: {method} {path} (own: {is_oneself}): {response}");
                match (is_allowed, is_user) {
                    (true, _) => assert!(!matches!(response.status(), 401 | 403 | 405), "{who}"),
                    (false, true) => assert_eq!(response.status(), 403, "{who}"),
                    (false, false) => assert_eq!(response.status(), 401, "{who}"),
                }
            }
        }
    }
}

#[test]
fn an_admin_creates_changes_and_deletes_a_user() {
    let server = server();
    let admin = server.admin();
    let body = json!({
        "username": "mina", "first_name": "مینا", "last_name": "راد", "email": "mina@example.org", "is_staff": true,
        "permissions": [3802, "file.create", "3803"], "password": STRONG, "unknown": 1,
    });
    let created = admin.post(USERS).json(&body).send().expect_status(201);
    let keys = [
        "id",
        "username",
        "first_name",
        "last_name",
        "full_name",
        "email",
        "is_staff",
        "is_admin",
        "is_active",
        "permissions",
        "last_login",
        "created_at",
        "has_password",
    ];
    assert_eq!(created.ordered().keys(), keys);
    let mina = created.json();
    let path = format!("{USERS}/{}", mina["id"]);
    assert_eq!(created.header("location"), Some(path.as_str()));
    let expected = json!({
        "id": mina["id"], "username": "mina", "first_name": "مینا", "last_name": "راد", "full_name": "مینا راد",
        "email": "mina@example.org", "is_staff": true, "is_admin": false, "is_active": true,
        "permissions": [3801, 3802, 3803], "last_login": null, "created_at": mina["created_at"], "has_password": true,
    });
    assert_eq!(mina, expected);
    assert_eq!(admin.get(&path).send().json(), mina);

    let client = log_in(&server, "mina", STRONG);
    assert!(client.get(&path).send().expect_status(200).json()["last_login"].is_string());
    let file = create(&client, "a.txt", "hers");

    let change = json!({"last_name": "", "email": "", "permissions": "file.view", "is_staff": "yes"});
    let changed = admin.patch(&path).json(&change).send().expect_status(200).json();
    let shown = [&changed["full_name"], &changed["email"], &changed["permissions"], &changed["is_staff"]];
    assert_eq!(shown, [&json!("مینا"), &json!(""), &json!([3802]), &json!(true)]);
    assert_eq!(admin.patch(&path).json(&json!({})).send().expect_status(200).json(), changed, "nothing is required");

    let deactivated = admin.patch(&path).form([("is_active", "false")]).send().expect_status(200).json();
    assert_eq!(deactivated["is_active"], false);
    assert_problem(&client.get(&path).send(), 401, "User inactive or deleted.");

    assert_eq!(admin.delete(&path).send().status(), 204);
    assert_problem(&admin.get(&path).send(), 404, "Not found.");
    assert_problem(&admin.delete(&path).send(), 404, "Not found.");
    assert_problem(&client.get("/api/auth/me").send(), 401, "Invalid token.");
    assert_eq!(admin.get(&one(&file)).send().expect_status(200).json()["user"], Value::Null);
}

#[test]
fn whatever_is_wrong_with_a_user_is_named() {
    let server = server();
    let admin = server.admin();
    let cases = [
        (json!({}), "username", "This field is required."),
        (json!({"username": null}), "username", "This field may not be null."),
        (json!({"username": "  "}), "username", "This field may not be blank."),
        (
            json!({"username": "two words"}),
            "username",
            "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
        ),
        (json!({"username": "x".repeat(151)}), "username", "Ensure this field has no more than 150 characters."),
        (json!({"username": admin.username()}), "username", "A user with that username already exists."),
        (
            json!({"username": "a", "first_name": "x".repeat(151)}),
            "first_name",
            "Ensure this field has no more than 150 characters.",
        ),
        (json!({"username": "a", "email": "nobody"}), "email", "Enter a valid email address."),
        (json!({"username": "a", "is_staff": "perhaps"}), "is_staff", "Must be a valid boolean."),
        (json!({"username": "a", "is_admin": null}), "is_admin", "This field may not be null."),
        (json!({"username": "a", "permissions": {}}), "permissions", "Expected a list of items."),
        (
            json!({"username": "a", "permissions": [3805]}),
            "permissions",
            "Select a valid choice. 3805 is not one of the available choices.",
        ),
        (json!({"username": "a", "permissions": [[3801]]}), "permissions", "Not a valid string."),
        (json!({"username": "a", "password": ""}), "password", "This field may not be blank."),
        (
            json!({"username": "a", "password": "short"}),
            "password",
            "This password is too short. It must contain at least 8 characters.",
        ),
        (json!({"username": "a", "password": "87654329"}), "password", "This password is entirely numeric."),
        (json!({"username": "a", "password": "Sunshine"}), "password", "This password is too common."),
        (
            json!({"username": "behrooz", "password": "behrooz99"}),
            "password",
            "The password is too similar to the username.",
        ),
        (
            json!({"username": "a", "first_name": "Behrooz", "password": "behrooz99"}),
            "password",
            "The password is too similar to the first name.",
        ),
        (
            json!({"username": "a", "last_name": "Behrooz", "password": "behrooz99"}),
            "password",
            "The password is too similar to the last name.",
        ),
        (
            json!({"username": "a", "email": "behrooz@example.org", "password": "behrooz99"}),
            "password",
            "The password is too similar to the email address.",
        ),
    ];
    for (body, field, sentence) in cases {
        let response = admin.post(USERS).json(&body).send();
        assert_field_error(&response, field, sentence);
    }
    let page = admin.get("/api/users?is_active=true").send().json();
    assert!(page["results"].as_array().unwrap().iter().all(|user| user["is_admin"] == true), "{page}");
    let short_and_numeric = problem(&admin.post(USERS).json(&json!({"username": "a", "password": "1234"})).send(), 400);
    assert_eq!(short_and_numeric["password"].as_array().unwrap().len(), 2);
}

#[test]
fn the_last_admin_stays_one() {
    let server = server();
    let admin = server.admin();
    let path = format!("{USERS}/{}", id(&admin));
    // The admin of the first start.
    server.cli(["user", "set-role", "admin", "--none"]).expect_success();
    let sentence = "The last active admin has to stay one.";
    for change in [json!({"is_active": false}), json!({"is_admin": false})] {
        assert_field_error(&admin.patch(&path).json(&change).send(), "non_field_errors", sentence);
    }
    assert_field_error(&admin.delete(&path).send(), "non_field_errors", sentence);
    assert_eq!(admin.get(&path).send().json()["is_admin"], true);

    let body = json!({"username": "second", "is_admin": true});
    assert_eq!(admin.post(USERS).json(&body).send().status(), 201);
    assert_eq!(admin.patch(&path).json(&json!({"is_admin": false})).send().status(), 200);
    assert_eq!(admin.get(&path).send().expect_status(200).json()["is_admin"], false, "one still sees oneself");
}

#[test]
fn users_are_listed_by_page_filter_and_order() {
    let server = server();
    let admin = server.admin();
    for (name, first, active) in [("bea", "Beata", true), ("carl", "Karl", false), ("dora", "Beata", true)] {
        let body =
            json!({"username": name, "first_name": first, "email": format!("{name}@example.org"), "is_active": active});
        assert_eq!(admin.post(USERS).json(&body).send().status(), 201);
    }
    let names = |query: &str| {
        let page = admin.get(&format!("{USERS}?{query}")).send().expect_status(200).json();
        let users = page["results"].as_array().unwrap().iter().filter(|user| user["is_admin"] == false);
        users.map(|user| text(user, "username")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(""), "bea carl dora");
    assert_eq!(names("ordering=-username"), "dora carl bea");
    assert_eq!(names("ordering=-first_name,username"), "carl bea dora");
    assert_eq!(names("ordering=nonsense"), "bea carl dora");
    assert_eq!(names("is_active=false"), "carl");
    assert_eq!(names("is_active=1"), "bea dora");
    assert_eq!(names("search=BEATA+dor"), "dora");
    assert_eq!(names("search=carl@example"), "carl");
    assert_field_error(&admin.get("/api/users?is_active=perhaps").send(), "is_active", "Must be a valid boolean.");

    let page = admin.get("/api/users?limit=2&offset=1&ordering=id").send();
    assert_eq!(page.ordered().keys(), ["count", "next", "previous", "results"]);
    let page = page.json();
    assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&json!(5), 2));
    assert!(text(&page, "next").ends_with("/api/users?limit=2&offset=3&ordering=id"), "{page}");
    assert!(text(&page, "previous").ends_with("/api/users?limit=2&ordering=id"), "{page}");
}

#[test]
fn a_key_is_shown_once_and_ends_with_its_token() {
    let server = server();
    let user = server.user([]);
    let tokens = format!("{USERS}/{}/tokens", id(&user));
    let created = user.post(&tokens).json(&json!({"label": "laptop", "expires_in": 3600})).send().expect_status(201);
    assert_eq!(created.ordered().keys(), ["id", "label", "token", "created_at", "expires_at"]);
    assert_eq!(created.header("cache-control"), Some("no-store"));
    let token = created.json();
    assert_eq!(token["label"], "laptop");
    assert!(token["expires_at"].is_string());
    let key = text(&token, "token").to_owned();
    let laptop = server.client(user.username(), &key);
    assert_eq!(laptop.get("/api/auth/me").send().status(), 200);

    let listed = server.admin().get(&tokens).send().expect_status(200);
    assert!(!listed.text().contains(&key) && !listed.text().contains(user.token()));
    let listed = listed.json();
    let listed = listed.as_array().unwrap();
    assert_eq!((listed.len(), &listed[1]["id"], &listed[1]["label"]), (2, &token["id"], &json!("laptop")));
    assert!(listed[1].get("token").is_none());

    let path = format!("/api/tokens/{}", token["id"]);
    let other = server.create_user("other", &Account::plain());
    assert_problem(&other.delete(&path).send(), 404, "Not found.");
    assert_eq!(user.delete(&path).send().status(), 204);
    assert_problem(&laptop.get("/api/auth/me").send(), 401, "Invalid token.");
    assert_problem(&user.delete(&path).send(), 404, "Not found.");
    let forever = user.post(&tokens).json(&json!({})).send().expect_status(201).json();
    assert_eq!((&forever["label"], &forever["expires_at"]), (&json!(""), &Value::Null));
    let small = "Ensure this value is greater than or equal to 1.";
    let great = "Ensure this value is less than or equal to 3155760000.";
    let no_number = "A valid integer is required.";
    let cases = [(json!(0), small), (json!(-1), small), (json!("x"), no_number), (json!(3_155_760_001_u64), great)];
    for (wrong, sentence) in cases {
        let response = user.post(&tokens).json(&json!({"expires_in": wrong})).send();
        assert_field_error(&response, "expires_in", sentence);
    }
    assert_problem(&server.admin().get("/api/users/4242/tokens").send(), 404, "Not found.");
}

#[test]
fn a_new_password_ends_the_other_log_ins_and_no_other_token() {
    let server = server();
    let permanent = server.create_user("behrooz", &Account::plain().password(STRONG));
    let (here, there) = (log_in(&server, "behrooz", STRONG), log_in(&server, "behrooz", STRONG));
    let change = |old: &str, new: &str| {
        here.post("/api/auth/password").json(&json!({"old_password": old, "new_password": new})).send()
    };
    let wrong = "Your old password was entered incorrectly. Please enter it again.";
    assert_field_error(&change("wrong", "another horse"), "old_password", wrong);
    assert_field_error(&change(STRONG, "behrooz99"), "new_password", "The password is too similar to the username.");
    assert_field_error(&change("", "another horse"), "old_password", "This field may not be blank.");
    assert_eq!(there.get("/api/auth/me").send().status(), 200);

    assert_eq!(change(STRONG, "another horse").status(), 204);
    assert_problem(&there.get("/api/auth/me").send(), 401, "Invalid token.");
    for client in [&here, &permanent] {
        assert_eq!(client.get("/api/auth/me").send().status(), 200);
    }
    log_in(&server, "behrooz", "another horse");

    let path = format!("{USERS}/{}", id(&permanent));
    let by_admin = server.admin().patch(&path).json(&json!({"password": "a third horse"})).send();
    assert_eq!(by_admin.status(), 200);
    assert_problem(&here.get("/api/auth/me").send(), 401, "Invalid token.");
    assert_eq!(permanent.get("/api/auth/me").send().status(), 200);
}

#[test]
fn who_has_no_password_cannot_change_it_and_guesses_are_limited() {
    let server = builder().config("login_failures", "2").start();
    let user = server.user([]);
    let guess =
        || user.post("/api/auth/password").json(&json!({"old_password": "x", "new_password": "correct horse"})).send();
    assert_eq!((guess().status(), guess().status(), guess().status()), (400, 400, 429));
}

#[test]
fn a_log_out_ends_the_token_that_was_shown() {
    let server = server();
    let permanent = server.create_user("mina", &Account::plain().password(STRONG));
    let client = log_in(&server, "mina", STRONG);
    assert_eq!(client.post("/api/auth/logout").send().status(), 204);
    assert_problem(&client.post("/api/auth/logout").send(), 401, "Invalid token.");
    assert_eq!(permanent.get("/api/auth/me").send().status(), 200);
}

#[test]
fn log_ins_live_as_long_as_configured_or_less() {
    let server = builder().config("login_lifetime", "1h").start();
    let mina = server.create_user("mina", &Account::plain().password(STRONG));
    let tokens = format!("{USERS}/{}/tokens", id(&mina));
    for (asked, seconds) in [(json!(null), 3600), (json!(60), 60), (json!(86_400), 3600)] {
        let mut body = json!({"username": "mina", "password": STRONG});
        if !asked.is_null() {
            body["expires_in"] = asked.clone();
        }
        assert_eq!(server.anonymous().post("/api/auth/token").json(&body).send().status(), 200);
        let listed = mina.get(&tokens).send().json();
        let newest = listed.as_array().unwrap().last().unwrap().clone();
        assert_eq!(newest["label"], "password login");
        let at = |member| {
            let format = &time::format_description::well_known::Rfc3339;
            time::OffsetDateTime::parse(text(&newest, member), format).unwrap()
        };
        assert_eq!((at("expires_at") - at("created_at")).whole_seconds(), seconds, "{asked}");
    }
}

#[test]
fn a_token_that_is_shown_too_often_is_told_to_wait() {
    let server = builder().config("rate_limit", "3/hour").start();
    let (user, other) = (server.user([]), server.create_user("other", &Account::plain()));
    for _ in 0..3 {
        assert_eq!(user.get("/api/auth/me").send().status(), 200);
    }
    let refused = user.get("/api/auth/me").send();
    let seconds = refused.header("retry-after").expect("`Retry-After`").parse::<u64>().unwrap();
    assert!((1190..=1200).contains(&seconds), "{seconds}");
    assert_problem(&refused, 429, &format!("Request was throttled. Expected available in {seconds} seconds."));
    assert_eq!(other.get("/api/auth/me").send().status(), 200);
    assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
}

#[track_caller]
fn log_in(server: &Server, username: &str, password: &str) -> Client {
    let body = json!({"username": username, "password": password});
    let answer: Response = server.anonymous().post("/api/auth/token").json(&body).send();
    server.client(username, text(&answer.expect_status(200).json(), "token"))
}

#[track_caller]
fn id(client: &Client) -> String {
    client.get("/api/auth/me").send().expect_status(200).json()["id"].to_string()
}
