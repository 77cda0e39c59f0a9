//! Many files as one ZIP archive, by a link.

use std::fs::{self, File};
use std::io::{Cursor, Read};

use crate::support::checks::problem;
use crate::support::{
    VIEW, assert_field_error, assert_problem, builder, create, file, key, local_server, noise, one, server, text,
};
use serde_json::{Value, json};
use tintype_testkit::{Bucket, Client, Response, Server};
use zip::ZipArchive;

const ARCHIVES: &str = "/api/media/archives";

fn make(client: &Client, body: &Value) -> Value {
    client.post(ARCHIVES).json(body).send().expect_status(201).json()
}

fn of_files(client: &Client, files: &[&Value]) -> Value {
    let ids: Vec<_> = files.iter().map(|file| &file["id"]).collect();
    make(client, &json!({"ids": ids}))
}

fn get(server: &Server, archive: &Value) -> Response {
    server.anonymous().get(text(archive, "url")).send()
}

/// Returns the files of an archive, which the reader compares with their CRC-32.
#[track_caller]
fn unpack(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let unpack = |number| {
        let mut file = archive.by_index(number).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    };
    (0..count).map(unpack).collect()
}

fn names(response: &Response) -> Vec<String> {
    unpack(response.bytes()).into_iter().map(|(name, _)| name).collect()
}

fn private(client: &Client, name: &str, content: &str) -> Value {
    client.upload(&file(name, content).text("visibility", "private")).expect_status(201).json()
}

