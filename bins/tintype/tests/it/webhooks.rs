//! Events that are sent to other servers.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tintype_testkit::{Builder, Client, Server, eventually};

use crate::support::checks::problem;
use crate::support::host::{Asked, Host, answer};
use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, PDF, assert_field_error, builder, checksum, create, file, one, results, server, text};

const WEBHOOKS: &str = "/api/webhooks";
const ALL: [&str; 4] = ["file.created", "file.changed", "file.deleted", "preview.ready"];

/// Returns a server that may send to this machine.
fn reaching() -> Builder {
    builder().config("webhook_private", "true")
}

/// Creates a webhook of events, all where there are none, and returns its object.
#[track_caller]
fn subscribe(client: &Client, host: &Host, events: &[&str]) -> Value {
    let mut body = json!({"url": host.url("/hook?a=b")});
    if !events.is_empty() {
        body["events"] = json!(events);
    }
    client.post(WEBHOOKS).json(&body).send().expect_status(201).json()
}

fn path(webhook: &Value) -> String {
    format!("{WEBHOOKS}/{}", webhook["id"])
}

#[track_caller]
fn deliveries(client: &Client, webhook: &Value) -> Vec<Value> {
    let page = client.get(&format!("{}/deliveries", path(webhook))).send().expect_status(200).json();
    results(&page).to_vec()
}

/// Waits until a host was asked so many times, and returns what.
#[track_caller]
fn received(host: &Host, count: usize) -> Vec<(Asked, Value)> {
    eventually("the events have come", || host.asked().len() >= count);
    let asked = host.asked();
    assert_eq!(asked.len(), count);
    asked.into_iter().map(|asked| (asked.clone(), serde_json::from_slice(&asked.body).unwrap())).collect()
}

/// Asserts what a receiver checks, written anew: HMAC-SHA256 by its definition (RFC 2104).
#[track_caller]
pub(crate) fn assert_signed(asked: &Asked, secret: &str) {
    let mut key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    key.resize(64, 0);
    let padded = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let (id, at) = (asked.header("webhook-id").unwrap(), asked.header("webhook-timestamp").unwrap());
    let signed = [format!("{id}.{at}.").into_bytes(), asked.body.clone()].concat();
    let inner = Sha256::digest([padded(0x36), signed].concat());
    let outer = Sha256::digest([padded(0x5c), inner.to_vec()].concat());
    assert_eq!(asked.header("webhook-signature"), Some(format!("v1,{}", STANDARD.encode(outer)).as_str()));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(at.parse::<u64>().unwrap().abs_diff(now) < 120, "{at}");
}

#[test]
fn admins_manage_webhooks_and_see_the_secret_once() {
    let server = server();
    let admin = server.admin();
    let body = json!({"url": "https://hooks.example.org/x", "events": ["file.deleted", "file.created"]});
    let answer = admin.post(WEBHOOKS).json(&body).send().expect_status(201);
    let created = answer.json();
    assert_eq!(answer.header("location"), Some(path(&created).as_str()));
    assert!(text(&created, "secret").starts_with("whsec_"), "{created}");
    let mut webhook = created.clone();
    webhook.as_object_mut().unwrap().remove("secret");
    assert_eq!(
        webhook,
        json!({
            "id": created["id"], "url": "https://hooks.example.org/x", "events": ["file.created", "file.deleted"],
            "description": "", "is_active": true, "disabled_reason": null, "failing_since": null,
            "created_at": created["created_at"],
        })
    );
    assert_eq!(admin.get(&path(&created)).send().expect_status(200).json(), webhook);
    let form = [("url", "http://1.1.1.1:8080/"), ("description", "All of it")];
    let all = admin.post(WEBHOOKS).form(form).send().expect_status(201).json();
    assert_eq!((&all["events"], text(&all, "description")), (&json!(ALL), "All of it"));
    let page = admin.get(WEBHOOKS).query([("limit", "1")]).send().expect_status(200).json();
    assert_eq!((&page["count"], results(&page)), (&json!(2), &[webhook][..]));
    let change = json!({"events": "preview.ready", "is_active": false, "url": "https://other.example.org/"});
    let changed = admin.patch(&path(&all)).json(&change).send().expect_status(200).json();
    assert_eq!((&changed["events"], &changed["is_active"]), (&json!(["preview.ready"]), &json!(false)));
    assert_eq!((text(&changed, "url"), text(&changed, "description")), ("https://other.example.org/", "All of it"));
    assert_eq!(admin.patch(&path(&all)).json(&json!({})).send().expect_status(200).json(), changed);
    assert!(deliveries(&admin, &all).is_empty());
    let _ = admin.delete(&path(&all)).send().expect_status(204);
    for path in [path(&all), format!("{}/deliveries", path(&all))] {
        problem(&admin.get(&path).send(), 404);
    }
    problem(&admin.delete(&path(&all)).send(), 404);
    problem(&admin.patch(&path(&all)).json(&json!({"url": ""})).send(), 404);
}

