//! Conditions: nobody overwrites a change that they have not seen.

use crate::support::{DELETE, assert_problem, create, file, one, server};
use serde_json::json;
use tintype_testkit::{Client, Response};

const LONG_AGO: &str = "Sat, 01 Jan 2000 00:00:00 GMT";
const FUTURE: &str = "Tue, 01 Jan 2999 00:00:00 GMT";
const DETAIL: &str = "A condition of the request is not met.";

#[track_caller]
fn etag(response: &Response) -> String {
    response.header("etag").unwrap_or_else(|| panic!("no `ETag`: {response}")).to_owned()
}

fn rename(client: &Client, path: &str, name: &str, condition: (&str, &str)) -> Response {
    client.patch(path).json(&json!({"name": name})).header(condition.0, condition.1).send()
}

#[test]
fn every_answer_with_a_file_object_has_its_entity_tag() {
    let server = server();
    let admin = server.admin();
    let created = admin.upload(&file("a.txt", "x")).expect_status(201);
    let path = one(&created.json());
    let tag = etag(&created);
    assert_eq!(etag(&admin.get(&path).send()), tag);
    assert_eq!(etag(&admin.head(&path).send()), tag);
    let changed = admin.patch(&path).json(&json!({"name": "b"})).send().expect_status(200);
    assert_ne!(etag(&changed), tag);
    assert_eq!(etag(&admin.get(&path).send()), etag(&changed));
}

#[test]
fn an_object_that_the_client_has_is_not_sent_again() {
    let server = server();
    let admin = server.admin();
    let created = admin.upload(&file("a.txt", "x")).expect_status(201);
    let (path, tag) = (one(&created.json()), etag(&created));
    let get = |name: &str, value: &str| admin.get(&path).header(name, value).send();
    let same = get("If-None-Match", &tag).expect_status(304);
    assert_eq!((same.bytes(), etag(&same)), (&b""[..], tag.clone()));
    assert_eq!(get("If-None-Match", "\"other\"").status(), 200);
    assert_eq!(get("If-Match", &tag).status(), 200);
    assert_problem(&get("If-Match", "\"other\""), 412, DETAIL);
    // Dates have seconds only, in which a file may change more than once.
    assert_eq!(get("If-Modified-Since", FUTURE).status(), 200);
}

#[test]
fn a_change_of_another_version_is_a_412_and_changes_nothing() {
    let server = server();
    let admin = server.admin();
    let created = admin.upload(&file("a.txt", "x")).expect_status(201);
    let (path, first) = (one(&created.json()), etag(&created));
    let second = etag(&rename(&admin, &path, "b", ("If-Match", &first)).expect_status(200));
    for condition in [
        ("If-Match", first.as_str()),
        ("If-Match", &format!("W/{second}")),
        ("If-None-Match", &second),
        ("If-None-Match", "*"),
        ("If-Unmodified-Since", LONG_AGO),
    ] {
        assert_problem(&rename(&admin, &path, "c", condition), 412, DETAIL);
        assert_eq!(etag(&admin.get(&path).send()), second, "{condition:?}");
    }
    let replaced = admin.put(&path).multipart(&file("b.txt", "y")).header("If-Match", &first).send();
    assert_problem(&replaced, 412, DETAIL);
    assert_problem(&admin.delete(&path).header("If-Match", &first).send(), 412, DETAIL);
    assert_problem(&admin.delete(&path).header("If-Unmodified-Since", LONG_AGO).send(), 412, DETAIL);
    assert_eq!(etag(&admin.get(&path).send()), second);

    for condition in [("If-Match", "*"), ("If-None-Match", first.as_str()), ("If-Unmodified-Since", FUTURE)] {
        assert_eq!(rename(&admin, &path, "d", condition).status(), 200, "{condition:?}");
    }
    let last = etag(&admin.get(&path).send());
    assert_eq!(admin.delete(&path).header("If-Match", &last).send().status(), 204);
    assert_problem(&admin.delete(&path).header("If-Match", &last).send(), 404, "Not found.");
}

#[test]
fn of_changes_of_one_version_at_the_same_time_one_succeeds() {
    let server = server();
    let admin = server.admin();
    let created = admin.upload(&file("a.txt", "x")).expect_status(201);
    let (path, tag) = (one(&created.json()), etag(&created));
    let statuses = std::thread::scope(|scope| {
        let change = |number: usize| rename(&admin, &path, &number.to_string(), ("If-Match", &tag)).status();
        let changes: Vec<_> = (0..12).map(|number| scope.spawn(move || change(number))).collect();
        changes.into_iter().map(|change| change.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|&&status| status == 412).count(), 11, "{statuses:?}");
}

#[test]
fn a_delete_with_a_condition_needs_no_permission_to_view() {
    let server = server();
    let object = create(&server.admin(), "a.txt", "x");
    let (path, deleter) = (one(&object), server.staff([DELETE]));
    assert_problem(&deleter.delete(&path).header("If-Match", "\"other\"").send(), 412, DETAIL);
    assert_eq!(deleter.delete(&path).header("If-Match", "*").send().status(), 204);
    let stranger = server.staff([]);
    assert_eq!(stranger.delete(&path).header("If-Match", "*").send().status(), 403);
}
