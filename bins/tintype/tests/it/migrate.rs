//! Moving a library into another database and another storage. That nothing is lost wherever the
//! move is stopped, the tests of `tintype-library` try; here it is the real program, really killed.

mod halves;

use crate::support::host::{Host, answer};
use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, builder, checksum, create, file, is_told, media_path, noise, one, results, text};
use crate::webhooks::assert_signed;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tintype_testkit::{
    Account, Bucket, Builder, Client, CommandOutput, Home, Postgres, PostgresDatabase, Server, eventually,
};

/// Where a library is kept, or shall be.
pub(crate) struct Place {
    pub(crate) database: String,
    pub(crate) storage: String,
    pub(crate) bucket: Option<Bucket>,
    _database: Option<PostgresDatabase>,
}

impl Place {
    /// A file and a folder below another folder.
    pub(crate) fn local(home: &Home, name: &str) -> Self {
        let folder = home.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let database = format!("sqlite://{}", folder.join("tintype.db").display());
        Self { database, storage: format!("file://{}", folder.join("media").display()), bucket: None, _database: None }
    }

    /// A PostgreSQL and a Garage, where both are installed.
    pub(crate) fn remote() -> Option<Self> {
        let (bucket, database) = (Bucket::new()?, Postgres::shared()?.empty_database());
        let (database_url, storage) = (database.url(), bucket.url());
        Some(Self { database: database_url, storage, bucket: Some(bucket), _database: Some(database) })
    }

    /// The database of one place and the storage of another one.
    fn of(database: &Self, storage: &Self) -> Self {
        Self { database: database.database.clone(), storage: storage.storage.clone(), bucket: None, _database: None }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        Path::new(self.storage.strip_prefix("file://").unwrap()).to_owned()
    }

    pub(crate) fn builder(&self) -> Builder {
        let builder = builder().config("database_url", &self.database).config("storage_url", &self.storage);
        let builder = builder.config("webhook_private", "true");
        let keys = self.bucket.iter().flat_map(Bucket::environment);
        keys.fold(builder, |builder, (name, value)| builder.env(&name, &value))
    }

    pub(crate) fn serve(&self) -> Server {
        self.builder().start()
    }
}

fn arguments<'p>(from: &'p Place, to: &'p Place) -> [&'p str; 9] {
    let [a, b, c, d] = ["--from-database", "--from-storage", "--to-database", "--to-storage"];
    ["migrate", a, &from.database, b, &from.storage, c, &to.database, d, &to.storage]
}

/// Returns where the command is run, with the keys of whichever bucket there is.
fn home(from: &Place, to: &Place) -> Home {
    let keys = from.bucket.iter().chain(&to.bucket).flat_map(Bucket::environment);
    keys.fold(builder(), |builder, (name, value)| builder.env(&name, &value)).prepare().unwrap()
}

fn migrate(from: &Place, to: &Place) -> CommandOutput {
    home(from, to).cli(arguments(from, to))
}

#[track_caller]
pub(crate) fn assert_failure(output: &CommandOutput, named: &str) {
    assert_eq!(output.code(), Some(1), "{output:?}");
    assert!(output.stderr.lines().count() == 1 && output.stderr.contains(named), "{named}: {output:?}");
}

