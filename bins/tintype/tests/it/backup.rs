//! Backing up a library that is served, and putting it back somewhere else. That a backup is whole
//! wherever it is stopped, the tests of `tintype-library` try; here it is the real program.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tintype_testkit::{Bucket, CommandOutput, Home, Postgres, Server, eventually};

use crate::migrate::{Place, assert_failure, library, state};
use crate::support::{builder, create, is_told, key, local_server, one};

/// Returns a home whose settings are those of a place.
fn home(place: &Place, backup: Option<&Bucket>) -> Home {
    let keys = backup.into_iter().flat_map(Bucket::environment);
    keys.fold(place.builder(), |builder, (name, value)| builder.env(&name, &value)).prepare().unwrap()
}

/// Makes a backup and returns what the command says of it.
#[track_caller]
fn back_up(home: &Home, to: &str) -> Value {
    let told = home.cli(["backup", "--json", to]).expect_success().stdout;
    serde_json::from_str(&told).unwrap()
}

/// Begins a command and kills it as soon as something has arrived.
fn killed(home: &Home, arguments: [&str; 2], has_arrived: impl Fn() -> bool) {
    let mut command = home.command(arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("something has arrived", || has_arrived() || child.try_wait().unwrap().is_some());
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Returns the files in the folder of secrets, by their names.
fn secrets(backup: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(backup.join("tintype-backup")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn output(server: &Server, arguments: &[&str]) -> CommandOutput {
    server.home().cli(arguments)
}

#[test]
fn a_library_is_the_same_wherever_it_is_put_back() {
    if is_told() {
        return;
    }
    let home_folder = builder().prepare().unwrap();
    let (first, last) = (Place::local(&home_folder, "first"), Place::local(&home_folder, "last"));
    let (server, client) = library(&first, 20);
    server.cli(["webhook", "add", "http://127.0.0.1:9/hook", "--webhook-private", "true"]).expect_success();
    let hooks = server.cli(["webhook", "list", "--json"]).expect_success().stdout;
    let before = state(&server, &client);
    let remote = Place::remote();
    let bucket = remote.as_ref().and_then(|_| Bucket::new());
    let mut library_place = (first, Some(server));
    for (number, to) in remote.into_iter().chain([last]).enumerate() {
        let (from, server) = library_place;
        let folder = home_folder.path().join(format!("backup {number}"));
        // A bucket holds the first one, if there is one.
        let in_bucket = bucket.as_ref().filter(|_| number == 0);
        let place = in_bucket.map_or_else(|| folder.display().to_string(), Bucket::url);
        let has_arrived = || match in_bucket {
            Some(bucket) => bucket.keys().len() > 5,
            None => folder.join("core_media").exists(),
        };
        let from_home = home(&from, in_bucket);
        killed(&from_home, ["backup", &place], has_arrived);
        let done = back_up(&from_home, &place);
        assert_eq!((&done["files"], &done["failures"]), (&json!(22), &json!([])));
        let again = back_up(&from_home, &place);
        assert_eq!((&again["copied"], &again["removed"]), (&json!(0), &json!(0)), "{again}");
        drop(server);

        let to_home = home(&to, in_bucket);
        let has_arrived = || match &to.bucket {
            Some(bucket) => bucket.keys().len() > 5,
            None => to.folder().join("core_media").exists(),
        };
        killed(&to_home, ["restore", &place], has_arrived);
        to_home.cli(["restore", &place]).expect_success();
        let server = to.serve();
        assert!(state(&server, &server.client("behrooz", client.token())) == before, "restored into {}", to.database);
        assert_eq!(server.cli(["webhook", "list", "--json"]).expect_success().stdout, hooks);
        to_home.cli(["check", "--deep"]).expect_success();
        assert_failure(&to_home.cli(["restore", &place]), "the library is not empty");
        library_place = (to, Some(server));
    }
}

#[test]
fn a_backup_follows_the_library_and_only_its_owner_can_read_the_secrets() {
    if is_told() {
        return;
    }
    let server = local_server();
    let admin = server.admin();
    let kept = create(&admin, "kept.txt", "kept");
    let gone = create(&admin, "gone.txt", "gone");
    let folder = server.home().path().join("backup");
    fs::create_dir(&folder).unwrap();
    let place = folder.to_str().unwrap();
    let told = output(&server, &["backup", place]).expect_success().stdout;
    assert!(told.starts_with("backed up 2 files in ") && told.contains("2 objects (8 B) copied, 0 there"), "{told}");
    assert_eq!(admin.delete(&one(&gone)).send().status(), 204);
    let late = create(&admin, "late.txt", "late");
    let done = back_up(server.home(), place);
    assert_eq!(done, json!({"files": 2, "copied": 1, "copied_bytes": 4, "unchanged": 1, "removed": 1, "failures": []}));
    let there = |object: &Value| folder.join(key(object)).exists();
    assert!(there(&kept) && there(&late) && !there(&gone));
    let files = secrets(&folder);
    assert_eq!(files.len(), 2, "{files:?}");
    for file in files.iter().chain([&folder.join("tintype-backup")]) {
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }
    assert!(!server.home().data_dir().join(".backup").exists());
}

#[test]
fn a_damaged_object_is_named_and_everything_else_is_backed_up() {
    if is_told() {
        return;
    }
    let server = local_server();
    let admin = server.admin();
    let damaged = create(&admin, "damaged.txt", "as it was");
    create(&admin, "sound.txt", "sound");
    fs::write(server.home().data_dir().join("media").join(key(&damaged)), "as it is!").unwrap();
    let folder = server.home().path().join("backup");
    let failed = output(&server, &["backup", folder.to_str().unwrap()]);
    assert_failure(&failed, "1 objects of the library are missing or damaged");
    let named = format!("{}     {}  damaged: its checksum is another one", damaged["id"], key(&damaged));
    assert!(failed.stdout.contains(&named) && failed.stdout.starts_with("backed up 1 file "), "{failed:?}");
    let restored = Place::local(server.home(), "restored");
    let home = home(&restored, None);
    home.cli(["restore", folder.to_str().unwrap()]).expect_success();
    home.cli(["check", "--deep"]).expect_success();
}

#[test]
fn places_that_cannot_be_meant_are_refused() {
    if is_told() {
        return;
    }
    let server = local_server();
    create(&server.admin(), "a.txt", "text");
    let data = server.home().data_dir().to_str().unwrap().to_owned();
    for inside in [data.clone(), format!("{data}/media/backup")] {
        assert_failure(&output(&server, &["backup", &inside]), "in the storage of the library, or around it");
    }
    let folder = server.home().path().join("full");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("mine.txt"), "mine").unwrap();
    let full = folder.to_str().unwrap();
    assert_failure(&output(&server, &["backup", full]), "`mine.txt`, which is of no backup");
    let place = Place::local(server.home(), "restored");
    let home = home(&place, None);
    assert_failure(&home.cli(["restore", full]), "it has no backup");
    assert_failure(&home.cli(["restore", "/nonexistent/backup"]), "/nonexistent/backup");
    assert!(!place.folder().exists(), "nothing is created for it");

    let backup = server.home().path().join("backup");
    let backup = backup.to_str().unwrap();
    output(&server, &["backup", backup]).expect_success();
    assert_failure(&output(&server, &["restore", backup]), "the library is not empty");
    fs::create_dir_all(place.folder().join("photos")).unwrap();
    fs::write(place.folder().join("photos/mine.jpg"), "mine").unwrap();
    assert_failure(&home.cli(["restore", backup]), "it is not empty: it has `photos/mine.jpg`");
}

#[test]
fn a_database_server_gets_the_database_that_it_lacks() {
    if is_told() {
        return;
    }
    let Some(postgres) = Postgres::shared() else { return };
    let home_folder = builder().prepare().unwrap();
    let from = Place::local(&home_folder, "from");
    let (server, client) = library(&from, 1);
    let backup = home_folder.path().join("backup").display().to_string();
    back_up(server.home(), &backup);
    let before = state(&server, &client);
    let url = postgres.url("restored%20here");
    let restored = builder().config("database_url", &url);
    let refused = builder().config("database_url", &url.replace("postgres@", "nobody@")).prepare().unwrap();
    postgres.execute("postgres", "CREATE ROLE nobody LOGIN");
    assert_failure(&refused.cli(["restore", &backup]), "cannot be created: permission denied");
    let restored = restored.prepare().unwrap();
    restored.cli(["restore", &backup]).expect_success();
    let server = restored.serve().unwrap();
    assert!(state(&server, &server.client("behrooz", client.token())) == before);
}
