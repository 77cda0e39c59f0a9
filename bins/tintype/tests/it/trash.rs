//! The trash: what is deleted is gone everywhere and can be brought back, for a while.

use serde_json::{Value, json};
use tintype_testkit::{Builder, Client, Server, eventually};

use crate::support::host::{Host, answer};
use crate::support::picture::{gradient, jpeg};
use crate::support::{
    DELETE, FILES, VIEW, assert_field_error, assert_problem, builder, create, fetch, file, key, one, result_names,
    results, stored_keys, text,
};

fn keeping() -> Builder {
    builder().config("trash_retention", "30d")
}

fn restore(client: &Client, object: &Value) -> Value {
    client.post(&format!("{}/restore", one(object))).send().expect_status(200).json()
}

fn delete(client: &Client, object: &Value) {
    assert_eq!(client.delete(&one(object)).send().expect_status(204).bytes(), b"");
}

#[track_caller]
fn trashed(client: &Client, parameters: &str) -> Value {
    client.get(&format!("{FILES}?trashed=true&{parameters}")).send().expect_status(200).json()
}

/// Returns the file object without what only a file in the trash has.
fn without_times(mut object: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    assert!(members.remove("trashed_at").is_some() && members.remove("trashed_until").is_some());
    object
}

#[track_caller]
fn assert_hidden(server: &Server, client: &Client, object: &Value) {
    let path = one(object);
    for (method, path) in [
        ("GET", path.clone()),
        ("PATCH", path.clone()),
        ("PUT", path.clone()),
        ("POST", format!("{path}/links")),
        ("POST", format!("{path}/preview")),
    ] {
        assert_problem(&client.request(method, &path).json(&json!({"name": "x"})).send(), 404, "Not found.");
    }
    for object in [object].into_iter().chain(object["thumbnails"].as_array().unwrap()) {
        assert_eq!(server.anonymous().get(text(object, "f")).send().status(), 404);
        assert_eq!(client.get(&format!("/media/{}?width=256", key(object))).send().status(), 404);
    }
}

#[test]
fn a_file_in_the_trash_is_gone_everywhere_and_comes_back_as_it_was() {
    let server = keeping().start();
    let admin = server.admin();
    let bytes = jpeg(&gradient(1200, 900));
    let form = file("photo.jpg", &bytes).text("tags", "trips/oslo").text("description", "of a roof");
    let created = admin.upload(&form).expect_status(201).json();
    let before = admin.get(&one(&created)).send().json();
    let twin = create(&admin, "twin.jpg", &bytes);
    assert_eq!(fetch(&server, &before), bytes);
    let rendition = format!("/media/{}?width=256", key(&before));
    assert_eq!(server.anonymous().get(&rendition).send().status(), 200);
    let link = admin.post(&format!("{}/links", one(&before))).json(&json!({})).send().expect_status(201).json();
    let body = json!({"ids": [before["id"], twin["id"]]});
    let archive = admin.post("/api/media/archives").json(&body).send().expect_status(201).json();

    delete(&admin, &before);

    assert_hidden(&server, &admin, &before);
    assert_eq!(server.anonymous().get(text(&link, "url")).send().status(), 404);
    assert_eq!(server.anonymous().get(text(&archive, "url")).send().status(), 410);
    for parameters in ["", "search=photo", "tags=trips/", "ordering=-size&paging=cursor", "type=image&count=none"] {
        let page = admin.get(&format!("{FILES}?{parameters}")).send().expect_status(200).json();
        assert!(!result_names(&page).contains(&"photo.jpg"), "{parameters}: {page}");
    }
    let checksum = text(&before, "checksum");
    assert_eq!(admin.get(&format!("{FILES}?checksum={checksum}")).send().json()["count"], 1);
    assert_eq!(admin.get(&format!("{FILES}?similar_to={}", twin["id"])).send().json()["count"], 0);
    assert_eq!(admin.get("/api/media/tags").send().json(), json!([]));
    let third = admin.upload(&file("third.jpg", &bytes)).expect_status(201).json();
    assert_eq!(third["duplicates"], json!([twin["id"]]));
    let taken = admin.upload(&file("photo.jpg", "another one")).expect_status(201).json();
    assert_ne!(key(&taken), key(&before), "a key in the trash is not given out");
    // The rendition is gone; content and thumbnails stay.
    eventually("the rendition is gone from storage", || stored_keys(&server).len() == 3 * 5 + 1);

    let page = trashed(&admin, "");
    assert_eq!((&page["count"], &page["next"]), (&json!(1), &Value::Null));
    assert_eq!(without_times(results(&page)[0].clone()), before);

    assert_eq!(restore(&admin, &before), before);
    assert_eq!(admin.get(&one(&before)).send().json(), before);
    assert_eq!(fetch(&server, &before), bytes);
    before["thumbnails"].as_array().unwrap().iter().for_each(|thumbnail| drop(fetch(&server, thumbnail)));
    assert_eq!(server.anonymous().get(&rendition).send().status(), 200);
    assert_eq!(server.anonymous().get(text(&archive, "url")).send().status(), 200);
    for parameters in ["search=photo.jpg&ordering=id", "tags=trips/oslo", "type=image&ordering=id"] {
        let page = admin.get(&format!("{FILES}?{parameters}")).send().expect_status(200).json();
        assert_eq!(results(&page)[0], before, "{parameters}");
    }
    assert_eq!(trashed(&admin, "")["count"], 0);
    assert_eq!(restore(&admin, &before), before, "a file that is there stays as it is");
    assert_problem(&admin.post(&format!("{FILES}/999/restore")).send(), 404, "Not found.");
}