#[test]
fn what_is_wrong_with_a_webhook_is_said_by_field() {
    let server = server();
    let admin = server.admin();
    let post = |body: Value| admin.post(WEBHOOKS).json(&body).send();
    let public = "The host is not at a public address.";
    for (url, message) in [
        ("", "This field may not be blank."),
        ("example", "Enter a valid URL."),
        ("ftp://example.org/", "The URL has to begin with http:// or https://."),
        ("https://user@example.org/", "The URL must not have a user name or a password."),
        ("http://127.0.0.1:9000/", public),
        ("http://[::ffff:10.0.0.1]/", public),
        ("http://169.254.169.254/", public),
    ] {
        assert_field_error(&post(json!({"url": url})), "url", message);
    }
    let long = format!("https://example.org/{}", "a".repeat(2048));
    assert_field_error(&post(json!({"url": long})), "url", "Ensure this field has no more than 2048 characters.");
    assert_field_error(&post(json!({})), "url", "This field is required.");
    let with = |events: Value| post(json!({"url": "https://example.org/", "events": events}));
    assert_field_error(&with(json!(["file.eaten"])), "events", "\"file.eaten\" is not a valid choice.");
    assert_field_error(&with(json!([])), "events", "This field may not be blank.");
    assert_field_error(&with(json!(true)), "events", "Expected a list of items.");
    let webhook = post(json!({"url": "https://example.org/"})).expect_status(201).json();
    let patch = |body: Value| admin.patch(&path(&webhook)).json(&body).send();
    assert_field_error(&patch(json!({"is_active": "perhaps"})), "is_active", "Must be a valid boolean.");
    assert_field_error(&patch(json!({"url": "http://localhost.:80x/"})), "url", "Enter a valid URL.");
    assert_field_error(&patch(json!({"url": "http://[::1]/"})), "url", public);
    let both = problem(&post(json!({"url": "ftp://example.org/", "events": ["file.eaten"]})), 400);
    let fields = ["events", "url"].map(|field| both["errors"].get(field).is_some());
    assert_eq!(fields, [true, true], "{both}");
}

