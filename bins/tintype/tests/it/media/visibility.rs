//! Who may fetch a file: how it is set, changed and listed.

use crate::support::{FILES, assert_field_error, create, file, one, result_names, server, text};
use serde_json::json;

#[test]
fn visibility_is_set_by_uploads_and_changes() {
    let server = server();
    let admin = server.admin();
    let public = create(&admin, "a.txt", "a");
    assert_eq!(text(&public, "visibility"), "public");
    let private = admin.upload(&file("b.txt", "b").text("visibility", "private")).expect_status(201).json();
    assert_eq!(text(&private, "visibility"), "private");
    let empty = admin.upload(&file("c.txt", "c").text("visibility", "")).expect_status(201).json();
    assert_eq!(text(&empty, "visibility"), "public");

    let changed = admin.patch(&one(&public)).json(&json!({"visibility": "private"})).send().expect_status(200).json();
    assert_eq!(text(&changed, "visibility"), "private");
    assert!(text(&changed, "updated_at") > text(&public, "updated_at"));
    assert_eq!(admin.get(&one(&public)).send().expect_status(200).json()["visibility"], "private");
}

#[test]
fn other_values_are_refused() {
    let server = server();
    let admin = server.admin();
    let refused = admin.upload(&file("a.txt", "a").text("visibility", "secret"));
    assert_field_error(&refused, "visibility", "\"secret\" is not a valid choice.");
    let object = create(&admin, "a.txt", "a");
    let change = |value| admin.patch(&one(&object)).json(&json!({"visibility": value})).send();
    assert_field_error(&change(json!("Public")), "visibility", "\"Public\" is not a valid choice.");
    assert_field_error(&change(json!(null)), "visibility", "This field may not be null.");
    assert_field_error(&change(json!(["private"])), "visibility", "Not a valid string.");
}

#[test]
fn lists_filter_by_visibility_and_a_command_changes_all_files() {
    let server = server();
    let admin = server.admin();
    create(&admin, "public.txt", "a");
    admin.upload(&file("private.txt", "b").text("visibility", "private")).expect_status(201).json();
    let names = |filter: &str| {
        let page = admin.get(&format!("{FILES}?visibility={filter}")).send().expect_status(200).json();
        result_names(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((names("public"), names("private")), (vec!["public.txt".into()], vec!["private.txt".into()]));
    let refused = admin.get(&format!("{FILES}?visibility=zz")).send();
    assert_field_error(&refused, "visibility", "Select a valid choice. zz is not one of the available choices.");

    let command = |arguments: &[&str]| server.home().cli(["files", "set-visibility"].iter().chain(arguments));
    assert_eq!(command(&["private"]).code(), Some(2), "`--all` has to be said");
    assert_eq!(command(&["secret", "--all"]).code(), Some(2));
    assert_eq!(command(&["private", "--all"]).expect_success().stdout, "made 1 files private\n");
    assert_eq!((names("public").len(), names("private").len()), (0, 2));
}