/// Begins to migrate, and kills that as soon as something has arrived.
fn migrate_killed(from: &Place, to: &Place) {
    let home = home(from, to);
    let mut command = home.command(arguments(from, to));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let arrived = || match &to.bucket {
        Some(bucket) => bucket.keys().len() > 5,
        None => to.folder().join("core_media").exists(),
    };
    eventually("something has arrived", || arrived() || child.try_wait().unwrap().is_some());
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Everything that is to stay as it is: files as the API tells them, their bytes, and what the
/// command line tells.
pub(crate) fn state(server: &Server, client: &Client) -> (Value, Vec<String>, String, String) {
    let told = client.get(&format!("{FILES}?limit=1000&ordering=id")).send().expect_status(200).text();
    let page: Value = serde_json::from_str(&told.replace(&server.url(), "")).unwrap();
    let mut objects = Vec::new();
    for file in results(&page) {
        for object in std::iter::once(file).chain(file["thumbnails"].as_array().unwrap()) {
            let served = server.anonymous().get(&media_path(object)).send().expect_status(200);
            let header = |name| served.header(name).unwrap_or_default().to_owned();
            objects
                .push([media_path(object), checksum(served.bytes()), header("content-type"), header("etag")].join(" "));
        }
        assert!(objects.iter().any(|object| object.contains(text(file, "checksum"))), "{file}");
    }
    let list = |what: &str| server.cli([what, "list", "--json"]).expect_success().stdout;
    (page, objects, list("user"), list("token"))
}

/// A library with some of everything, whose server has ended.
pub(crate) fn library(place: &Place, pictures: u32) -> (Server, Client) {
    let mut server = place.serve();
    let staff = Account::staff().grant([3801, 3802, 3803, 3804]).names("بهروز", "قربانی").password("pass word");
    let client = server.create_user("behrooz", &staff);
    server.cli(["token", "create", "behrooz", "--label", "photo booth", "--expires", "90d"]).expect_success();
    server.cli(["token", "create", "behrooz", "--label", "lost"]).expect_success();
    server.cli(["token", "revoke", "4"]).expect_success();
    server.create_user("gone", &Account::plain());
    server.cli(["user", "deactivate", "gone"]).expect_success();
    for number in 0..pictures {
        create(&client, &format!("ä b {number}.jpg"), jpeg(&gradient(40 + number, 30)));
    }
    // Larger than what goes through memory, and than what goes to a bucket in one request.
    create(&client, "large.bin", noise(6_000_000, 1));
    let changed = create(&client, "changed.txt", "old");
    assert_eq!(
        client.patch(&one(&changed)).multipart(&file("new.html", "<!DOCTYPE html><html></html>")).send().status(),
        200
    );
    let gone = create(&client, "gone.jpg", jpeg(&gradient(20, 20)));
    assert_eq!(client.delete(&one(&gone)).send().status(), 204);
    // What it says of the last use of its tokens is written by now.
    server.restart().unwrap();
    (server, client)
}

/// Moves a library, killed twice on the way, and asserts that nothing has changed.
fn assert_moved(from: &Place, to: &Place, before: &(Value, Vec<String>, String, String), token: &str) {
    migrate_killed(from, to);
    migrate_killed(from, to);
    let output = migrate(from, to).expect_success();
    assert!(output.stdout.contains("0 left out") && !output.stdout.contains("note:"), "{output:?}");
    let mut server = to.serve();
    let client = server.client("behrooz", token);
    let (page, objects, users, tokens) = state(&server, &client);
    assert_eq!(&page, &before.0);
    assert_eq!(&objects, &before.1);
    assert_eq!(&users, &before.2);
    assert_eq!(&tokens, &before.3);
    if let Some(bucket) = &to.bucket {
        assert_eq!(bucket.keys().len(), objects.len() + 1, "nothing without a row, but the mark of the bucket");
    }
    server.terminate().unwrap();
}

#[test]
fn everything_stays_the_same_to_other_places_and_back() {
    if is_told() {
        return;
    }
    let home = builder().prepare().unwrap();
    let (first, last) = (Place::local(&home, "first"), Place::local(&home, "last"));
    let (mut server, client) = library(&first, 20);
    let host = Host::saying(answer("200 OK", &[], ""));
    let added = server.cli(["webhook", "add", &host.url("/"), "--events", "file.created"]).expect_success().stdout;
    let secret = added.split_whitespace().find(|word| word.starts_with("whsec_")).unwrap();
    let before = state(&server, &client);
    let webhooks = server.cli(["webhook", "list", "--json"]).expect_success().stdout;
    server.terminate().unwrap();
    let mut places = vec![first];
    places.extend(Place::remote());
    places.push(last);
    for pair in places.windows(2) {
        assert_moved(&pair[0], &pair[1], &before, client.token());
    }
    let server = places.last().unwrap().serve();
    let client = server.client("behrooz", client.token());
    assert_eq!(server.cli(["webhook", "list", "--json"]).expect_success().stdout, webhooks);
    let again = create(&client, "gone.jpg", jpeg(&gradient(20, 20)));
    assert_eq!(again["id"], 24, "the number of the file that is gone is not given out again");
    assert!(!media_path(&again).ends_with("/gone.jpg"), "nor is its key: {again}");
    eventually("the webhook is told", || !host.asked().is_empty());
    assert_signed(&host.asked()[0], secret);
    let credentials = serde_json::json!({"username": "behrooz", "password": "pass word"});
    assert_eq!(server.anonymous().post("/api/auth/token").json(&credentials).send().status(), 200);
}

#[test]
fn a_library_in_use_is_copied_first_and_followed_then() {
    if is_told() {
        return;
    }
    let home = builder().prepare().unwrap();
    let (from, to) = (Place::local(&home, "from"), Place::local(&home, "to"));
    let (mut server, client) = library(&from, 3);
    let copied = migrate(&from, &to).expect_success().stdout;
    assert!(copied.contains("copied 5 files") && copied.contains("note: a server is"), "{copied}");
    let page = client.get(&format!("{FILES}?ordering=id")).send().json();
    assert_eq!(client.delete(&one(&results(&page)[0])).send().status(), 204);
    assert_eq!(
        client.patch(&one(&results(&page)[1])).json(&serde_json::json!({"name": "renamed"})).send().status(),
        200
    );
    assert_eq!(client.patch(&one(&results(&page)[2])).multipart(&file("other.txt", "other")).send().status(), 200);
    create(&client, "late.txt", "late");
    let late = server.create_user("late", &Account::admin());
    server.restart().unwrap();
    let before = state(&server, &client);
    server.terminate().unwrap();
    let copied = migrate(&from, &to).expect_success().stdout;
    assert!(copied.contains("copied 3 files") && copied.contains("2 there already, 1 removed"), "{copied}");

    let server = to.serve();
    assert!(state(&server, &server.client("behrooz", client.token())) == before);
    assert_eq!(server.client("late", late.token()).get(FILES).send().status(), 200);
    // From now on it has a life of its own, which a copy would destroy.
    assert_failure(&migrate(&from, &to), "has begun to use the database");
}

#[test]
fn files_in_the_trash_are_copied_like_any_other() {
    if is_told() {
        return;
    }
    let home = builder().prepare().unwrap();
    let (first, last) = (Place::local(&home, "first"), Place::local(&home, "last"));
    let places = [Some(first), Place::remote(), Some(last)];
    let places: Vec<Place> = places.into_iter().flatten().collect();
    let serve = |place: &Place| place.builder().config("trash_retention", "30d").start();
    let mut server = serve(&places[0]);
    let admin = server.admin();
    let created = create(&admin, "a.jpg", jpeg(&gradient(40, 30)));
    let kept = create(&admin, "kept.txt", "kept");
    let back = create(&admin, "back.txt", "back");
    for object in [&created, &back] {
        assert_eq!(admin.delete(&one(object)).send().status(), 204);
    }
    let trash = |server: &Server, client: &Client| {
        let told = client.get(&format!("{FILES}?trashed=true")).send().expect_status(200).text();
        told.replace(&server.url(), "")
    };
    // What is put into the trash or brought back after the first run is followed by the second.
    migrate(&places[0], &places[1]).expect_success();
    assert_eq!(admin.delete(&one(&kept)).send().status(), 204);
    assert_eq!(admin.post(&format!("{}/restore", one(&back))).send().status(), 200);
    let before = trash(&server, &admin);
    server.terminate().unwrap();
    for pair in places.windows(2) {
        migrate(&pair[0], &pair[1]).expect_success();
    }
    let server = serve(places.last().unwrap());
    let admin = server.client(admin.username(), admin.token());
    assert_eq!(trash(&server, &admin), before);
    let restored = admin.post(&format!("{}/restore", one(&created))).send().expect_status(200).json();
    assert_eq!(media_path(&restored), media_path(&created));
    for object in std::iter::once(&restored).chain(restored["thumbnails"].as_array().unwrap()) {
        assert_eq!(server.anonymous().get(&media_path(object)).send().status(), 200);
    }
    assert_eq!(server.anonymous().get(&media_path(&back)).send().status(), 200);
    assert_eq!(admin.get(FILES).send().json()["count"], 2);
}

#[test]
fn what_cannot_be_copied_is_named_and_the_rest_arrives() {
    if is_told() {
        return;
    }
    let home = builder().prepare().unwrap();
    let (from, to) = (Place::local(&home, "from"), Place::local(&home, "to"));
    let (mut server, client) = library(&from, 2);
    let page = client.get(&format!("{FILES}?ordering=id")).send().json();
    server.terminate().unwrap();
    let object = |index: usize| from.folder().join(crate::support::key(&results(&page)[index]));
    let (lost, damaged) = (object(0), object(2));
    std::fs::rename(&lost, home.path().join("kept")).unwrap();
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[4_000_000] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();

    let output = migrate(&from, &to);
    assert_failure(&output, "left out 2 files,");
    for line in ["missing", "damaged: its checksum is another one", "copied 2 files"] {
        assert!(output.stdout.contains(line), "{output:?}");
    }
    assert!(output.stdout.contains(&crate::support::key(&results(&page)[2])), "{output:?}");
    std::fs::rename(home.path().join("kept"), &lost).unwrap();
    let output = migrate(&from, &to);
    assert_failure(&output, "left out 1 file,");
    let server = to.serve();
    let moved = server.client("behrooz", client.token()).get(FILES).send().expect_status(200).json();
    assert_eq!(moved["count"], 3);
}

#[test]
fn mistakes_are_refused_before_anything_is_touched() {
    if is_told() {
        return;
    }
    let home = builder().prepare().unwrap();
    let [from, other, to] = ["from", "other", "to"].map(|name| Place::local(&home, name));
    let (mut server, _) = library(&from, 1);
    server.terminate().unwrap();
    drop(other.serve());
    let with = Place::of;
    assert_failure(&migrate(&from, &other), "has begun to use the database");
    assert_failure(&migrate(&from, &with(&from, &to)), "`--from-database` and `--to-database` are the same");
    assert_failure(&migrate(&from, &with(&to, &from)), "`--from-storage` and `--to-storage` are the same");
    let mut below = with(&to, &from);
    below.storage += "/core_media";
    assert_failure(&migrate(&from, &below), "are the same");
    assert_failure(&migrate(&to, &other), "source database");
    assert!(!to.folder().exists(), "a source is not created");
    std::fs::write(Path::new(to.database.strip_prefix("sqlite://").unwrap()), "").unwrap();
    assert_failure(&migrate(&to, &other), "lacks the migration `0001_initial`");
    let secret = Place { database: "postgres:me:s3cret@host/media".into(), ..with(&to, &to) };
    let output = migrate(&from, &secret);
    assert_failure(&output, "database url");
    assert!(!output.stderr.contains("s3cret"), "{output:?}");

    // A move that was begun has to be ended before the target can be used.
    std::fs::remove_file(Path::new(to.database.strip_prefix("sqlite://").unwrap())).unwrap();
    let blocked = to.folder().join("core_media");
    std::fs::create_dir_all(to.folder()).unwrap();
    std::fs::write(&blocked, "in the way of a folder").unwrap();
    let output = migrate(&from, &to);
    assert_failure(&output, "the same command goes on where this one stopped");
    let refused = to.builder().prepare().unwrap().cli(["serve"]);
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(refused.stderr.contains("run it again until it says that it has"), "{refused:?}");
    std::fs::remove_file(&blocked).unwrap();
    migrate(&from, &to).expect_success();
    to.serve();
}
