//! What an application would test of its own, here straight against the API.

use tintype_testkit::{Form, Server};

#[test]
fn an_upload_is_listed_and_served() {
    // `tintype` on the PATH, or what TINTYPE_BINARY names. It ends when `media` is dropped.
    let media = Server::builder().start();
    let uploader = media.staff([3801, 3802, 3804]);

    let form = Form::new().file("f", "note.txt", b"hello").text("tags", "notes");
    let file = uploader.upload(&form).expect_status(201).json();
    assert_eq!((&file["type"], &file["tags"][0]), (&"text".into(), &"notes".into()));

    let list = uploader.get("/api/media/files").query([("search", "note")]).send().expect_status(200);
    assert_eq!(list.json()["count"], 1);
    assert_eq!(media.anonymous().get(file["f"].as_str().unwrap()).send().bytes(), b"hello");
    uploader.delete(&format!("/api/media/files/{}", file["id"])).send().expect_status(204);
}