#[test]
fn each_event_comes_signed_and_in_order() {
    let host = Host::saying(answer("204 No Content", &[], ""));
    let server = reaching().start();
    let admin = server.admin();
    let webhook = subscribe(&admin, &host, &[]);
    let object = create(&admin, "a.txt", "hello");
    let change = json!({"name": "Renamed", "visibility": "private"});
    let _ = admin.patch(&one(&object)).json(&change).send().expect_status(200);
    let _ = admin.put(&one(&object)).multipart(&file("b.txt", "other")).send().expect_status(200);
    let _ = admin.delete(&one(&object)).send().expect_status(204);
    let received = received(&host, 4);
    let kinds: Vec<_> = received.iter().map(|(_, event)| text(event, "type")).collect();
    assert_eq!(kinds, ["file.created", "file.changed", "file.changed", "file.deleted"]);
    let mut ids = BTreeSet::new();
    for (asked, event) in &received {
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/hook?a=b"));
        assert_eq!(asked.header("content-type"), Some("application/json"));
        assert_eq!(event["data"]["id"], object["id"]);
        assert_signed(asked, text(&webhook, "secret"));
        ids.insert(asked.header("webhook-id").unwrap().to_owned());
    }
    assert_eq!(ids.len(), 4);
    let (_, created) = &received[0];
    let data = json!({
        "id": object["id"], "url": one(&object), "name": "a.txt", "type": "text", "mime_type": "text/plain", "size": 5,
        "checksum": checksum(b"hello"), "visibility": "public", "user_id": object["user"]["id"],
        "created_at": object["created_at"], "updated_at": object["updated_at"], "preview_status": "none",
    });
    assert_eq!(*created, json!({"type": "file.created", "timestamp": object["created_at"], "data": data}));
    let (_, renamed) = &received[1];
    assert_eq!((text(&renamed["data"], "name"), text(&renamed["data"], "visibility")), ("Renamed", "private"));
    for (_, event) in &received[2..] {
        assert_eq!(text(&event["data"], "checksum"), checksum(b"other"));
    }
    eventually("all are noted", || deliveries(&admin, &webhook).iter().all(|one| one["state"] == "delivered"));
    let log = deliveries(&admin, &webhook);
    assert_eq!(
        log.iter().map(|one| text(one, "event")).collect::<Vec<_>>(),
        kinds.into_iter().rev().collect::<Vec<_>>()
    );
    for one in &log {
        assert!(ids.contains(text(one, "message_id")), "{one}");
        assert_eq!((&one["attempts"], &one["last_status"], &one["last_error"]), (&json!(1), &json!(204), &Value::Null));
        assert_eq!((&one["file_id"], &one["next_attempt_at"]), (&object["id"], &Value::Null));
    }
}

#[test]
fn only_the_events_that_were_asked_for_come() {
    let (deleted, previews) = (Host::saying(answer("200 OK", &[], "thanks")), Host::saying(answer("200 OK", &[], "")));
    let server = reaching().config("preview_wait", "0s").start();
    let admin = server.admin();
    // Before anybody wants to know.
    let early = create(&admin, "early.txt", "x");
    let off = subscribe(&admin, &deleted, &[]);
    let _ = admin.patch(&path(&off)).json(&json!({"is_active": false})).send().expect_status(200);
    subscribe(&admin, &deleted, &["file.deleted"]);
    subscribe(&admin, &previews, &["preview.ready"]);
    let image = create(&admin, "a.jpg", jpeg(&gradient(100, 50)));
    let pdf = create(&admin, "a.pdf", PDF);
    let _ = admin.delete(&one(&early)).send().expect_status(204);
    let (_, event) = &received(&deleted, 1)[0];
    assert_eq!((text(event, "type"), &event["data"]["id"]), ("file.deleted", &early["id"]));
    let ready = received(&previews, 2);
    let ids: BTreeSet<_> = ready.iter().map(|(_, event)| event["data"]["id"].as_i64()).collect();
    assert_eq!(ids, BTreeSet::from([image["id"].as_i64(), pdf["id"].as_i64()]));
    assert!(
        ready.iter().all(|(_, event)| event["data"]["preview_status"] == "ready" && event["type"] == "preview.ready")
    );
    assert!(deliveries(&admin, &off).is_empty());
}

#[test]
fn nothing_is_told_of_what_did_not_happen() {
    let host = Host::saying(answer("200 OK", &[], ""));
    let server = reaching().config("allowed_types", "text").start();
    let admin = server.admin();
    let object = create(&admin, "a.txt", "hello");
    let webhook = subscribe(&admin, &host, &[]);
    problem(&admin.upload(&file("a.jpg", jpeg(&gradient(10, 10)))), 415);
    let stale = |request: tintype_testkit::Request<'_>| problem(&request.header("If-Match", "\"x\"").send(), 412);
    stale(admin.patch(&one(&object)).json(&json!({"name": "b"})));
    stale(admin.delete(&one(&object)));
    problem(&admin.put(&one(&object)).multipart(&file("a.jpg", jpeg(&gradient(10, 10)))).send(), 415);
    let _ = admin.patch(&one(&object)).json(&json!({"name": "c"})).send().expect_status(200);
    let (_, event) = &received(&host, 1)[0];
    assert_eq!(text(&event["data"], "name"), "c");
    assert_eq!(deliveries(&admin, &webhook).len(), 1);
}

