//! Moving the database alone, or the storage alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tintype_testkit::{Bucket, Builder, Client, CommandOutput, Home, Postgres, Server, eventually};

use super::{Place, assert_failure, library, state};
use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, builder, create, is_told, media_path, one, results, text};
use crate::tus;

/// The settings of all servers here, with the keys of a bucket where there is one.
fn settings(database: &str, storage: &str, bucket: Option<&Bucket>) -> Builder {
    let builder = builder().config("database_url", database).config("storage_url", storage);
    let builder = builder.config("renditions", "open").config("trash_retention", "30d");
    let keys = bucket.into_iter().flat_map(Bucket::environment);
    keys.fold(builder, |builder, (name, value)| builder.env(&name, &value))
}

/// Everything below a folder, with the times of its last changes.
fn tree(folder: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let changed = path.metadata().unwrap().modified().unwrap();
                found.insert(path.display().to_string(), (std::fs::read(&path).unwrap(), changed));
            }
        }
    }
    found
}

/// A library whose server goes on, with a rendition, a file in the trash and an unfinished upload.
struct Lived {
    server: Server,
    client: Client,
    rendition: String,
    trashed: Value,
    upload: String,
}

fn lived(database: &str, place: &Place) -> Lived {
    let own = Place { database: database.to_owned(), ..Place::of(place, place) };
    let (mut server, client) = library(&own, 12);
    server.terminate().unwrap();
    let server = settings(&own.database, &own.storage, None).start();
    let client = server.client("behrooz", client.token());
    for number in 0..150 {
        create(&client, &format!("{number}.txt"), format!("text {number}"));
    }
    let picture = create(&client, "picture.jpg", jpeg(&gradient(300, 200)));
    let rendition = format!("{}?width=150", media_path(&picture));
    assert_eq!(server.anonymous().get(&rendition).send().status(), 200);
    let trashed = create(&client, "trashed.jpg", jpeg(&gradient(60, 50)));
    assert_eq!(client.delete(&one(&trashed)).send().status(), 204);
    let upload = tus::begun(&client, 10, "later.txt");
    assert_eq!(tus::patch(&client, &upload, 0, b"first").send().status(), 204);
    Lived { server, client, rendition, trashed, upload }
}

/// Asserts that what was moved works as it did, and is sound.
fn assert_works(server: &Server, before: &Lived, expected: &(Value, Vec<String>, String, String)) {
    let client = server.client("behrooz", before.client.token());
    assert!(&state(server, &client) == expected, "what the API and the command line tell is the same");
    let checked = server.home().cli(["check", "--deep", "--json"]).expect_success().stdout;
    assert!(checked.contains("\"findings\":0"), "nothing is missing, and nothing is left over: {checked}");
    assert_eq!(server.anonymous().get(&before.rendition).send().status(), 200);
    let restored = client.post(&format!("{}/restore", one(&before.trashed))).send().expect_status(200).json();
    assert_eq!(server.anonymous().get(&media_path(&restored)).send().status(), 200);
    let last = text(&expected.0["results"].as_array().unwrap().last().unwrap().clone(), "name").to_owned();
    let new = create(&client, &last, "new");
    assert!(new["id"].as_i64() > before.trashed["id"].as_i64(), "no number is given out again: {new}");
    assert_eq!(client.delete(&one(&new)).send().status(), 204);
}

/// Runs `migrate` with the keys of the bucket.
fn migrate(home: &Home, flags: &[(&str, &str)]) -> CommandOutput {
    home.cli(arguments(flags))
}

fn arguments<'f>(flags: &[(&'f str, &'f str)]) -> Vec<&'f str> {
    std::iter::once("migrate").chain(flags.iter().flat_map(|(name, value)| [*name, *value])).collect()
}

