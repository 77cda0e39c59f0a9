//! Resumable uploads: the tus protocol, extension by extension, and what dying servers leave of
//! them.

mod concatenation;
mod deaths;

use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{
    CREATE, DELETE, VIEW, assert_field_error, assert_problem, builder, checksum, fetch, noise, server, stored_keys,
    text, wire,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tintype_testkit::{Client, Request, Response, Server, eventually};

const UPLOADS: &str = "/api/media/uploads";
const BYTES: &str = "application/offset+octet-stream";

fn encoded(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

/// Starts a request of the protocol.
fn tus<'c>(client: &'c Client, method: &str, path: &str) -> Request<'c> {
    client.request(method, path).header("Tus-Resumable", "1.0.0")
}

/// Returns a request that begins an upload of that length.
fn begin<'c>(client: &'c Client, length: usize, name: &str) -> Request<'c> {
    tus(client, "POST", UPLOADS)
        .header("Upload-Length", &length.to_string())
        .header("Upload-Metadata", &format!("filename {}", encoded(name)))
}

/// Begins an upload and returns its path.
#[track_caller]
pub(crate) fn begun(client: &Client, length: usize, name: &str) -> String {
    location(&begin(client, length, name).send().expect_status(201))
}

#[track_caller]
fn assert_status(answer: &Response, status: u16) {
    assert_eq!(answer.status(), status, "{answer}");
}

#[track_caller]
fn location(answer: &Response) -> String {
    answer.header("location").expect("a location").to_owned()
}

/// Returns a request that adds bytes.
pub(crate) fn patch<'c>(client: &'c Client, path: &str, offset: usize, bytes: &[u8]) -> Request<'c> {
    tus(client, "PATCH", path).header("Upload-Offset", &offset.to_string()).body(BYTES, bytes)
}

/// Returns how far an upload has come.
#[track_caller]
fn offset(client: &Client, path: &str) -> usize {
    let answer = tus(client, "HEAD", path).send().expect_status(200);
    answer.header("upload-offset").expect("an offset").parse().expect("a number")
}

/// Returns the file that an answer names.
#[track_caller]
pub(crate) fn file_of(client: &Client, answer: &Response) -> Value {
    let path = answer.header("upload-file").unwrap_or_else(|| panic!("a file in {answer}"));
    client.get(path).send().expect_status(200).json()
}

#[test]
fn a_file_comes_in_pieces_and_is_what_it_would_be_in_one() {
    let server = server();
    let user = server.staff([CREATE, VIEW]);
    let picture = jpeg(&gradient(400, 300));
    let metadata = format!(
        "filename {},name {},description {},visibility {},filetype {}",
        encoded("photo.jpg"),
        encoded("Rooftop"),
        encoded("At noon"),
        encoded("public"),
        encoded("image/jpeg")
    );
    let request = tus(&user, "POST", UPLOADS).header("Upload-Length", &picture.len().to_string());
    let answer = request.header("Upload-Metadata", &metadata).send().expect_status(201);
    let path = location(&answer);
    assert!(path.starts_with(UPLOADS) && path.len() >= UPLOADS.len() + 33, "{path}");
    assert!(answer.header("upload-expires").unwrap().ends_with(" GMT"), "{answer}");
    let head = tus(&user, "HEAD", &path).send().expect_status(200);
    let header = |name| head.header(name).map(str::to_owned);
    assert_eq!(header("upload-offset").as_deref(), Some("0"));
    assert_eq!(header("upload-length"), Some(picture.len().to_string()));
    assert_eq!(header("upload-metadata"), Some(metadata));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("tus-resumable").as_deref(), Some("1.0.0"));
    let third = picture.len() / 3;
    for start in [0, third] {
        let answer = patch(&user, &path, start, &picture[start..start + third]).send().expect_status(204);
        assert_eq!(answer.header("upload-offset"), Some((start + third).to_string().as_str()));
        assert_eq!(answer.header("upload-file"), None);
        assert!(answer.header("upload-expires").is_some());
        assert_eq!(offset(&user, &path), start + third);
    }
    let state = user.get(&path).send().expect_status(200).json();
    assert_eq!(
        (&state["state"], &state["offset"], &state["file"]),
        (&json!("receiving"), &json!(2 * third), &json!(null))
    );
    let last = patch(&user, &path, 2 * third, &picture[2 * third..]).send().expect_status(204);
    let object = file_of(&user, &last);
    assert_eq!((text(&object, "name"), text(&object, "description")), ("Rooftop", "At noon"));
    assert_eq!((text(&object, "mime_type"), text(&object, "checksum")), ("image/jpeg", checksum(&picture).as_str()));
    assert_eq!(object["thumbnails"].as_array().unwrap().len(), 4);
    assert_eq!(object["user"]["username"], user.username());
    assert!(text(&object, "f").ends_with("/photo.jpg"));
    assert!(fetch(&server, &object) == picture);
    let state = user.get(&path).send().expect_status(200).json();
    assert_eq!((&state["state"], &state["length"]), (&json!("finished"), &json!(picture.len())));
    assert_eq!(state["file"], last.header("upload-file").unwrap());
    assert_eq!(file_of(&user, &tus(&user, "HEAD", &path).send())["id"], object["id"]);
    eventually("only the file is left in the storage", || stored_keys(&server).len() == 5);
    // An empty piece at the end tells the same once more.
    assert_eq!(file_of(&user, &patch(&user, &path, picture.len(), b"").send().expect_status(204))["id"], object["id"]);
}