#[test]
fn a_delivery_that_fails_is_tried_again_as_the_same_message() {
    let failures = std::sync::atomic::AtomicU8::new(1);
    let host = Host::start(move |_, connection| {
        let is_left = failures.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) == 1;
        let status = if is_left { "500 Internal Server Error" } else { "200 OK" };
        let _ = connection.write_all(&answer(status, &[], "no"));
    });
    let server = reaching().start();
    let admin = server.admin();
    let webhook = subscribe(&admin, &host, &["file.created"]);
    create(&admin, "a.txt", "hello");
    eventually("the first attempt is noted", || deliveries(&admin, &webhook)[0]["attempts"] == 1);
    let first = &deliveries(&admin, &webhook)[0];
    assert_eq!((text(first, "state"), &first["last_status"]), ("pending", &json!(500)));
    assert!(text(first, "next_attempt_at") > text(first, "last_attempt_at"), "{first}");
    assert!(admin.get(&path(&webhook)).send().json()["failing_since"].is_string());
    let both = received(&host, 2);
    assert_eq!(both[0].1, both[1].1);
    assert_eq!(both[0].0.header("webhook-id"), both[1].0.header("webhook-id"));
    both.iter().for_each(|(asked, _)| assert_signed(asked, text(&webhook, "secret")));
    eventually("the second attempt is noted", || deliveries(&admin, &webhook)[0]["state"] == "delivered");
    assert_eq!(deliveries(&admin, &webhook)[0]["attempts"], 2);
    assert!(admin.get(&path(&webhook)).send().json()["failing_since"].is_null());
}