/// Begins to migrate, and kills that as soon as something has arrived.
fn killed(home: &Home, flags: &[(&str, &str)], has_arrived: impl Fn() -> bool) {
    let mut command = home.command(arguments(flags));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("something has arrived", || has_arrived() || child.try_wait().unwrap().is_some());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_rows_move_and_no_object_is_touched() {
    if is_told() {
        return;
    }
    let Some(postgres) = Postgres::shared() else { return };
    let run_in = builder().prepare().unwrap();
    let place = Place::local(&run_in, "place");
    let mut before = lived(&place.database, &place);
    // It is created.
    let name = "rows_alone";
    let target = postgres.url(name);
    let flags =
        [("--from-database", &*place.database), ("--from-storage", &*place.storage), ("--to-database", &*target)];

    let count = |table: &str| {
        let exists = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        let is_there = || postgres.execute("postgres", &exists) == "1\n";
        let has_table = || postgres.execute(name, &format!("SELECT to_regclass('{table}') IS NOT NULL")) == "t\n";
        if is_there() && has_table() {
            postgres.execute(name, &format!("SELECT count(*) FROM {table}"))
        } else {
            "0\n".to_owned()
        }
    };
    for table in ["users", "files"] {
        killed(&run_in, &flags, || count(table) != "0\n");
    }
    let told = migrate(&run_in, &flags).expect_success().stdout;
    assert!(told.contains("copied the rows of ") && told.contains("note: a server is"), "{told}");
    let serve = || settings(&target, &place.storage, None);
    let refused = serve().prepare().unwrap().cli(["serve"]);
    assert_failure(&refused, "has not filled this database to the end");

    // What changes meanwhile comes with the next run.
    create(&before.client, "late.txt", "late");
    let page = before.client.get(&format!("{FILES}?ordering=id&limit=3")).send().json();
    assert_eq!(before.client.delete(&one(&results(&page)[0])).send().status(), 204);
    let name = serde_json::json!({"name": "renamed"});
    assert_eq!(before.client.patch(&one(&results(&page)[1])).json(&name).send().status(), 200);
    before.server.restart().unwrap();
    let expected = state(&before.server, &before.client);
    before.server.terminate().unwrap();
    let objects = tree(&place.folder());
    let told = migrate(&run_in, &flags).expect_success().stdout;
    assert!(told.contains(" 0 with missing objects") && !told.contains("note:"), "{told}");
    let again = migrate(&run_in, &flags).expect_success().stdout;
    assert!(again.starts_with("copied the rows of 0 files in "), "{again}");
    assert!(tree(&place.folder()) == objects, "no object is written, changed or removed");

    let other = Place::local(&run_in, "other");
    let whole = [flags[0], flags[1], flags[2], ("--to-storage", &*other.storage)];
    assert_failure(&migrate(&run_in, &whole), "those of a move that takes other parts along");
    let server = serve().start();
    // The unfinished upload is not taken along, and nothing of it stays.
    eventually("what no row owns is swept", || server.home().cli(["check"]).code() == Some(0));
    assert_works(&server, &before, &expected);
    assert_failure(&migrate(&run_in, &flags), "has begun to use the database");
}

#[test]
fn missing_objects_are_named_and_their_rows_move_all_the_same() {
    if is_told() {
        return;
    }
    let run_in = builder().prepare().unwrap();
    let [from, to] = ["from", "to"].map(|name| Place::local(&run_in, name));
    let (mut server, client) = library(&from, 2);
    let page = client.get(&format!("{FILES}?ordering=id")).send().json();
    server.terminate().unwrap();
    let lost = crate::support::key(&results(&page)[0]);
    std::fs::remove_file(from.folder().join(&lost)).unwrap();
    let flags =
        [("--from-database", &*from.database), ("--from-storage", &*from.storage), ("--to-database", &*to.database)];
    let told = migrate(&run_in, &flags);
    assert_failure(&told, "lacks objects of 1 file,");
    assert!(told.stdout.contains(&lost) && told.stdout.contains("1 with missing objects"), "{told:?}");
    let server = settings(&to.database, &from.storage, None).start();
    let moved = server.client("behrooz", client.token()).get(&format!("{FILES}?ordering=id")).send().json();
    assert_eq!(moved["count"], page["count"]);
}

#[test]
fn the_objects_move_to_a_bucket_and_the_rows_stay() {
    if is_told() {
        return;
    }
    let Some(bucket) = Bucket::new() else { return };
    let run_in = bucket.environment().iter().fold(builder(), |builder, (name, value)| builder.env(name, value));
    let run_in = run_in.prepare().unwrap();
    let place = Place::local(&run_in, "place");
    let mut before = lived(&place.database, &place);
    let target = bucket.url();
    let flags =
        [("--from-database", &*place.database), ("--from-storage", &*place.storage), ("--to-storage", &*target)];
    for arrived in [20, 100] {
        killed(&run_in, &flags, || bucket.keys().len() > arrived);
    }
    let told = migrate(&run_in, &flags).expect_success().stdout;
    assert!(told.contains("copied the objects of ") && told.contains("note: a server is"), "{told}");
    let page = before.client.get(&format!("{FILES}?ordering=id&limit=3")).send().json();
    // Its objects are in the target by now.
    assert_eq!(before.client.delete(&one(&results(&page)[0])).send().status(), 204);
    let id = results(&page)[0]["id"].clone();
    assert_eq!(before.client.delete(&format!("{FILES}/{id}")).send().status(), 204, "for good");
    create(&before.client, "late.txt", "late");
    before.server.restart().unwrap();
    let expected = state(&before.server, &before.client);
    before.server.terminate().unwrap();
    let serve = || settings(&place.database, &target, Some(&bucket));
    let refused = serve().prepare().unwrap().cli(["serve"]);
    assert_failure(&refused, "has not filled this storage to the end");

    let objects = tree(&place.folder());
    let told = migrate(&run_in, &flags).expect_success().stdout;
    assert!(told.starts_with("copied the objects of 1 file ") && told.contains(" 0 incomplete"), "{told}");
    assert!(!told.contains("note:") && !told.contains(" 0 removed"), "{told}");
    let again = migrate(&run_in, &flags).expect_success().stdout;
    assert!(again.starts_with("copied the objects of 0 files in "), "done again, it finds all there: {again}");
    assert!(tree(&place.folder()) == objects, "the old storage stays as it was");
    let top = format!("{}/", place.folder().display());
    let kept = objects.keys().filter_map(|path| path.strip_prefix(&top)).filter(|key| !key.starts_with('.'));
    let keys = bucket.keys();
    let copied = keys.iter().map(String::as_str).filter(|key| *key != ".tintype" && !key.starts_with("tintype-move/"));
    assert_eq!(copied.collect::<BTreeSet<_>>(), kept.collect(), "all objects, and no other");

    let server = serve().start();
    let client = server.client("behrooz", before.client.token());
    let answer = tus::patch(&client, &before.upload, 5, b" last").send().expect_status(204);
    let finished = tus::file_of(&client, &answer);
    assert_eq!(server.anonymous().get(&media_path(&finished)).send().text(), "first last");
    assert_eq!(client.delete(&one(&finished)).send().status(), 204);
    assert_eq!(client.delete(&one(&finished)).send().status(), 204, "for good");
    assert_works(&server, &before, &expected);
}

#[test]
fn a_storage_that_has_something_else_is_refused_and_left_as_it_is() {
    if is_told() {
        return;
    }
    let run_in = builder().prepare().unwrap();
    let [one, other, to] = ["one", "other", "to"].map(|name| Place::local(&run_in, name));
    for place in [&one, &other] {
        library(place, 2).0.terminate().unwrap();
    }
    let flags = |from: &'static str, storage: &str| {
        let place = if from == "one" { &one } else { &other };
        let flags = [("--from-database", &place.database), ("--from-storage", &place.storage)];
        let flags = flags.map(|(name, value)| (name, value.clone()));
        [&flags[..], &[("--to-storage", storage.to_owned())]].concat()
    };
    let run = |from, storage: &str| {
        let flags = flags(from, storage);
        let flags: Vec<_> = flags.iter().map(|(name, value)| (*name, &**value)).collect();
        migrate(&run_in, &flags)
    };
    let before = tree(&other.folder());
    assert_failure(&run("one", &other.storage), "and no move to it was begun");
    assert!(tree(&other.folder()) == before);
    assert_failure(&run("one", &one.storage), "are the same");
    let link = run_in.path().join("link");
    std::os::unix::fs::symlink(run_in.path(), &link).unwrap();
    assert_failure(&run("one", &format!("file://{}/one/media", link.display())), "are the same");

    // Something in the way stops it, and it goes on when that is gone; not with another library.
    let blocked = to.folder().join("core_media");
    std::fs::create_dir_all(to.folder()).unwrap();
    std::fs::write(&blocked, "in the way of a folder").unwrap();
    assert_eq!(run("one", &to.storage).code(), Some(1));
    std::fs::remove_file(&blocked).unwrap();
    let told = run("one", &to.storage).expect_success().stdout;
    assert!(told.starts_with("copied the objects of 4 files "), "{told}");
    assert_failure(&run("other", &to.storage), "from another library");
    let mut server = settings(&one.database, &to.storage, None).start();
    server.terminate().unwrap();
    assert_failure(&run("one", &to.storage), "and no move to it was begun");
    let nothing = migrate(&run_in, &[("--from-database", &one.database), ("--from-storage", &one.storage)]);
    assert_eq!(nothing.code(), Some(2), "{nothing:?}");
}