#[test]
fn the_server_says_what_it_speaks_and_refuses_other_versions() {
    let server = builder().config("max_upload_size", "64 KiB").start();
    for path in [UPLOADS.to_owned(), format!("{UPLOADS}/x")] {
        let answer = server.anonymous().request("OPTIONS", &path).send().expect_status(200);
        assert_eq!(answer.header("tus-version"), Some("1.0.0"));
        assert_eq!(answer.header("tus-max-size"), Some("65536"));
        assert_eq!(answer.header("tus-checksum-algorithm"), Some("sha1,sha256"));
        let extensions = answer.header("tus-extension").unwrap();
        for extension in [
            "creation",
            "creation-with-upload",
            "creation-defer-length",
            "expiration",
            "checksum",
            "termination",
            "concatenation",
        ] {
            assert!(extensions.split(',').any(|known| known == extension), "{extension}: {answer}");
        }
    }
    let admin = server.admin();
    for request in [
        admin.post(UPLOADS).header("Upload-Length", "1"),
        admin.post(UPLOADS).header("Upload-Length", "1").header("Tus-Resumable", "0.2.2"),
        admin.request("DELETE", &format!("{UPLOADS}/x")),
    ] {
        let answer = request.send();
        assert_problem(&answer, 412, "Only version 1.0.0 of tus is supported.");
        assert_eq!(answer.header("tus-version"), Some("1.0.0"));
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"));
    }
}

#[test]
fn an_upload_is_for_its_creator_alone_and_needs_the_permission() {
    let server = server();
    let (ada, bea, reader) = (server.staff([CREATE]), server.staff([CREATE, VIEW, DELETE]), server.staff([VIEW]));
    let path = begun(&ada, 3, "a.txt");
    problem(&begin(&reader, 3, "a.txt").send(), 403);
    problem(&begin(&server.anonymous(), 3, "a.txt").send(), 401);
    let missing = format!("{UPLOADS}/00000000000000000000000000000000");
    for (client, path, status) in [
        (&bea, &path, 404),
        (&server.admin(), &path, 404),
        (&ada, &missing, 404),
        (&reader, &path, 403),
        (&server.anonymous(), &path, 401),
    ] {
        assert_eq!(tus(client, "HEAD", path).send().status(), status);
        problem(&tus(client, "GET", path).send(), status);
        problem(&patch(client, path, 0, b"abc").send(), status);
        problem(&tus(client, "DELETE", path).send(), status);
    }
    assert_eq!(offset(&ada, &path), 0);
    assert_status(&patch(&ada, &path, 0, b"abc").send(), 204);
}