#[test]
fn a_receiver_that_is_gone_gets_nothing_more_until_it_is_turned_on_again() {
    let host = Host::saying(answer("410 Gone", &[], ""));
    let server = reaching().start();
    let admin = server.admin();
    let webhook = subscribe(&admin, &host, &["file.created"]);
    create(&admin, "a.txt", "hello");
    let get = || admin.get(&path(&webhook)).send().expect_status(200).json();
    eventually("it is disabled", || get()["is_active"] == false);
    assert_eq!(text(&get(), "disabled_reason"), "gone");
    assert_eq!(text(&deliveries(&admin, &webhook)[0], "state"), "failed");
    create(&admin, "b.txt", "hello");
    assert_eq!(deliveries(&admin, &webhook).len(), 1);
    let on = admin.patch(&path(&webhook)).json(&json!({"is_active": true})).send().expect_status(200).json();
    assert_eq!(
        (&on["is_active"], &on["disabled_reason"], &on["failing_since"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    create(&admin, "c.txt", "hello");
    let (_, event) = &received(&host, 2)[1];
    assert_eq!(text(&event["data"], "name"), "c.txt");
}

#[test]
fn redirects_are_not_followed_and_silence_is_not_waited_for() {
    let other = Host::saying(answer("200 OK", &[], ""));
    let location = other.url("/");
    let moved = Host::start(move |_, connection| {
        let _ = connection.write_all(&answer("307 Temporary Redirect", &[("Location", &location)], ""));
    });
    let silent = Host::start(|_, connection| crate::support::host::wait_for_end(connection));
    let server = reaching().config("webhook_timeout", "1s").start();
    let admin = server.admin();
    let hooks = [subscribe(&admin, &moved, &[]), subscribe(&admin, &silent, &[])];
    create(&admin, "a.txt", "hello");
    for (webhook, status, error) in [(&hooks[0], json!(307), Value::Null), (&hooks[1], Value::Null, json!("timed_out"))]
    {
        eventually("an attempt is noted", || deliveries(&admin, webhook)[0]["attempts"] == 1);
        let delivery = &deliveries(&admin, webhook)[0];
        assert_eq!((&delivery["last_status"], &delivery["last_error"]), (&status, &error));
    }
    assert!(other.asked().is_empty());
}

/// The name passes when the webhook is made; its address is looked at before each attempt.
#[test]
fn nothing_is_sent_to_a_name_of_a_private_address() {
    let host = Host::saying(answer("200 OK", &[], ""));
    let server = server();
    let admin = server.admin();
    let url = format!("http://localhost:{}/", host.port());
    let webhook = admin.post(WEBHOOKS).json(&json!({"url": url})).send().expect_status(201).json();
    create(&admin, "a.txt", "hello");
    eventually("an attempt is noted", || deliveries(&admin, &webhook)[0]["attempts"] == 1);
    assert_eq!(text(&deliveries(&admin, &webhook)[0], "last_error"), "private_address");
    assert!(host.asked().is_empty());
}

#[test]
fn commands_add_list_and_remove_webhooks() {
    let host = Host::saying(answer("200 OK", &[], ""));
    let server = reaching().start();
    let added = server.home().cli(["webhook", "add", &host.url("/"), "--events", "file.created,file.deleted"]);
    let added = added.expect_success().stdout;
    let secret = added.lines().last().unwrap().to_owned();
    create(&server.admin(), "a.txt", "hello");
    assert_signed(&received(&host, 1)[0].0, &secret);
    let listed = server.home().cli(["webhook", "list", "--json"]).expect_success().stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["events"], json!(["file.created", "file.deleted"]));
    assert!(listed[0].get("secret").is_none(), "{listed}");
    let table = server.home().cli(["webhook", "list"]).expect_success().stdout;
    assert!(table.contains(&host.url("/")) && table.contains("active") && !table.contains(&secret), "{table}");
    let id = listed[0]["id"].to_string();
    server.home().cli(["webhook", "remove", &id]).expect_success();
    for (command, named) in [
        (vec!["webhook", "remove", &id], "there is no webhook"),
        (vec!["webhook", "add", "ftp://example.org/"], "its scheme is neither http nor https"),
    ] {
        let output = server.home().cli(command);
        assert!(output.code() == Some(1) && output.stderr.contains(named), "{output:?}");
    }
    let unknown = server.home().cli(["webhook", "add", "https://example.org/", "--events", "file.eaten"]);
    assert!(unknown.code() == Some(2) && unknown.stderr.contains("file.eaten"), "{unknown:?}");
}

#[test]
fn deliveries_survive_a_kill_of_the_server() {
    let host = Host::saying(answer("200 OK", &[], ""));
    let mut server: Server = reaching().config("webhook_timeout", "1s").start();
    let webhook = subscribe(&server.admin(), &host, &["file.created"]);
    let names: Vec<_> = (0..20).map(|number| format!("{number}.txt")).collect();
    let admin = server.admin();
    names.iter().for_each(|name| drop(create(&admin, name, "hello")));
    server.kill();
    server.restart().unwrap();
    let admin = server.admin();
    eventually("all have come", || deliveries_of_page(&admin, &webhook).iter().all(|one| one["state"] == "delivered"));
    let come: BTreeSet<String> = host
        .asked()
        .iter()
        .map(|asked| serde_json::from_slice::<Value>(&asked.body).unwrap()["data"]["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(come, names.into_iter().collect());
    assert_eq!(admin.get(FILES).send().json()["count"], 20);
}

/// Subscribes a host sixteen times and then another one, makes events of 20 files, and asserts that
/// the last webhook is told of the first before the others have seen all.
#[track_caller]
fn assert_taking_turns(server: &Server, busy: &Host) {
    let admin = server.admin();
    (0..16).for_each(|_| drop(subscribe(&admin, busy, &["file.created"])));
    let last = Host::saying(answer("200 OK", &[], ""));
    subscribe(&admin, &last, &["file.created"]);
    (0..20).for_each(|number| drop(create(&admin, &format!("{number}.txt"), "hello")));
    eventually("the last one is told", || !last.asked().is_empty());
    let asked = busy.asked().len();
    assert!((1..16 * 20).contains(&asked), "{asked}");
}

#[test]
fn webhooks_with_much_to_send_leave_others_their_turn() {
    let slow = Host::start(|_, connection| {
        std::thread::sleep(Duration::from_millis(100));
        let _ = connection.write_all(&answer("200 OK", &[], ""));
    });
    assert_taking_turns(&reaching().start(), &slow);
    let silent = Host::start(|_, connection| crate::support::host::wait_for_end(connection));
    assert_taking_turns(&reaching().config("webhook_timeout", "1s").start(), &silent);
}

#[track_caller]
fn deliveries_of_page(client: &Client, webhook: &Value) -> Vec<Value> {
    let path = format!("{}/deliveries?limit=1000", path(webhook));
    let page = client.get(&path).send().expect_status(200).json();
    assert_eq!(page["count"], 20);
    results(&page).to_vec()
}