#[test]
fn deleting_twice_deletes_for_good() {
    let server = keeping().start();
    let admin = server.admin();
    let object = create(&admin, "a.jpg", jpeg(&gradient(100, 50)));
    let etag = admin.get(&one(&object)).send().header("etag").unwrap().to_owned();
    let conditional = || admin.delete(&one(&object)).header("if-match", &etag).send();
    assert_eq!(conditional().status(), 204);
    // Of a request that was sent again because its answer was lost, the second does no harm.
    assert_problem(&conditional(), 404, "Not found.");
    assert_eq!((trashed(&admin, "")["count"].clone(), stored_keys(&server).len()), (json!(1), 5));
    delete(&admin, &object);
    assert_problem(&admin.delete(&one(&object)).send(), 404, "Not found.");
    assert_problem(&admin.post(&format!("{}/restore", one(&object))).send(), 404, "Not found.");
    assert_eq!(trashed(&admin, "")["count"], 0);
    eventually("its objects are gone", || stored_keys(&server).is_empty());
}

#[test]
fn what_is_past_its_time_is_deleted_for_good() {
    let server = builder().config("trash_retention", "1s").config("abandoned_after", "1s").start();
    let admin = server.admin();
    let short = create(&admin, "short.jpg", jpeg(&gradient(100, 50)));
    delete(&admin, &short);
    eventually("it is gone for good", || trashed(&admin, "")["count"] == 0 && stored_keys(&server).is_empty());
    assert_problem(&admin.post(&format!("{}/restore", one(&short))).send(), 404, "Not found.");
}