#[test]
fn an_archive_has_the_originals_by_unique_names_in_their_order() {
    let server = server();
    let admin = server.admin();
    let large = noise(700_000, 1);
    let first = create(&admin, "عکس.bin", &large);
    let second = private(&server.staff([3801]), "a.txt", "of another, and private");
    let third = create(&admin, "A.txt", "of the same name");
    admin.patch(&one(&third)).json(&json!({"name": "a/b:c"})).send().expect_status(200).json();
    let fourth = create(&admin, "a.txt", "of the same name again");
    let viewer = server.staff([VIEW]);
    let made = of_files(&viewer, &[&third, &first, &second, &fourth, &first]);
    assert_eq!(made.as_object().unwrap().len(), 4, "{made}");
    let answer = get(&server, &made).expect_status(200);
    assert_eq!((&made["files"], &made["size"]), (&json!(4), &json!(answer.bytes().len())));
    let expected: [(&str, &[u8]); 4] = [
        ("a_b_c.txt", b"of the same name"),
        ("عکس.bin", &large),
        ("a.txt", b"of another, and private"),
        ("a (2).txt", b"of the same name again"),
    ];
    let unpacked = unpack(answer.bytes());
    let unpacked: Vec<_> = unpacked.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    assert!(unpacked == expected, "{:?}", names(&answer));
    let size = answer.bytes().len().to_string();
    let id = text(&made, "url").split_once("archives/").unwrap().1.split('?').next().unwrap();
    let disposition = format!("attachment; filename*=UTF-8''archive%2D{id}%2Ezip");
    for (name, value) in [
        ("content-length", size.as_str()),
        ("content-type", "application/zip"),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", &disposition),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let head = server.anonymous().head(text(&made, "url")).send().expect_status(200);
    for name in ["content-length", "etag", "content-type"] {
        assert_eq!(head.header(name), answer.header(name), "{name}");
    }
}

#[test]
fn a_download_that_broke_off_goes_on_anywhere() {
    let server = server();
    let admin = server.admin();
    let files = [create(&admin, "a.bin", noise(3000, 1)), create(&admin, "b.bin", noise(300_000, 2))];
    let made = of_files(&admin, &[&files[0], &files[1]]);
    let (client, url) = (server.anonymous(), text(&made, "url"));
    let whole = client.get(url).send().expect_status(200);
    let (etag, size) = (whole.header("etag").unwrap(), whole.bytes().len());
    let from = |at: usize, if_range: &str| {
        client.get(url).header("Range", &format!("bytes={at}-")).header("If-Range", if_range).send()
    };
    // In each header, content and record, and at their borders.
    for at in [0, 1, 29, 43, 44, 45, 2000, 3044, 3080, 3090, 100_000, size - 200, size - 100, size - 22, size - 1] {
        let rest = from(at, etag).expect_status(206);
        assert!(rest.bytes() == &whole.bytes()[at..], "from {at}");
        let range = format!("bytes {at}-{}/{size}", size - 1);
        assert_eq!(rest.header("content-range"), Some(range.as_str()));
        assert_eq!(rest.header("etag"), Some(etag));
    }
    let part = client.get(url).header("Range", "bytes=2990-3100").send().expect_status(206);
    assert!(part.bytes() == &whole.bytes()[2990..3101]);
    assert_eq!(from(7, "\"another\"").expect_status(200).bytes().len(), size);
    assert_eq!(from(7, whole.header("last-modified").unwrap()).status(), 206);
    let several = client.get(url).header("Range", "bytes=0-1,5-6").send().expect_status(200);
    assert_eq!(several.bytes().len(), size);
    let beyond = client.get(url).header("Range", &format!("bytes={size}-")).send();
    problem(&beyond, 416);
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{size}").as_str()));
    assert_eq!(client.get(url).header("If-None-Match", etag).send().status(), 304);
    problem(&client.get(url).header("If-Match", "\"another\"").send(), 412);
    // Another link of the same files gives the same bytes.
    assert_eq!(get(&server, &of_files(&admin, &[&files[0], &files[1]])).header("etag"), Some(etag));
    assert_ne!(get(&server, &of_files(&admin, &[&files[1], &files[0]])).header("etag"), Some(etag));
}

#[test]
fn a_filter_is_the_query_of_the_list_without_its_pages() {
    let server = server();
    let admin = server.admin();
    for name in ["c", "a", "b"] {
        let form = file(&format!("{name}.txt"), name).text("tags", "oslo, trips/2026");
        admin.upload(&form).expect_status(201).json();
    }
    create(&admin, "d.bin", noise(10, 1));
    let of = |filter: &str| names(&get(&server, &make(&admin, &json!({"filter": filter}))));
    assert_eq!(
        of("tags=oslo&type=text&ordering=name&limit=1&offset=1&count=none&paging=cursor&cursor=x"),
        ["a.txt", "b.txt", "c.txt"]
    );
    assert_eq!(of("?search=%62.txt"), ["b.txt"]);
    assert_eq!(of("tags=trips/").len(), 3);
    assert_eq!(of("").len(), 4);
    // The list is fixed.
    let made = make(&admin, &json!({"filter": "type=text"}));
    create(&admin, "e.txt", "later");
    assert_eq!(names(&get(&server, &made)).len(), 3);
    let wrong = admin.post(ARCHIVES).json(&json!({"filter": "type=cookies&size_min=big"})).send().expect_status(400);
    let expected = json!({
        "type": ["Select a valid choice. cookies is not one of the available choices."], "size_min": ["Enter a number."],
    });
    assert_eq!((&wrong.json()["filter"], &wrong.json()["errors"]["filter"]), (&expected, &expected));
    let form = admin.post(ARCHIVES).form([("ids", "1, 2")]).send().expect_status(201).json();
    assert_eq!(form["files"], 2);
}

#[test]
fn selections_that_give_no_archive_are_refused() {
    let server = builder().config("max_archive_files", "2").start();
    let admin = server.admin();
    for number in 0..3 {
        create(&admin, &format!("{number}.txt"), "text");
    }
    let many: Vec<i64> = (0..2).map(|number| 1_000_000_000_000_000_000 + number).collect();
    for (body, field, message) in [
        (json!({}), "ids", "This field is required."),
        (json!({"ids": []}), "ids", "This list may not be empty."),
        (json!({"ids": [1, 2, 3]}), "ids", "Ensure this field has no more than 2 elements."),
        (json!({"ids": [1, 99]}), "ids", "Invalid pk \"99\" - object does not exist."),
        (json!({"ids": many}), "ids", "Invalid pk \"1000000000000000000\" - object does not exist."),
        (json!({"ids": ["one"]}), "ids", "A valid integer is required."),
        (json!({"ids": {"a": 1}}), "ids", "Expected a list of items."),
        (json!({"ids": [1], "filter": "type=text"}), "filter", "This is not supported."),
        (json!({"filter": "type=pdf"}), "filter", "No file matches."),
        (json!({"filter": "type=text"}), "filter", "Ensure this field has no more than 2 elements."),
        (
            json!({"filter": 7, "expires_in": 604_801}),
            "expires_in",
            "Ensure this value is less than or equal to 604800.",
        ),
        (json!({"ids": [1], "expires_in": 0}), "expires_in", "Ensure this value is greater than or equal to 1."),
    ] {
        assert_field_error(&admin.post(ARCHIVES).json(&body).send(), field, message);
    }
    assert_eq!(make(&admin, &json!({"ids": [3, 1], "filter": null}))["files"], 2);
    // As many numbers as there may be are no field that is too large.
    let server = builder().config("max_field_size", "1 KiB").start();
    let many: Vec<i64> = (0..9000).map(|number| 1_000_000_000_000_000_000 + number).collect();
    problem(&server.admin().post(ARCHIVES).json(&json!({"ids": many})).send(), 400);
    assert_eq!(server.staff([3801]).post(ARCHIVES).json(&json!({})).send().status(), 403);
}

#[test]
fn an_archive_is_gone_once_a_file_was_replaced_hidden_or_deleted() {
    let server = server();
    let admin = server.admin();
    let gone = "A file of this archive was changed, hidden or deleted.";
    let kept = create(&admin, "a.txt", "kept");
    let change = |file: &Value, body: Value| admin.patch(&one(file)).json(&body).send().expect_status(200).json();
    let of_both = |name: &str| {
        let other = create(&admin, name, "other");
        (of_files(&admin, &[&kept, &other]), other)
    };
    let (made, renamed) = of_both("renamed.txt");
    let before = get(&server, &made).expect_status(200);
    change(&renamed, json!({"name": "b.txt", "description": "new", "tags": ["new"]}));
    assert!(get(&server, &made).bytes() == before.bytes(), "what is said of a file does not matter");
    change(&renamed, json!({"visibility": "private"}));
    assert_problem(&get(&server, &made), 410, gone);
    change(&renamed, json!({"visibility": "public"}));
    assert_eq!(get(&server, &made).status(), 200);
    let secret = private(&admin, "secret.txt", "secret");
    let of_secret = of_files(&admin, &[&secret]);
    change(&secret, json!({"visibility": "public"}));
    assert_eq!(names(&get(&server, &of_secret)), ["secret.txt"]);
    let (made, replaced) = of_both("replaced.txt");
    admin.patch(&one(&replaced)).multipart(&file("replaced.txt", "other")).send().expect_status(200).json();
    assert_problem(&get(&server, &made), 410, gone);
    let (made, deleted) = of_both("deleted.txt");
    assert_eq!(admin.delete(&one(&deleted)).send().status(), 204);
    assert_problem(&server.anonymous().get(text(&made, "url")).header("Range", "bytes=9-").send(), 410, gone);
    assert_eq!(server.anonymous().head(text(&made, "url")).send().status(), 410);
}

#[test]
fn only_its_link_opens_an_archive_and_no_log_line_has_that() {
    let mut server = server();
    let admin = server.admin();
    let made = of_files(&admin, &[&create(&admin, "a.txt", "a")]);
    let url = text(&made, "url");
    let (path, query) = url.split_once('?').unwrap();
    let other = path.replace("archives/1", "archives/2");
    let invalid = [
        path.to_owned(),
        format!("{other}?{query}"),
        format!("{path}?{query}A"),
        format!("{path}?{query}&x=1"),
        format!("{path}?{}", query.replace("expires=1", "expires=2")),
    ];
    for url in &invalid {
        assert_problem(&server.anonymous().get(url).send(), 403, "The link is not valid.");
        assert_problem(&admin.get(url).send(), 403, "The link is not valid.");
    }
    assert_eq!(get(&server, &made).status(), 200);
    assert!(server.terminate().unwrap().success());
    let log = server.log();
    assert!(log.contains("/api/media/archives/1") && !log.contains("signature="), "{log}");
}

#[test]
fn every_storage_and_delivery_streams_archives() {
    let accel = local_builder("x-accel").start();
    assert_streams(&accel);
    let Some(bucket) = Bucket::new() else { return };
    assert_streams(&builder().bucket(&bucket).config("media_delivery", "redirect").start());
}

fn local_builder(delivery: &str) -> tintype_testkit::Builder {
    builder().local_storage().config("media_delivery", delivery)
}

#[track_caller]
fn assert_streams(server: &Server) {
    let admin = server.admin();
    let contents: Vec<_> = (0..20).map(|number| noise(1 + 40_000 * number as usize, number)).collect();
    let files: Vec<_> = contents.iter().map(|content| create(&admin, "a.bin", content)).collect();
    let answer = get(server, &of_files(&admin, &files.iter().collect::<Vec<_>>())).expect_status(200);
    let unpacked: Vec<_> = unpack(answer.bytes()).into_iter().map(|(_, content)| content).collect();
    assert!(unpacked == contents);
}

#[test]
fn a_damaged_object_is_never_part_of_a_whole_archive() {
    const SIZE: usize = 5 << 20;
    let server = local_server();
    let admin = server.admin();
    let small = create(&admin, "a.bin", noise(1000, 1));
    let large = create(&admin, "b.bin", noise(SIZE, 2));
    let stored = |object: &Value| server.home().data_dir().join("media").join(key(object));
    let (ahead, behind) = (of_files(&admin, &[&large, &small]), of_files(&admin, &[&small, &large]));
    let mut content = fs::read(stored(&large)).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs::write(stored(&large), &content).unwrap();
    // A bit is wrong at the end: the client is not told that all is well.
    for archive in [&ahead, &behind] {
        assert!(server.anonymous().get(text(archive, "url")).try_send().is_err());
    }
    File::options().write(true).open(stored(&large)).unwrap().set_len(9).unwrap();
    problem(&get(&server, &ahead), 500);
    assert!(server.anonymous().get(text(&behind, "url")).try_send().is_err());
    fs::remove_file(stored(&small)).unwrap();
    problem(&get(&server, &behind), 500);
}
