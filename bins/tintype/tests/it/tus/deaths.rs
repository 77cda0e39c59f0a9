use super::{assert_status, begun, file_of, offset, patch, send_some};
use crate::support::{checksum, fetch, noise, server, stored_keys, text};
use std::time::Duration;
use tintype_testkit::{Client, Response, eventually, wait_for};

/// Sends the rest as clients of tus do: from the offset that the server tells, and again if it has
/// moved meanwhile. Bytes that were sent before and not answered may be kept a moment later.
fn go_on(client: &Client, path: &str, content: &[u8], sent: usize) -> Response {
    loop {
        let at = offset(client, path);
        assert!(at <= sent);
        let answer = patch(client, path, at, &content[at..]).send();
        if answer.status() == 204 {
            return answer;
        }
        assert_eq!(answer.status(), 409);
    }
}

#[test]
fn what_came_before_a_cut_connection_is_kept() {
    let server = server();
    let admin = server.admin();
    let content = noise(3_000_000, 1);
    let path = begun(&admin, content.len(), "a.bin");
    let connection = send_some(&server, &admin, &path, content.len(), &content[..1_000_000]);
    drop(connection);
    eventually("what came is kept", || offset(&admin, &path) == 1_000_000);
    let answer = patch(&admin, &path, 1_000_000, &content[1_000_000..]).send().expect_status(204);
    assert!(fetch(&server, &file_of(&admin, &answer)) == content);
    eventually("only the file is left in the storage", || stored_keys(&server).len() == 1);
}

#[test]
fn a_client_that_comes_back_need_not_wait_for_its_dead_connection() {
    let server = server();
    let admin = server.admin();
    let content = noise(3_000_000, 1);
    let path = begun(&admin, content.len(), "a.bin");
    let mut silent = send_some(&server, &admin, &path, content.len(), &content[..1_000_000]);
    let answer = go_on(&admin, &path, &content, 1_000_000);
    assert!(fetch(&server, &file_of(&admin, &answer)) == content);
    // What comes late is too late.
    silent.send(&content[1_000_000..]).unwrap();
    assert_eq!(silent.read_response().unwrap().status(), 409);
    assert!(fetch(&server, &file_of(&admin, &answer)) == content);
    eventually("only the file is left in the storage", || stored_keys(&server).len() == 1);
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_piece_goes_on_where_it_was() {
    let mut server = server();
    let admin = server.admin();
    let content = noise(50 << 20, 1);
    let path = begun(&admin, content.len(), "a.bin");
    let connection = send_some(&server, &admin, &path, content.len(), &content[..45 << 20]);
    eventually("some of it is safe", || offset(&admin, &path) >= 32 << 20);
    let before = offset(&admin, &path);
    server.kill();
    drop(connection);
    server.restart().unwrap();
    let after = offset(&admin, &path);
    assert!((before..=45 << 20).contains(&after), "{before}, then {after}");
    let answer = patch(&admin, &path, after, &content[after..]).send().expect_status(204);
    assert_eq!(text(&file_of(&admin, &answer), "checksum"), checksum(&content));
}

#[test]
fn nothing_that_was_answered_is_lost_whenever_the_server_is_killed() {
    let mut server = server();
    let admin = server.admin();
    let content = noise(1_500_000, 7);
    for round in 0..8_u64 {
        let path = begun(&admin, content.len(), "a.bin");
        assert_status(&patch(&admin, &path, 0, &content[..500_000]).send(), 204);
        std::thread::scope(|scope| {
            scope.spawn(|| drop(patch(&admin, &path, 500_000, &content[500_000..]).try_send()));
            std::thread::sleep(Duration::from_millis(3 * round));
            server.kill();
        });
        server.restart().unwrap();
        let come = offset(&admin, &path);
        assert!(come >= 500_000, "{come}");
        if come < content.len() {
            assert_status(&patch(&admin, &path, come, &content[come..]).send(), 204);
        }
        // If the server was killed while it made the file, a job makes it.
        let file = wait_for(Duration::from_secs(90), || {
            let state = admin.get(&path).send().expect_status(200).json();
            state["file"].as_str().map(str::to_owned)
        });
        let object = admin.get(&file.expect("the file is made")).send().expect_status(200).json();
        assert_eq!(text(&object, "checksum"), checksum(&content));
    }
    assert_eq!(admin.get("/api/media/files").send().json()["count"], 8);
}
