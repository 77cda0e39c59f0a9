//! `tintype serve --temporary`.

use crate::support::{FILES, builder, create};
use serde_json::Value;
use tintype_testkit::eventually;

#[test]
fn a_temporary_server_says_where_it_is_and_leaves_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().to_str().unwrap();
    // Neither is touched.
    let mut server = builder()
        .env("TMPDIR", folder)
        .config("database_url", "sqlite:///nowhere/tintype.db")
        .config("data_dir", "/nowhere")
        .argument("--temporary")
        .start();
    eventually("the line is printed", || server.stdout().ends_with('\n'));
    let printed = server.stdout();
    assert_eq!(printed.lines().count(), 1, "{printed}");
    let line: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(line["url"], server.url());
    let admin = server.client("admin", line["token"].as_str().unwrap());
    create(&admin, "a.txt", "a");
    assert_eq!(admin.get(FILES).send().json()["count"], 1);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
    assert!(server.terminate().unwrap().success());
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "everything is gone");
}

#[test]
fn a_temporary_server_that_is_killed_leaves_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let mut server = builder().env("TMPDIR", parent.path().to_str().unwrap()).argument("--temporary").start();
    assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
    server.kill();
    eventually("everything is gone", || std::fs::read_dir(parent.path()).unwrap().count() == 0);
}
