//! Several servers on one PostgreSQL, and one that is not there.

use crate::support::checks::problem;
use crate::support::{FILES, builder, create, fetch, file, one};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use tintype_testkit::{Account, Postgres, Server, eventually};

fn on(url: &str) -> Server {
    builder().config("database_url", url).start()
}

#[test]
fn ten_servers_may_start_at_once_on_an_empty_database() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.empty_database();
    let start = || {
        let server = on(&database.url());
        server.stdout().contains("Created the user `admin`")
    };
    let greeted = std::thread::scope(|scope| {
        let servers: Vec<_> = (0..10).map(|_| scope.spawn(start)).collect();
        servers.into_iter().filter_map(|server| server.join().ok()).collect::<Vec<_>>()
    });
    assert_eq!(greeted.len(), 10);
    assert_eq!(greeted.into_iter().filter(|greeted| *greeted).count(), 1, "there is one admin, and one token for it");
    assert_eq!(database.execute("SELECT count(*) FROM users"), "1\n");
}

#[test]
fn what_one_server_revokes_the_other_refuses() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let (here, there) = (on(&database.url()), on(&database.url()));
    for name in ["behrooz", "mina"] {
        let client = here.create_user(name, &Account::admin());
        let elsewhere = there.client(name, client.token());
        assert_eq!(elsewhere.get(FILES).send().status(), 200);
        if name == "behrooz" {
            here.cli(["user", "deactivate", name]).expect_success();
        } else {
            let tokens = here.cli(["token", "list", name, "--json"]).expect_success().stdout;
            let tokens: serde_json::Value = serde_json::from_str(&tokens).unwrap();
            here.cli(["token", "revoke", &tokens[0]["id"].to_string()]).expect_success();
        }
        problem(&elsewhere.get(FILES).send(), 401);
        problem(&client.get(FILES).send(), 401);
    }
}

/// As a library of a version that did not note the CRC-32 is left by its migration.
#[test]
fn a_server_does_the_jobs_that_it_finds() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.empty_database();
    let mut server = on(&database.url());
    create(&server.admin(), "a.txt", "123456789");
    server.terminate().unwrap();
    database.execute(
        "UPDATE files SET crc32 = NULL; INSERT INTO jobs (kind, subject, attempts, not_before, created_at) \
         SELECT 'crc32', id, 0, 0, 0 FROM files",
    );
    server.restart().unwrap();
    eventually("the job is done", || database.execute("SELECT count(*) FROM jobs") == "0\n");
    // The check value of CRC-32/ISO-HDLC, 0xcbf43926.
    assert_eq!(database.execute("SELECT crc32 FROM files"), "3421780262\n");
}

#[test]
fn a_database_server_that_is_not_there_is_one_line_without_a_password() {
    let home = builder()
        .config("database_url", "postgres://user:hunter2@127.0.0.1:1/db")
        .config("start_timeout", "0s")
        .prepare()
        .unwrap();
    for arguments in [&["serve"][..], &["user", "list"], &["token", "list"]] {
        let output = home.cli(arguments);
        assert_eq!(output.code(), Some(1), "{output:?}");
        assert_eq!(output.stderr.trim_end().lines().count(), 1, "{output:?}");
        assert!(output.stderr.contains("127.0.0.1:1/db") && output.stderr.contains("refused"), "{output:?}");
        assert!(!output.stderr.contains("hunter2") && !output.stdout.contains("hunter2"), "{output:?}");
    }
}

#[test]
fn tls_that_is_not_built_in_is_a_clear_error() {
    let url = "postgres://user:hunter2@127.0.0.1:1/db?sslmode=require";
    let output = builder().config("database_url", url).prepare().unwrap().cli(["user", "list"]);
    assert_eq!(output.code(), Some(1), "{output:?}");
    let expected = if cfg!(feature = "postgres-tls") { "refused" } else { "`--features postgres-tls`" };
    assert!(output.stderr.contains(expected) && !output.stderr.contains("hunter2"), "{output:?}");
}

#[test]
fn a_server_waits_for_a_database_that_starts_later() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let url = database.url();
    // The folder of the socket, which is there under another name once the server has said that it
    // waits.
    let (_, rest) = url.split_once('@').unwrap();
    let (folder, name) = rest.split_once('/').unwrap();
    let parent = tempfile::tempdir().unwrap();
    let later = parent.path().join("later");
    let encoded = later.to_str().unwrap().replace('/', "%2F");
    let url = format!("postgres://postgres@{encoded}/{name}");
    let home = builder().config("database_url", &url).prepare().unwrap();
    let mut child = home.command(["serve"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let is_waiting = log.any(|line| line.contains("waiting for it, for up to 60s"));
    std::os::unix::fs::symlink(folder.replace("%2F", "/"), later).unwrap();
    let is_serving = log.any(|line| line.contains("serving http://"));
    let _ = child.kill();
    let _ = child.wait();
    assert!(is_waiting && is_serving);
}

#[test]
fn a_full_disk_of_the_database_server_is_a_507_and_reading_goes_on() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let server = on(&database.url());
    let admin = server.admin();
    let kept = create(&admin, "kept.txt", "kept");
    let room = database.fill("strays");
    for _ in 0..3 {
        problem(&admin.upload(&file("a.txt", "a")), 507);
    }
    problem(&admin.delete(&one(&kept)).send(), 507);
    assert_eq!(admin.get(FILES).send().expect_status(200).json()["count"], 1);
    assert_eq!(fetch(&server, &kept), b"kept");
    drop(room);
    create(&admin, "later.txt", "later");
    assert_eq!(admin.delete(&one(&kept)).send().status(), 204);
}