#[test]
fn what_is_wrong_with_a_creation_is_told_before_any_byte() {
    let server = builder().config("max_upload_size", "5 TiB").start();
    let admin = server.admin();
    problem(&begin(&admin, (5 << 40) + 1, "a.bin").send(), 413);
    assert_problem(&begin(&admin, 5 << 40, "a.bin").send(), 507, "There is no room left.");
    assert_field_error(&begin(&admin, 0, "a.txt").send(), "f", "The submitted file is empty.");
    let create = |headers: &[(&str, &str)]| {
        let request = tus(&admin, "POST", UPLOADS);
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send()
    };
    let named = format!("filename {}", encoded("a.txt"));
    let long = format!("{named},name {}", encoded("x".repeat(256)));
    let one = ("Upload-Length", "1");
    assert_field_error(&create(&[one]), "f", "No filename could be determined.");
    let answer = create(&[one, ("Upload-Metadata", &long)]);
    assert_field_error(&answer, "name", "Ensure this field has no more than 255 characters.");
    for (header, headers) in [
        ("Upload-Length", vec![]),
        ("Upload-Length", vec![("Upload-Length", "-1")]),
        ("Upload-Length", vec![("Upload-Length", "ten")]),
        ("Upload-Defer-Length", vec![("Upload-Defer-Length", "2")]),
        ("Upload-Defer-Length", vec![one, ("Upload-Defer-Length", "1")]),
        ("Upload-Concat", vec![one, ("Upload-Concat", "whole")]),
        ("Upload-Checksum", vec![one, ("Upload-Checksum", "md5 AAAA")]),
        ("Upload-Checksum", vec![one, ("Upload-Checksum", "sha1 AAAA")]),
    ] {
        let answer = create(&[headers.as_slice(), &[("Upload-Metadata", named.as_str())]].concat());
        assert_problem(&answer, 400, &format!("The header `{header}` is missing or not valid."));
    }
    let answer = create(&[one, ("Upload-Metadata", "filename !")]);
    assert_problem(&answer, 400, "The header `Upload-Metadata` is missing or not valid.");
    assert_eq!(stored_keys(&server), Vec::<String>::new());
}

#[test]
fn bytes_have_to_follow_those_that_have_come() {
    let server = server();
    let admin = server.admin();
    let path = begun(&admin, 6, "a.txt");
    assert_status(&patch(&admin, &path, 0, b"abc").send(), 204);
    for at in [0, 2, 4] {
        assert_problem(&patch(&admin, &path, at, b"x").send(), 409, "The upload continues at another offset.");
    }
    let answer = tus(&admin, "PATCH", &path).body(BYTES, "x").send();
    assert_problem(&answer, 400, "The header `Upload-Offset` is missing or not valid.");
    let answer = tus(&admin, "PATCH", &path).header("Upload-Offset", "3").body("text/plain", "x").send();
    assert_problem(&answer, 415, "Unsupported media type \"text/plain\" in request.");
    problem(&patch(&admin, &path, 3, b"defg").send(), 413);
    let answer = patch(&admin, &path, 3, b"def").header("Upload-Length", "7").send();
    assert_problem(&answer, 400, "The upload cannot have that length.");
    assert_eq!(offset(&admin, &path), 3);
    let object = file_of(&admin, &patch(&admin, &path, 3, b"def").send().expect_status(204));
    assert_eq!(fetch(&server, &object), b"abcdef");
}

#[test]
fn more_bytes_than_announced_are_refused_while_they_stream() {
    let server = builder().config("max_upload_size", "64 KiB").start();
    let admin = server.admin();
    let deferred = tus(&admin, "POST", UPLOADS).header("Upload-Defer-Length", "1");
    let deferred = deferred.header("Upload-Metadata", &format!("filename {}", encoded("a.bin"))).send();
    for path in [begun(&admin, 1000, "a.bin"), location(&deferred)] {
        let headers = [
            ("Content-Type", BYTES),
            ("Transfer-Encoding", "chunked"),
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Offset", "0"),
        ];
        let mut connection = server.connect();
        connection.send(wire::head(&admin, "PATCH", &path, &headers)).unwrap();
        connection.send(wire::chunk(&noise(64 * 1024 + 1, 1))).unwrap();
        problem(&connection.read_response().unwrap(), 413);
        assert_eq!(offset(&admin, &path), 0);
    }
}

