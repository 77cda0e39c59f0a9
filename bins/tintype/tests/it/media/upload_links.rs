//! Uploads without a token, by links, from pages of other origins.

use crate::support::checks::problem;
use crate::support::{
    CREATE, FILES, VIEW, assert_field_error, assert_problem, builder, file, noise, server, text, wait_until_spooled,
};
use serde_json::{Value, json};
use tintype_testkit::{Account, Form, Server, eventually};

const LINKS: &str = "/api/media/upload-links";

fn link(client: &tintype_testkit::Client, options: &Value) -> String {
    let made = client.post(LINKS).json(options).send().expect_status(201).json();
    text(&made, "url").to_owned()
}

fn send(server: &Server, url: &str, form: &Form) -> tintype_testkit::Response {
    server.anonymous().post(url).multipart(form).send()
}

#[test]
fn files_belong_to_who_made_the_link_and_are_counted() {
    let server = server();
    let maker = server.create_user("maker", &Account::staff().grant([CREATE]));
    let url = link(&maker, &json!({"uploads": 2, "visibility": "private", "description": "photos", "expires_in": 60}));
    let first = send(&server, &url, &file("a.txt", "a").text("visibility", "public")).expect_status(201);
    let object = first.json();
    assert_eq!((&object["user"]["username"], text(&object, "visibility")), (&json!("maker"), "private"));
    assert_eq!(server.anonymous().get(text(&object, "f")).send().status(), 200, "its own URL is signed");
    problem(&send(&server, &url, &Form::new().text("name", "no file")), 400);
    send(&server, &url, &file("b.txt", "b")).expect_status(201).json();
    assert_problem(&send(&server, &url, &file("c.txt", "c")), 403, "The link is used up.");
    let listed = maker.get(LINKS).send().expect_status(200).json()["results"][0].clone();
    assert_eq!((&listed["used"], &listed["uploads"], text(&listed, "url")), (&json!(2), &json!(2), url.as_str()));
    assert_eq!(server.admin().get(FILES).send().expect_status(200).json()["count"], 2);
}

#[test]
fn links_say_what_may_be_uploaded() {
    let server = server();
    let admin = server.admin();
    let url = link(&admin, &json!({"max_size": 1000, "allowed_types": ["text", "image/png"], "uploads": 1}));
    assert_problem(&send(&server, &url, &file("a.bin", noise(1001, 1))), 413, "The file is larger than 1000 B.");
    problem(&send(&server, &url, &file("a.pdf", crate::support::PDF)), 415);
    send(&server, &url, &file("a.txt", "refused ones were not counted")).expect_status(201).json();
    for (options, field, message) in [
        (json!({"uploads": 0}), "uploads", "Ensure this value is greater than or equal to 1."),
        (json!({"max_size": "big"}), "max_size", "A valid integer is required."),
        (json!({"allowed_types": ["cookies"]}), "allowed_types", "\"cookies\" is not a valid choice."),
        (json!({"expires_in": 604_801}), "expires_in", "Ensure this value is less than or equal to 604800."),
        (json!({"visibility": "secret"}), "visibility", "\"secret\" is not a valid choice."),
    ] {
        assert_field_error(&admin.post(LINKS).json(&options).send(), field, message);
    }
}

#[test]
fn links_are_for_those_who_may_upload_and_end_with_their_right() {
    let server = server();
    let maker = server.create_user("maker", &Account::staff().grant([CREATE]));
    let other = server.create_user("other", &Account::staff().grant([CREATE]));
    assert_eq!(server.staff([VIEW]).post(LINKS).json(&json!({})).send().status(), 403);
    assert_eq!(server.anonymous().post(LINKS).json(&json!({})).send().status(), 401);
    let made = maker.post(LINKS).json(&json!({"uploads": 9})).send().expect_status(201).json();
    let (url, one) = (text(&made, "url"), format!("{LINKS}/{}", made["id"]));
    let invalid = |url: &str| assert_problem(&send(&server, url, &file("a.txt", "a")), 403, "The link is not valid.");
    invalid(url.split('?').next().unwrap());
    invalid(&url.replace("signature=", "signature=A"));
    invalid(&url.replace("upload-links/1", "upload-links/2"));
    assert_eq!(other.get(LINKS).send().expect_status(200).json()["count"], 0);
    assert_eq!(server.admin().get(LINKS).send().expect_status(200).json()["count"], 1);
    assert_eq!(other.delete(&one).send().status(), 404);
    server.home().cli(["user", "revoke", "maker", "file.create"]).expect_success();
    invalid(url);
    server.home().cli(["user", "grant", "maker", "file.create"]).expect_success();
    send(&server, url, &file("a.txt", "a")).expect_status(201).json();
    server.home().cli(["user", "deactivate", "maker"]).expect_success();
    invalid(url);
    assert_eq!(server.admin().delete(&one).send().status(), 204);
    server.home().cli(["user", "activate", "maker"]).expect_success();
    invalid(url);
    assert_eq!(server.anonymous().delete(&one).send().status(), 401);
}

