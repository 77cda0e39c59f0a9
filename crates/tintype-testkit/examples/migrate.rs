//! Moves a library of 10,000 files (or as many as given) from SQLite and a disk to PostgreSQL and
//! Garage and back, kills the move twice on each way, and compares everything that the API returns
//! before and after: `TINTYPE_BINARY=target/release/tintype cargo run --release -p tintype-testkit
//! --example migrate -- 10000`.

#![expect(clippy::print_stdout, reason = "a program for the command line")]
#![expect(clippy::unwrap_used, reason = "what fails ends it")]

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tintype_testkit::{Account, Client, Form, Garage, Postgres, Server};

/// How many clients upload and download at a time.
const CLIENTS: usize = 8;

/// How long a move may run before it is killed, in milliseconds.
const KILLED_AFTER_MS: [u64; 2] = [4000, 5000];

fn main() {
    let count = std::env::args().nth(1).map_or(10_000, |count| count.parse().unwrap());
    let (Some(postgres), true) = (Postgres::shared(), Garage::is_installed()) else { std::process::exit(1) };
    let (garage, database) = (Garage::start(), postgres.empty_database());
    let folder = tempfile::tempdir().unwrap();
    let local = |name: &str| {
        let place = folder.path().join(name);
        std::fs::create_dir(&place).unwrap();
        [format!("sqlite://{}/tintype.db", place.display()), format!("file://{}/media", place.display())]
    };
    let (first, second, third) = (local("first"), [database.url(), garage.storage_url("files")], local("third"));

    let mut server = on(&first, &garage);
    let admin = server.create_user("admin2", &Account::admin().password("pass"));
    let start = Instant::now();
    each(count, |number| drop(admin.upload(&form(number)).expect_status(201)));
    // So that the highest number belongs to a deleted file.
    assert_eq!(admin.delete(&format!("/api/media/files/{count}")).send().status(), 204);
    println!("uploaded {count} files in {:.1} s", start.elapsed().as_secs_f64());
    let (before, objects) = state(&server, &admin);
    server.terminate().unwrap();

    for (from, to) in [(&first, &second), (&second, &third)] {
        migrate(from, to, &garage, folder.path());
        let mut server = on(to, &garage);
        let client = server.client("admin2", admin.token());
        let (after, _) = state(&server, &client);
        assert!(before == after, "what the API tells is the same");
        println!("{} files and {objects} objects are the same: ids, dates, URL paths, checksums\n", before.len());
        server.terminate().unwrap();
        if to == &second {
            let keys = garage.keys("files").into_iter().filter(|key| key != ".tintype").count();
            assert_eq!(keys, objects, "no object without a row");
        }
    }
    let server = on(&third, &garage);
    let next = server.client("admin2", admin.token()).upload(&form(0)).expect_status(201).json();
    assert_eq!(next["id"], count as u64 + 1, "no number is given out again");
}

fn on([database, storage]: &[String; 2], garage: &Garage) -> Server {
    let builder =
        garage.environment().iter().fold(Server::builder(), |builder, (name, value)| builder.env(name, value));
    builder.config("database_url", database).config("storage_url", storage).start()
}

/// Nine small pictures, then a larger one. Every thousandth file is too large for one part of an
/// upload to a bucket.
fn form(number: usize) -> Form {
    let (side, rows) = if number % 10 == 9 { (800, 600) } else { (160, 120) };
    if number % 1000 == 500 {
        let line = format!("{number:08} of many lines that are all alike\n");
        return Form::new().file("f", &format!("log-{number}.txt"), line.repeat(250_000).as_bytes());
    }
    let mut picture = format!("P5\n{side} {rows}\n255\n").into_bytes();
    picture.extend((0..side * rows).map(|i| ((i % side + i / side + number) % 256) as u8));
    Form::new().file("f", &format!("picture-{number}.pgm"), &picture)
}

/// Runs the move to its end, after killing and restarting it.
fn migrate(from: &[String; 2], to: &[String; 2], garage: &Garage, folder: &Path) {
    let binary = std::env::var_os("TINTYPE_BINARY").unwrap_or_else(|| "tintype".into());
    let start = || {
        let mut command = Command::new(&binary);
        command.args(["migrate", "--from-database", &from[0], "--from-storage", &from[1]]);
        command.args(["--to-database", &to[0], "--to-storage", &to[1]]).envs(garage.environment());
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        (command.spawn().unwrap(), Instant::now())
    };
    for limit_ms in KILLED_AFTER_MS {
        let (mut child, _) = start();
        std::thread::sleep(Duration::from_millis(limit_ms));
        assert_eq!(child.try_wait().unwrap(), None, "it is killed on the way");
        child.kill().unwrap();
        child.wait().unwrap();
        println!("killed after {limit_ms} ms");
    }
    let (child, started) = start();
    let output = child.wait_with_output().unwrap();
    println!(
        "{} (all of it: {:.1} s)",
        String::from_utf8_lossy(&output.stdout).trim(),
        started.elapsed().as_secs_f64()
    );
    assert!(output.status.success());
}

/// Returns each file as the API returns it, without the server's address and with the checksums of
/// its objects, and the number of these objects.
fn state(server: &Server, client: &Client) -> (BTreeMap<i64, String>, usize) {
    let mut files: Vec<Value> = Vec::new();
    loop {
        let page = format!("/api/media/files?ordering=id&limit=1000&offset={}", files.len());
        let page = client.get(&page).send().expect_status(200).text().replace(&server.url(), "");
        let Value::Array(results) = serde_json::from_str::<Value>(&page).unwrap()["results"].take() else { break };
        if results.is_empty() {
            break;
        }
        files.extend(results);
    }
    let (objects, anonymous) = (AtomicUsize::new(0), server.anonymous());
    let digest = |object: &Value| {
        objects.fetch_add(1, Ordering::Relaxed);
        let response = anonymous.get(object["f"].as_str().unwrap()).send().expect_status(200);
        Sha256::digest(response.bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let told = each(files.len(), |index| {
        let file = &files[index];
        let original = digest(file);
        assert_eq!(file["checksum"], format!("sha256:{original}"));
        let thumbnails: Vec<_> = file["thumbnails"].as_array().unwrap().iter().map(digest).collect();
        (file["id"].as_i64().unwrap(), format!("{file} {original} {thumbnails:?}"))
    });
    (told.into_iter().collect(), objects.into_inner())
}

/// Calls `work` for every number below `count`, on several threads.
fn each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        numbers.take_while(|number| *number < count).map(&work).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}