#[test]
fn a_creation_may_bring_the_first_bytes_or_all() {
    let server = server();
    let admin = server.admin();
    let answer = begin(&admin, 6, "a.txt").body(BYTES, "abc").send().expect_status(201);
    assert_eq!((answer.header("upload-offset"), answer.header("upload-file")), (Some("3"), None));
    let path = location(&answer);
    let object = file_of(&admin, &patch(&admin, &path, 3, b"def").send().expect_status(204));
    assert_eq!(fetch(&server, &object), b"abcdef");
    let answer = begin(&admin, 6, "b.txt").body(BYTES, "ghijkl").send().expect_status(201);
    assert_eq!(answer.header("upload-offset"), Some("6"));
    assert_eq!(fetch(&server, &file_of(&admin, &answer)), b"ghijkl");
    problem(&begin(&admin, 6, "b.txt").body(BYTES, "ghijklm").send(), 413);
    problem(&begin(&admin, 6, "b.txt").body("text/plain", "ghijkl").send(), 415);
    eventually("two files are left in the storage", || stored_keys(&server).len() == 2);
}

#[test]
fn the_length_may_come_later() {
    let server = server();
    let admin = server.admin();
    let request = tus(&admin, "POST", UPLOADS).header("Upload-Defer-Length", "1");
    let request = request.header("Upload-Metadata", &format!("filename {}", encoded("a.txt")));
    let path = location(&request.send().expect_status(201));
    assert_status(&patch(&admin, &path, 0, b"abc").send(), 204);
    let head = tus(&admin, "HEAD", &path).send().expect_status(200);
    assert_eq!((head.header("upload-defer-length"), head.header("upload-length")), (Some("1"), None));
    let answer = patch(&admin, &path, 3, b"d").header("Upload-Length", "2").send();
    assert_problem(&answer, 400, "The upload cannot have that length.");
    problem(&patch(&admin, &path, 3, b"d").header("Upload-Length", "999999999999").send(), 413);
    assert_status(&patch(&admin, &path, 3, b"d").header("Upload-Length", "5").send(), 204);
    assert_eq!(tus(&admin, "HEAD", &path).send().header("upload-length"), Some("5"));
    let object = file_of(&admin, &patch(&admin, &path, 4, b"e").send().expect_status(204));
    assert_eq!(fetch(&server, &object), b"abcde");
}

#[test]
fn bytes_with_another_checksum_are_not_kept() {
    let server = server();
    let admin = server.admin();
    let path = begun(&admin, 6, "a.txt");
    // SHA-1 of `abc`.
    let sha1 = "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
    let answer = patch(&admin, &path, 0, b"abd").header("Upload-Checksum", sha1).send();
    assert_eq!(problem(&answer, 460)["title"], "Checksum Mismatch");
    assert_eq!(offset(&admin, &path), 0);
    assert_status(&patch(&admin, &path, 0, b"abc").header("Upload-Checksum", sha1).send(), 204);
    let sha256 = format!("sha256 {}", encoded(Sha256::digest(b"def")));
    problem(&patch(&admin, &path, 3, b"deg").header("Upload-Checksum", &sha256).send(), 460);
    let answer = patch(&admin, &path, 3, b"def").header("Upload-Checksum", "md5 AAAA").send();
    assert_problem(&answer, 400, "The header `Upload-Checksum` is missing or not valid.");
    let answer = patch(&admin, &path, 3, b"def").header("Upload-Checksum", &sha256).send().expect_status(204);
    assert_eq!(fetch(&server, &file_of(&admin, &answer)), b"abcdef");
    problem(&begin(&admin, 3, "a.txt").header("Upload-Checksum", sha1).body(BYTES, "abd").send(), 460);
    eventually("only the file is left in the storage", || stored_keys(&server).len() == 1);
}

#[test]
fn an_upload_can_be_ended_and_a_finished_one_leaves_its_file() {
    let server = server();
    let admin = server.admin();
    let path = begun(&admin, 6, "a.txt");
    assert_status(&patch(&admin, &path, 0, b"abc").send(), 204);
    assert_eq!(stored_keys(&server).len(), 1);
    assert_status(&tus(&admin, "DELETE", &path).send(), 204);
    for method in ["HEAD", "DELETE"] {
        assert_eq!(tus(&admin, method, &path).send().status(), 404);
    }
    eventually("nothing is left in the storage", || stored_keys(&server).is_empty());
    let path = begun(&admin, 3, "a.txt");
    let object = file_of(&admin, &patch(&admin, &path, 0, b"abc").send().expect_status(204));
    // For clients that cannot send other methods.
    assert_status(&tus(&admin, "POST", &path).header("X-HTTP-Method-Override", "DELETE").send(), 204);
    assert_eq!(tus(&admin, "HEAD", &path).send().status(), 404);
    assert_eq!(fetch(&server, &object), b"abc");
    problem(&tus(&admin, "POST", &path).send(), 405);
    problem(&tus(&admin, "PUT", &path).send(), 405);
}

