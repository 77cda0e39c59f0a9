//! Clients that are slow, silent, gone or too many.

use super::assert_nothing_kept;
use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{
    FILES, builder, create, fetch, file, noise, one, server, unnamed_bytes, wait_until_spooled, wire,
};
use std::time::Duration;
use tintype_testkit::{Error, Form, RawConnection, Response, eventually};

#[test]
fn a_client_that_leaves_half_way_leaves_nothing_behind() {
    let server = server();
    let admin = server.admin();
    let form = Form::new();
    let (before, _) = form.around_file("f", "a.bin");
    let mut connection = wire::begin_upload(&server, &admin, 10_000_000, &form.content_type());
    connection.send(before).unwrap();
    connection.send(noise(500_000, 1)).unwrap();
    wait_until_spooled(&server);
    drop(connection);
    eventually("what had arrived is let go", || unnamed_bytes(&server) == 0);
    assert_nothing_kept(&server);
    assert_eq!(create(&admin, "next.txt", "x")["name"], "next.txt");
}

#[test]
fn a_file_that_arrives_byte_by_byte_is_whole() {
    let server = server();
    let form = file("slow.jpg", jpeg(&gradient(20, 10)));
    let body = form.encode();
    let mut connection = wire::begin_upload(&server, &server.admin(), body.len(), &form.content_type());
    for byte in &body {
        connection.send([*byte]).unwrap();
    }
    let object = connection.read_response().unwrap().expect_status(201).json();
    assert!(fetch(&server, &object) == jpeg(&gradient(20, 10)));
}

#[test]
fn a_connection_carries_one_upload_after_another() {
    let server = server();
    let admin = server.admin();
    let mut connection = server.connect();
    for number in 0..5 {
        let form = file("a.txt", format!("{number}"));
        let (content_type, body) = (form.content_type(), form.encode());
        let length = body.len().to_string();
        let headers = [("Content-Type", content_type.as_str()), ("Content-Length", length.as_str())];
        connection.send(wire::head(&admin, "POST", FILES, &headers)).unwrap();
        connection.send(body).unwrap();
        let object = connection.read_response().unwrap().expect_status(201).json();
        assert_eq!(fetch(&server, &object), format!("{number}").as_bytes());
    }
}

#[test]
fn an_idle_connection_does_not_keep_others_waiting() {
    let server = builder().config("workers", "1").start();
    let admin = server.admin();
    let form = Form::new();
    let stalled: Vec<RawConnection> =
        (0..20).map(|_| wire::begin_upload(&server, &admin, 1000, &form.content_type())).collect();
    let object = create(&admin, "a.txt", "x");
    assert_eq!(admin.get(&one(&object)).send().status(), 200);
    drop(stalled);
}

#[test]
fn an_uploader_who_falls_silent_is_let_go() {
    let server = builder().config("upload_idle_timeout", "1s").start();
    let admin = server.admin();
    let form = Form::new();
    let (before, _) = form.around_file("f", "a.bin");
    let mut connection = wire::begin_upload(&server, &admin, 4_000_000, &form.content_type());
    connection.send(before).unwrap();
    connection.send(noise(2_000_000, 1)).unwrap();
    match connection.read_response() {
        Ok(response) => drop(problem(&response, 408)),
        Err(Error::Malformed { excerpt, .. }) => assert_eq!(excerpt, "", "the connection is closed without a word"),
        Err(error) => panic!("the connection stays open: {error}"),
    }
    eventually("what had arrived is let go", || unnamed_bytes(&server) == 0);
    assert_nothing_kept(&server);
}

#[test]
fn more_than_can_wait_are_told_to_come_back() {
    let server = builder().config("workers", "1").config("upload_queue", "1").start();
    let admin = server.admin();
    let picture = jpeg(&gradient(3000, 2000));
    let answers: Vec<Response> = std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..12).map(|_| scope.spawn(|| admin.upload(&file("a.jpg", &picture)))).collect();
        uploads.into_iter().map(|upload| upload.join().unwrap()).collect()
    });
    let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status() == 201);
    assert!(!taken.is_empty() && !refused.is_empty(), "{} taken, {} refused", taken.len(), refused.len());
    for answer in refused {
        problem(answer, 503);
        let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
        assert!(seconds.is_some_and(|seconds| seconds > 0), "{answer}");
    }
    for answer in &taken {
        assert!(fetch(&server, &answer.json()) == picture);
    }
    assert_eq!(admin.get(FILES).send().json()["count"], taken.len());
    assert_eq!(create(&admin, "later.jpg", &picture)["thumbnails"].as_array().unwrap().len(), 4);
}

#[test]
fn an_uploader_too_slow_to_wait_for_does_not_hold_the_answer_of_a_refusal() {
    let server = server();
    let mut connection = server.connect();
    connection.set_timeout(Duration::from_secs(10)).unwrap();
    let headers = [("Content-Type", "text/plain"), ("Content-Length", "100")];
    connection.send(wire::head(&server.admin(), "POST", FILES, &headers)).unwrap();
    connection.send("a").unwrap();
    problem(&connection.read_response().unwrap(), 415);
}
