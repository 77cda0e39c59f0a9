//! Several servers on one PostgreSQL, and one that comes and goes.

use crate::support::checks::problem;
use crate::support::{FILES, builder, checksum, create, fetch, file, noise, one, text};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
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
    let client = here.create_user("behrooz", &Account::admin());
    let created = create(&client, "a.txt", "x");
    let elsewhere = there.client("behrooz", client.token());
    assert_eq!(elsewhere.get(&one(&created)).send().status(), 200);
    here.cli(["user", "deactivate", "behrooz"]).expect_success();
    problem(&elsewhere.get(&one(&created)).send(), 401);
}

#[test]
fn while_the_database_is_away_clients_are_told_to_come_back() {
    if Postgres::shared().is_none() {
        return;
    }
    let postgres = Postgres::start().unwrap();
    let server = on(&postgres.url("postgres"));
    let admin = server.admin();
    let created = create(&admin, "a.txt", "x");
    postgres.crash();
    let upload = || admin.upload(&file("b.txt", "y"));
    for response in [upload(), admin.get(&one(&created)).send(), server.anonymous().get("/readyz").send()] {
        assert!(response.header("retry-after").is_some(), "{response}");
        problem(&response, 503);
    }
    assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
    postgres.restart();
    eventually("uploads are taken again", || upload().status() == 201);
    assert_eq!(admin.get(&one(&created)).send().status(), 200);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_database_crashes_under_load() {
    if Postgres::shared().is_none() {
        return;
    }
    let postgres = Postgres::start().unwrap();
    let server = on(&postgres.url("postgres"));
    let admin = server.admin();
    let acknowledged: Mutex<Vec<(Value, Vec<u8>)>> = Mutex::default();
    let count = || acknowledged.lock().unwrap().len();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (admin, acknowledged, over) = (&admin, &acknowledged, &over);
            scope.spawn(move || {
                for number in 0.. {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    let content = noise(2000, thread * 1_000_000 + number);
                    let response = admin.post(FILES).multipart(&file("same.bin", &content)).send();
                    match response.status() {
                        201 => acknowledged.lock().unwrap().push((response.json(), content)),
                        503 => assert!(response.header("retry-after").is_some(), "{response}"),
                        _ => panic!("{response}"),
                    }
                }
            });
        }
        for _ in 0..3 {
            let before = count();
            eventually("uploads are acknowledged", || count() >= before + 10);
            postgres.crash();
            postgres.restart();
        }
        let before = count();
        eventually("uploads are acknowledged again", || count() >= before + 10);
        over.store(true, Ordering::SeqCst);
    });
    for (object, content) in acknowledged.lock().unwrap().iter() {
        let now = admin.get(&one(object)).send().expect_status(200).json();
        assert_eq!(text(&now, "checksum"), checksum(content));
        assert!(fetch(&server, &now) == *content, "{now}");
    }
}

#[test]
fn a_database_server_that_is_not_there_is_one_line_without_a_password() {
    let home = builder().config("database_url", "postgres://user:hunter2@127.0.0.1:1/db").prepare().unwrap();
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
