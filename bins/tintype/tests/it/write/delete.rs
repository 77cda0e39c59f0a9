//! Deleting: gone everywhere, and nothing else with it.

use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, assert_problem, create, fetch, file, one, server, stored_keys, text};
use serde_json::json;
use tintype_testkit::eventually;

#[test]
fn a_deleted_file_is_gone_everywhere() {
    let server = server();
    let admin = server.admin();
    let kept = create(&admin, "kept.jpg", jpeg(&gradient(100, 50)));
    let deleted = create(&admin, "deleted.jpg", jpeg(&gradient(100, 50)));
    assert_eq!(stored_keys(&server).len(), 10);
    let path = one(&deleted);

    let response = admin.delete(&path).send().expect_status(204);
    assert_eq!(response.bytes(), b"");

    for method in ["GET", "DELETE"] {
        assert_problem(&admin.request(method, &path).send(), 404, "Not found.");
    }
    for method in ["PATCH", "PUT"] {
        assert_problem(&admin.request(method, &path).json(&json!({"name": "x"})).send(), 404, "Not found.");
    }
    for object in [&deleted].into_iter().chain(deleted["thumbnails"].as_array().unwrap()) {
        let address = text(object, "f");
        eventually(&format!("{address} is gone"), || server.anonymous().get(address).send().status() == 404);
    }
    let page = admin.get(FILES).send().json();
    assert_eq!((&page["count"], &page["results"][0]), (&json!(1), &kept));
    eventually("its objects are gone from the disk", || stored_keys(&server).len() == 5);
    fetch(&server, &kept);
}

#[test]
fn an_id_is_never_given_again() {
    let server = server();
    let admin = server.admin();
    let first = create(&admin, "a.txt", "x");
    assert_eq!(admin.delete(&one(&first)).send().status(), 204);
    let second = create(&admin, "a.txt", "x");
    assert!(second["id"].as_u64() > first["id"].as_u64(), "{} after {}", second["id"], first["id"]);
}

#[test]
fn of_many_deletions_at_once_one_succeeds() {
    let server = server();
    let admin = server.admin();
    let path = one(&create(&admin, "a.txt", "x"));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let deletions: Vec<_> = (0..8).map(|_| scope.spawn(|| admin.delete(&path).send().status())).collect();
        deletions.into_iter().map(|deletion| deletion.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 7, "{statuses:?}");
}

#[test]
fn deleting_while_replacing_leaves_no_orphan() {
    let server = server();
    let admin = server.admin();
    for _ in 0..5 {
        let path = one(&create(&admin, "a.txt", "x"));
        std::thread::scope(|scope| {
            scope.spawn(|| admin.patch(&path).multipart(&file("b.txt", "y")).send());
            scope.spawn(|| admin.delete(&path).send());
        });
        // Whichever came first, a second deletion leaves nothing.
        admin.delete(&path).send();
        assert_eq!(admin.get(&path).send().status(), 404);
    }
    eventually("the storage is empty", || stored_keys(&server).is_empty());
}