#[test]
fn an_upload_that_nobody_continues_expires() {
    let server = builder().config("upload_expires", "3s").config("abandoned_after", "1s").start();
    let admin = server.admin();
    let path = begun(&admin, 6, "a.txt");
    assert_status(&patch(&admin, &path, 0, b"abc").send(), 204);
    assert_eq!(stored_keys(&server).len(), 1);
    eventually("the upload is gone", || tus(&admin, "HEAD", &path).send().status() == 404);
    problem(&patch(&admin, &path, 3, b"def").send(), 404);
    eventually("nothing is left in the storage", || stored_keys(&server).is_empty());
}

#[test]
fn a_type_that_is_not_allowed_is_refused_at_the_end_and_leaves_nothing() {
    let server = builder().config("allowed_types", "image").start();
    let admin = server.admin();
    let path = begun(&admin, 5, "a.jpg");
    assert_status(&patch(&admin, &path, 0, b"hel").send(), 204);
    let answer = patch(&admin, &path, 3, b"lo").send();
    assert_problem(&answer, 415, "Unsupported media type \"text/plain\" in request.");
    problem(&tus(&admin, "GET", &path).send(), 415);
    problem(&begin(&admin, 5, "a.jpg").body(BYTES, "hello").send(), 415);
    eventually("nothing is left in the storage", || stored_keys(&server).is_empty());
}

#[test]
fn of_two_who_send_the_same_bytes_one_wins() {
    let server = server();
    let admin = server.admin();
    let content = noise(300_000, 1);
    for _ in 0..5 {
        let path = begun(&admin, content.len(), "a.bin");
        let answers: Vec<Response> = std::thread::scope(|scope| {
            let send = || patch(&admin, &path, 0, &content).send();
            let sent: Vec<_> = (0..4).map(|_| scope.spawn(send)).collect();
            sent.into_iter().map(|answer| answer.join().unwrap()).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status() == 204);
        assert!(won.len() == 1 && lost.iter().all(|answer| [409, 423].contains(&answer.status())), "{answers:?}");
        assert!(fetch(&server, &file_of(&admin, won[0])) == content);
    }
    assert_eq!(admin.get("/api/media/files").send().json()["count"], 5);
    eventually("only the files are left in the storage", || stored_keys(&server).len() == 5);
}

#[test]
fn a_long_piece_takes_little_memory() {
    let server = server();
    let admin = server.admin();
    assert_status(&begin(&admin, 3, "warm-up.txt").body(BYTES, "abc").send(), 201);
    let content = noise(90 << 20, 1);
    let path = begun(&admin, content.len(), "a.bin");
    let before = server.peak_memory().unwrap();
    let object = file_of(&admin, &patch(&admin, &path, 0, &content).send().expect_status(204));
    let grown = server.peak_memory().unwrap().saturating_sub(before);
    assert!(grown < 40 << 20, "grew by {grown} bytes for 90 MiB");
    assert_eq!(text(&object, "checksum"), checksum(&content));
}

/// Sends the head of a request that adds bytes and, once the server waits for them, those that
/// there are.
fn send_some(
    server: &Server,
    client: &Client,
    path: &str,
    length: usize,
    bytes: &[u8],
) -> tintype_testkit::RawConnection {
    let length = length.to_string();
    let headers = [
        ("Content-Type", BYTES),
        ("Content-Length", length.as_str()),
        ("Tus-Resumable", "1.0.0"),
        ("Upload-Offset", "0"),
        ("Expect", "100-continue"),
    ];
    let mut connection = server.connect();
    connection.send(wire::head(client, "PATCH", path, &headers)).unwrap();
    assert_eq!(connection.read_any_response().unwrap().status(), 100);
    connection.send(bytes).unwrap();
    connection
}