#[test]
fn an_upload_under_way_has_its_place_until_it_fails() {
    let server = server();
    let url = link(&server.admin(), &json!({}));
    let path = url.strip_prefix(&server.url()).unwrap();
    let form = Form::new();
    let (before, _) = form.around_file("f", "slow.bin");
    let mut connection = server.connect();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\nContent-Length: 1000000\r\n\r\n",
        form.content_type()
    );
    connection.send(head).unwrap();
    connection.send(before).unwrap();
    connection.send(noise(300_000, 1)).unwrap();
    wait_until_spooled(&server);
    assert_problem(&send(&server, &url, &file("a.txt", "a")), 403, "The link is used up.");
    drop(connection);
    eventually("the place is free again", || send(&server, &url, &file("a.txt", "a")).status() == 201);
}

#[test]
fn of_many_uploads_at_once_as_many_succeed_as_the_link_allows() {
    let server = server();
    let url = link(&server.admin(), &json!({"uploads": 3}));
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let upload = |number: usize| send(&server, &url, &file(&format!("{number}.txt"), "x")).status();
        let threads: Vec<_> = (0..10).map(|number| scope.spawn(move || upload(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 3, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 403).count(), 7, "{answers:?}");
}

#[test]
fn pages_of_the_configured_origins_may_use_the_api() {
    let server = builder().config("cors_origins", "https://www.example.org, http://localhost:3000").start();
    let admin = server.admin();
    let url = link(&admin, &json!({}));
    for (path, methods) in
        [(FILES, "GET, HEAD, POST, OPTIONS"), (&url, "POST, DELETE, OPTIONS"), ("/media/a", "GET, HEAD, OPTIONS")]
    {
        let ask = |origin: &str| {
            let anonymous = server.anonymous();
            let request = anonymous.request("OPTIONS", path).header("Origin", origin);
            request.header("Access-Control-Request-Method", "POST").send().expect_status(200)
        };
        let answer = ask("http://localhost:3000");
        assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:3000"));
        assert_eq!(
            (answer.header("access-control-allow-methods"), answer.header("allow")),
            (Some(methods), Some(methods))
        );
        assert!(answer.header("access-control-allow-headers").unwrap().contains("Authorization"), "{answer}");
        let refused = ask("https://example.org");
        assert_eq!((refused.header("access-control-allow-origin"), refused.header("vary")), (None, Some("Origin")));
    }
    let anonymous = server.anonymous();
    let sent = anonymous.post(&url).header("Origin", "https://www.example.org").multipart(&file("a.txt", "a"));
    let answer = sent.send().expect_status(201);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://www.example.org"));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("Location"), "{answer}");
    assert_eq!(server.anonymous().get(FILES).send().header("vary"), Some("Origin"), "without an `Origin` as well");
    assert_eq!(server.anonymous().get("/media/a").send().header("vary"), Some("Origin"));
}

#[test]
fn every_origin_gets_no_credentials_and_none_gets_nothing() {
    let ask =
        |server: &Server| server.admin().get(FILES).header("Origin", "https://a.example").send().expect_status(200);
    let answer = ask(&builder().config("cors_origins", "*").start());
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!((answer.header("access-control-allow-credentials"), answer.header("vary")), (None, None));
    let answer = ask(&server());
    assert!(!answer.headers().iter().any(|(name, _)| name.starts_with("access-control")), "{answer}");
    for origins in ["example.org", "https://example.org/", "https://example.org,*", "ftp://example.org"] {
        let output = builder().config("cors_origins", origins).prepare().unwrap().cli(["config"]);
        assert!(output.code() == Some(1) && output.stderr.contains("cors_origins"), "{output:?}");
    }
}

#[test]
fn resumable_uploads_come_by_links() {
    let server = server();
    let maker = server.create_user("maker", &Account::staff().grant([CREATE]));
    let options = json!({"max_size": 10, "allowed_types": ["text"], "visibility": "private", "uploads": 1});
    let url = link(&maker, &options);
    let anonymous = server.anonymous();
    let tus = |method: &str, url: &str| anonymous.request(method, url).header("Tus-Resumable", "1.0.0");
    let begin = |length: &str| tus("POST", &url).header("Upload-Length", length);
    // `a.txt`
    let name = ("Upload-Metadata", "filename YS50eHQ=");
    assert_problem(&begin("11").header(name.0, name.1).send(), 413, "The file is larger than 10 B.");
    problem(&begin("4").send(), 400);
    problem(&begin("4").header(name.0, name.1).header("Upload-Concat", "partial").send(), 400);
    let begun = begin("4").header(name.0, name.1).send().expect_status(201);
    assert_eq!(begun.header("tus-resumable"), Some("1.0.0"));
    let at = begun.header("location").unwrap().to_owned();
    let (unsigned, _) = at.split_once('?').expect("a signature");
    // It has the only place.
    assert_problem(&begin("4").header(name.0, name.1).send(), 403, "The link is used up.");
    problem(&tus("GET", unsigned).send(), 401);
    problem(&tus("GET", &at.replace("signature=", "signature=x")).send(), 403);
    let bytes = |offset: &str, bytes: &'static [u8]| {
        let request = tus("PATCH", &at).header("Upload-Offset", offset);
        request.body("application/offset+octet-stream", bytes).send()
    };
    assert_eq!(bytes("0", b"te").expect_status(204).header("upload-offset"), Some("2"));
    assert_eq!(tus("HEAD", &at).send().expect_status(200).header("upload-offset"), Some("2"));
    let file = bytes("2", b"xt").expect_status(204).header("upload-file").unwrap().to_owned();
    let file = server.admin().get(&file).send().expect_status(200).json();
    assert_eq!((&file["user"]["username"], text(&file, "visibility")), (&json!("maker"), "private"));
    let listed = maker.get(LINKS).send().expect_status(200).json()["results"][0].clone();
    assert_eq!(listed["used"], 1);
}

