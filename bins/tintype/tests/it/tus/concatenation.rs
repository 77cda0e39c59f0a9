use super::{BYTES, UPLOADS, begin, encoded, file_of, location, offset, patch, tus};
use crate::support::checks::problem;
use crate::support::{CREATE, assert_problem, builder, fetch, noise, server, stored_keys};
use tintype_testkit::{Client, Response, eventually};

/// Begins a partial upload with its bytes, and returns its path.
#[track_caller]
fn part(client: &Client, length: usize, bytes: &[u8]) -> String {
    let request = tus(client, "POST", UPLOADS).header("Upload-Concat", "partial");
    let request = request.header("Upload-Length", &length.to_string()).body(BYTES, bytes);
    location(&request.send().expect_status(201))
}

fn concatenate(client: &Client, parts: &[&str]) -> Response {
    let request = tus(client, "POST", UPLOADS).header("Upload-Concat", &format!("final;{}", parts.join(" ")));
    request.header("Upload-Metadata", &format!("filename {}", encoded("whole.bin"))).send()
}

#[test]
fn parts_that_came_at_the_same_time_become_one_file() {
    let server = server();
    let admin = server.admin();
    let content = noise(500_000, 1);
    let paths: Vec<String> = std::thread::scope(|scope| {
        let send = |piece| part(&admin, 100_000, piece);
        let sent: Vec<_> = content.chunks(100_000).map(|piece| scope.spawn(move || send(piece))).collect();
        sent.into_iter().map(|path| path.join().unwrap()).collect()
    });
    let head = tus(&admin, "HEAD", &paths[0]).send().expect_status(200);
    assert_eq!((head.header("upload-concat"), head.header("upload-file")), (Some("partial"), None));
    assert_eq!(admin.get(&paths[0]).send().json()["state"], "received");
    // Absolute URLs are as good as paths.
    let absolute = format!("http://other.example{}/", paths[4]);
    let answer = concatenate(&admin, &[&paths[0], &paths[1], &paths[2], &paths[3], &absolute]).expect_status(201);
    assert!(fetch(&server, &file_of(&admin, &answer)) == content);
    let head = tus(&admin, "HEAD", &location(&answer)).send().expect_status(200);
    assert!(head.header("upload-concat").unwrap().starts_with("final;/api/media/uploads/"));
    assert_eq!((head.header("upload-length"), head.header("upload-offset")), (Some("500000"), Some("500000")));
    let answer = patch(&admin, &location(&answer), 500_000, b"x").send();
    assert_problem(&answer, 403, "Nothing can be added to a final upload.");
    eventually("only the file is left in the storage", || stored_keys(&server).len() == 1);
    assert_eq!(tus(&admin, "HEAD", &paths[0]).send().status(), 404, "the parts are used up");
}

#[test]
fn only_complete_parts_of_the_same_user_can_be_concatenated() {
    let server = builder().config("max_upload_size", "64 KiB").start();
    let (admin, other) = (server.admin(), server.staff([CREATE]));
    let (whole, half, foreign) = (part(&admin, 3, b"abc"), part(&admin, 6, b"def"), part(&other, 3, b"ghi"));
    let plain = location(&begin(&admin, 3, "a.txt").send().expect_status(201));
    for not_a_part in [&half, &plain] {
        let answer = concatenate(&admin, &[&whole, not_a_part]);
        assert_problem(&answer, 400, "Only complete partial uploads can be concatenated.");
    }
    problem(&concatenate(&admin, &[&whole, &foreign]), 404);
    problem(&concatenate(&admin, &[&whole, "/api/media/uploads/x"]), 404);
    problem(&concatenate(&admin, &[]), 400);
    let long = part(&admin, 40_000, &noise(40_000, 1));
    problem(&concatenate(&admin, &[&long, &long]), 413);
    assert_eq!(offset(&admin, &whole), 3);
    let answer = concatenate(&admin, &[&whole, &whole]).expect_status(201);
    assert_eq!(fetch(&server, &file_of(&admin, &answer)), b"abcabc");
}