#[test]
fn the_list_of_the_trash_has_every_filter_and_order() {
    let server = keeping().start();
    let admin = server.admin();
    let other = server.staff([3801]);
    for number in 0..7 {
        let client = if number % 2 == 0 { &admin } else { &other };
        let form = file(&format!("{number}.txt"), "x".repeat(10 - number)).text("tags", &format!("t/{}", number % 3));
        delete(&admin, &client.upload(&form).expect_status(201).json());
    }
    delete(&admin, &create(&admin, "wide photo.jpg", jpeg(&gradient(300, 20))));
    create(&admin, "kept.txt", "kept");
    for (parameters, expected) in [
        ("ordering=name&limit=2", &["0.txt", "1.txt"][..]),
        ("ordering=-size&limit=2&type=text", &["0.txt", "1.txt"]),
        ("limit=2&offset=1", &["6.txt", "5.txt"]),
        ("limit=2&offset=1&count=none", &["6.txt", "5.txt"]),
        ("search=photo", &["wide photo.jpg"]),
        ("search=PH&width_min=300", &["wide photo.jpg"]),
        ("tags=T/1&ordering=id", &["1.txt", "4.txt"]),
        ("tags=t/&ordering=id&limit=2", &["0.txt", "1.txt"]),
        ("ordering=user__username,name&limit=3", &["0.txt", "2.txt", "4.txt"]),
        ("ordering=-user__id&limit=2", &["5.txt", "3.txt"]),
        ("id_min=2&type=text&ordering=id&limit=1", &["1.txt"]),
        ("user_id=999", &[]),
        ("preview_status=ready", &["wide photo.jpg"]),
        ("camera=nikon", &[]),
        ("visibility=private", &[]),
        ("similar_to=1", &[]),
    ] {
        assert_eq!(result_names(&trashed(&admin, parameters)), expected, "{parameters}");
    }
    for paging in ["paging=cursor", "paging=offset", "paging=cursor&count=none"] {
        let (mut names, mut url) = (Vec::new(), format!("{FILES}?trashed=1&ordering=-name&limit=3&{paging}"));
        loop {
            let page = admin.get(&url).send().expect_status(200).json();
            names.extend(result_names(&page).iter().map(|name| (*name).to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            url = next.to_owned();
        }
        assert_eq!(names.len(), 8, "{paging}");
        assert!(names.is_sorted_by(|a, b| a > b), "{names:?}");
    }
    let page = admin.get(&format!("{FILES}?trashed=false")).send().json();
    assert_eq!(result_names(&page), ["kept.txt"]);
    assert!(page["results"][0].get("trashed_at").is_none());
    assert_field_error(&admin.get(&format!("{FILES}?trashed=perhaps")).send(), "trashed", "Must be a valid boolean.");
}

#[test]
fn deleting_and_restoring_need_the_permission_to_delete() {
    let server = keeping().start();
    let admin = server.admin();
    let object = create(&admin, "a.txt", "a");
    delete(&server.staff([DELETE]), &object);
    let viewer = server.staff([VIEW]);
    assert_eq!(trashed(&viewer, "")["count"], 1);
    let path = format!("{}/restore", one(&object));
    assert_eq!(viewer.post(&path).send().status(), 403);
    assert_eq!(server.staff([DELETE]).get(&format!("{FILES}?trashed=true")).send().status(), 403);
    assert_eq!(server.staff([DELETE]).post(&path).send().status(), 200);
}

#[test]
fn a_file_in_the_trash_stays_when_its_user_is_deleted_and_is_hidden_with_all_others() {
    let server = keeping().start();
    let admin = server.admin();
    let maker = server.staff([3801]);
    let object = create(&maker, "a.txt", "a");
    delete(&admin, &object);
    let user = maker.get("/api/auth/me").send().json()["id"].clone();
    assert_eq!(admin.delete(&format!("/api/users/{user}")).send().status(), 204);
    let told = server.cli(["files", "set-visibility", "private", "--all"]).expect_success().stdout;
    assert!(told.contains('1'), "{told}");
    let restored = restore(&admin, &object);
    assert_eq!((&restored["user"], &restored["visibility"]), (&Value::Null, &json!("private")));
    assert_eq!(server.anonymous().get(&format!("/media/{}", key(&object))).send().status(), 404);
    assert_eq!(server.anonymous().get(text(&restored, "f")).send().status(), 200);
}

#[test]
fn checks_look_at_the_trash_as_well() {
    let server = keeping().local_storage().start();
    let admin = server.admin();
    let object = create(&admin, "a.jpg", jpeg(&gradient(100, 50)));
    create(&admin, "kept.txt", "kept");
    delete(&admin, &object);
    let told = server.cli(["check", "--deep"]).expect_success().stdout;
    assert!(told.starts_with("checked 2 files, 6 objects, "), "{told}");
    let path = server.home().data_dir().join("media").join(key(&object));
    std::fs::remove_file(&path).unwrap();
    let output = server.cli(["check"]);
    let expected = format!("file {}: `{}`: missing\n", object["id"], key(&object));
    assert!(output.code() == Some(1) && output.stdout.starts_with(&expected), "{output:?}");
}

#[test]
fn webhooks_are_told_once_of_a_deletion_and_of_a_restored_file_as_of_a_new_one() {
    let server = keeping().config("webhook_private", "true").start();
    let admin = server.admin();
    let host = Host::saying(answer("200 OK", &[], ""));
    assert_eq!(admin.post("/api/webhooks").json(&json!({"url": host.url("/")})).send().status(), 201);
    let object = create(&admin, "a.txt", "a");
    delete(&admin, &object);
    restore(&admin, &object);
    delete(&admin, &object);
    delete(&admin, &object);
    let last = create(&admin, "last.txt", "last");
    let told = || -> Vec<(String, Value)> {
        let mut events: Vec<(String, Value)> = Vec::new();
        for asked in host.asked() {
            let event: Value = serde_json::from_slice(&asked.body).unwrap();
            events.push((text(&event, "type").to_owned(), event["data"]["id"].clone()));
        }
        events
    };
    eventually("the last one is told", || told().iter().any(|(_, id)| *id == last["id"]));
    eventually("all are told", || told().len() >= 5);
    let mut of_first: Vec<String> =
        told().into_iter().filter(|(_, id)| *id == object["id"]).map(|(event, _)| event).collect();
    of_first.sort();
    assert_eq!(of_first, ["file.created", "file.created", "file.deleted", "file.deleted"]);
}