#[test]
fn an_ended_resumable_upload_gives_its_place_back() {
    let server = server();
    let url = link(&server.admin(), &json!({"uploads": 1}));
    let anonymous = server.anonymous();
    let tus = |method: &str, url: &str| anonymous.request(method, url).header("Tus-Resumable", "1.0.0");
    let begin = || tus("POST", &url).header("Upload-Defer-Length", "1").header("Upload-Metadata", "filename YS50eHQ=");
    let at = begin().send().expect_status(201).header("location").unwrap().to_owned();
    problem(&begin().send(), 403);
    let _ = tus("DELETE", &at).send().expect_status(204);
    problem(&tus("GET", &at).send(), 404);
    let _ = begin().send().expect_status(201);
}

#[test]
fn links_are_listed_in_pages() {
    let server = server();
    let admin = server.admin();
    for _ in 0..3 {
        link(&admin, &json!({}));
    }
    let page = admin.get(LINKS).query([("limit", "2")]).send().expect_status(200).json();
    assert_eq!(
        (&page["count"], page["results"].as_array().unwrap().len(), &page["previous"]),
        (&json!(3), 2, &Value::Null)
    );
    assert_eq!(page["results"][0]["id"], 3, "the newest first");
    let next = admin.get(text(&page, "next")).send().expect_status(200).json();
    assert_eq!((&next["results"][0]["id"], &next["next"]), (&json!(1), &Value::Null));
    assert!(text(&next, "previous").ends_with("/api/media/upload-links?limit=2"));
}
