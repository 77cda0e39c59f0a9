//! Bodies that are nothing but the file.

use super::assert_nothing_kept;
use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{
    FILES, VIEW, assert_field_error, assert_problem, builder, checksum, fetch, file, noise, server, text, wire,
};

#[test]
fn a_body_that_is_named_by_its_disposition_is_the_file() {
    let server = server();
    let picture = jpeg(&gradient(100, 50));
    for (disposition, name) in [
        ("attachment; filename=a.jpg", "a.jpg"),
        ("attachment; filename=\"a b.jpg\"", "a b.jpg"),
        ("attachment; filename=\"x.jpg\"; filename*=UTF-8''%D8%B9%DA%A9%D8%B3.jpg", "عکس.jpg"),
        ("attachment; filename=\"C:\\\\photos\\\\a.jpg\"", "a.jpg"),
        ("inline; filename=\"../../a.jpg\"", "a.jpg"),
    ] {
        let request = server.admin();
        let request = request.post(FILES).header("Content-Disposition", disposition);
        let answer = request.body("text/plain", picture.clone()).send().expect_status(201);
        let object = answer.json();
        assert_eq!(answer.header("location"), Some(format!("{FILES}/{}", object["id"]).as_str()));
        assert_eq!((text(&object, "name"), text(&object, "mime_type")), (name, "image/jpeg"), "{disposition}");
        assert_eq!(text(&object, "checksum"), checksum(&picture));
        assert_eq!(object["thumbnails"].as_array().unwrap().len(), 4);
        assert!(fetch(&server, &object) == picture);
    }
}

#[test]
fn a_body_that_is_named_by_the_query_is_the_file_whatever_its_type() {
    let server = server();
    let admin = server.admin();
    for content_type in ["application/json", "application/x-www-form-urlencoded", "application/octet-stream", ""] {
        let request = admin.post(FILES).query([("name", "ü 1.json")]).body(content_type, "{}");
        let object = request.send().expect_status(201).json();
        assert_eq!((text(&object, "name"), object["size"].as_u64()), ("ü 1.json", Some(2)), "{content_type}");
    }
    let request =
        admin.post(FILES).query([("name", "Called")]).header("Content-Disposition", "attachment; filename=a.txt");
    let object = request.body("text/plain", "x").send().expect_status(201).json();
    assert_eq!((text(&object, "name"), text(&object, "type")), ("Called", "text"));
    assert!(text(&object, "f").ends_with("/a.txt"), "{object}");
}

#[test]
fn a_form_stays_a_form() {
    let server = server();
    let form = file("a.txt", "x");
    let request = server.admin();
    let request =
        request.post(FILES).query([("name", "other")]).header("Content-Disposition", "attachment; filename=b");
    let object = request.multipart(&form).send().expect_status(201).json();
    assert_eq!((text(&object, "name"), object["size"].as_u64()), ("a.txt", Some(1)));
}

#[test]
fn a_raw_body_has_the_limits_and_answers_of_a_form() {
    let server = builder().config("max_upload_size", "64 KiB").start();
    let admin = server.admin();
    let raw = |name, body| admin.post(FILES).query([("name", name)]).body("text/plain", body).send();
    assert_field_error(&raw("a.txt", Vec::new()), "f", "The submitted file is empty.");
    assert_field_error(&raw("", b"x".to_vec()), "f", "No filename could be determined.");
    problem(&raw("a.bin", noise(64 * 1024 + 1, 1)), 413);
    let answer = admin.post(FILES).header("Content-Disposition", "attachment").body("text/plain", "x").send();
    assert_problem(&answer, 415, "Unsupported media type \"text/plain\" in request.");
    let viewer = server.staff([VIEW]);
    problem(&viewer.post(FILES).query([("name", "a")]).body("text/plain", "x").send(), 403);
    problem(&server.anonymous().post(FILES).query([("name", "a")]).body("text/plain", "x").send(), 401);
    assert_nothing_kept(&server);
    assert_eq!(raw("a.bin", noise(64 * 1024, 1)).expect_status(201).json()["size"], 64 * 1024);
}

#[test]
fn a_raw_body_over_the_limit_is_refused_before_it_is_sent_and_while_it_streams() {
    let server = builder().config("max_upload_size", "64 KiB").start();
    let path = format!("{FILES}?name=a.bin");
    let mut connection = server.connect();
    connection.send(wire::head(&server.admin(), "POST", &path, &[("Content-Length", "10000000")])).unwrap();
    problem(&connection.read_response().unwrap(), 413);
    let mut connection = server.connect();
    connection.send(wire::head(&server.admin(), "POST", &path, &[("Transfer-Encoding", "chunked")])).unwrap();
    connection.send(wire::chunk(&noise(64 * 1024 + 4096, 1))).unwrap();
    problem(&connection.read_response().unwrap(), 413);
    assert_nothing_kept(&server);
}
