//! Every test on PostgreSQL, and what only a database server can do wrong.

use crate::support::{TEST_DATABASE, at, at_once, connect, upload, user};
use std::process::Command;
use std::time::{Duration, Instant};
use tintype_domain::ListQuery;
use tintype_persistence::{ConnectOptions, Database, Error};
use tintype_testkit::{Postgres, eventually};

#[test]
fn every_test_passes_on_postgresql() {
    if std::env::var_os(TEST_DATABASE).is_some() || Postgres::shared().is_none() {
        return;
    }
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.env(TEST_DATABASE, "postgres").args(["--skip", "sqlite::", "--skip", "postgres::"]);
    let output = tests.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let passed = printed.rsplit("test result: ok. ").next().and_then(|rest| rest.split(' ').next());
    assert!(passed.unwrap().parse::<u32>().unwrap() > 40, "{printed}");
}

fn fails_to_connect(url: &str) -> Error {
    Database::connect(url, &ConnectOptions::default()).unwrap_err()
}

#[test]
fn a_server_that_is_not_there_is_named_and_no_password() {
    let error = fails_to_connect("postgres://me:secret@127.0.0.1:1/media");
    assert!(matches!(&error, Error::CannotConnect { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("postgres://me:***@127.0.0.1:1/media") && text.contains("refused"), "{text}");
    assert!(!text.contains("secret") && !text.contains('\n'), "{text}");
}

#[test]
fn what_libpq_cannot_read_is_not_quoted() {
    for url in ["postgres://me:secret/media", "postgres://db:1/media?a%20b=secret", "postgres://[::1/me:secret"] {
        let text = fails_to_connect(url).to_string();
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn the_server_tells_its_time_and_a_file_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/tintype.db", folder.path().display());
    assert_eq!(connect(&url).clock().unwrap(), None);
    let Some(server) = Postgres::shared() else { return };
    let now = || tintype_domain::Timestamp::from(std::time::SystemTime::now());
    let (before, theirs, after) = (now(), connect(&server.url("postgres")).clock().unwrap().unwrap(), now());
    assert!(before <= theirs && theirs <= after, "{before} {theirs} {after}");
}

#[test]
fn a_database_that_is_not_there_is_created_where_that_is_asked_for() {
    let Some(server) = Postgres::shared() else { return };
    let url = server.url("a%22b%3B%20%C3%A9");
    let connect = || Database::connect_or_create(&url, &ConnectOptions::default()).map(|database| database.migrate());
    // Any number of processes may do so at once.
    let created = at_once(5, |_| connect().unwrap().unwrap().len());
    assert!(created.iter().filter(|migrations| **migrations > 0).count() == 1, "{created:?}");
    let encoding = "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'a\"b; é'";
    assert_eq!(server.execute("postgres", encoding), "UTF8\n");
    assert_eq!(connect().unwrap().unwrap(), [""; 0], "it is there");

    server.execute("postgres", "CREATE ROLE humble LOGIN");
    let humble = server.url("nowhere").replace("postgres@", "humble:secret@");
    let refused = Database::connect_or_create(&humble, &ConnectOptions::default()).unwrap_err();
    assert!(matches!(refused, Error::CannotCreate { .. }), "{refused:?}");
    let refused = refused.to_string();
    assert!(refused.contains("/nowhere`, and it cannot be created: permission denied"), "{refused}");
    assert!(!refused.contains("secret"), "{refused}");
    let silent = "postgres://127.0.0.1:1/media";
    let silent = Database::connect_or_create(silent, &ConnectOptions::default()).unwrap_err();
    assert!(matches!(silent, Error::CannotConnect { .. }), "{silent:?}");
}

#[test]
fn a_database_that_is_not_there_is_named() {
    let Some(server) = Postgres::shared() else { return };
    let error = fails_to_connect(&server.url("nowhere")).to_string();
    assert!(error.contains("database \"nowhere\" does not exist"), "{error}");
}

#[test]
fn a_database_in_another_encoding_is_refused() {
    let Some(server) = Postgres::shared() else { return };
    let sql = "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc";
    server.execute("postgres", sql);
    let error = connect(&server.url("latin")).migrate().unwrap_err();
    assert!(matches!(&error, Error::Unsuitable { problem } if problem.contains("LATIN1")), "{error:?}");
}

/// Whoever may not create the extension gets searches that read every name.
#[test]
fn searches_work_without_the_extension() {
    let Some(server) = Postgres::shared() else { return };
    let empty = server.empty_database();
    empty.execute("CREATE ROLE plain LOGIN; GRANT ALL ON SCHEMA public TO plain");
    let database = connect(&empty.url().replace("postgres@", "plain@"));
    database.migrate().unwrap();
    assert_eq!(empty.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"), "0\n");
    let file = upload(&database, &user(&database, "behrooz"), "خانوادگی.jpg");
    for search in ["خانوادگی", "خا", &file.id.to_string()] {
        let page = database.list(&ListQuery::parse([("search", search)]).unwrap()).unwrap();
        assert_eq!(page.files.first(), Some(&file), "{search}");
    }
}

#[test]
fn searches_for_rare_words_use_the_index() {
    let Some(server) = Postgres::shared() else { return };
    let database = server.empty_database();
    connect(&database.url()).migrate().unwrap();
    database.execute(
        "INSERT INTO files (kind, size, created_at, updated_at, stored_at, key, name, name_folded, mime_type, checksum, \
         description) SELECT 'other', i, i, i, i, i, i, 'img ' || i, 'x', '', '' FROM generate_series(1, 20000) i",
    );
    // Also empties the list of what is not in the index yet.
    database.execute("VACUUM ANALYZE files");
    let plan = |condition: &str| database.execute(&format!("EXPLAIN SELECT count(*) FROM files WHERE {condition}"));
    let name = plan("files.name_folded LIKE '%zebra%'");
    assert!(name.contains("Bitmap Index Scan on file_search"), "{name}");
    let number = plan("(files.name_folded LIKE '%19471%' OR files.id::text LIKE '%19471%')");
    assert!(number.contains("Bitmap Index Scan on file_search_id"), "{number}");
}

#[test]
fn a_server_that_crashed_is_noticed_and_found_again() {
    if Postgres::shared().is_none() {
        return;
    }
    let server = Postgres::start().unwrap();
    let mut options = ConnectOptions::default();
    options.acquire_timeout = Duration::from_secs(2);
    let database = Database::connect(&server.url("postgres"), &options).unwrap();
    database.migrate().unwrap();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    for _ in 0..2 {
        // As many connections as there may be, all of which break.
        at_once(8, |_| database.list(&ListQuery::default()).unwrap().count);
        server.crash();
        let start = Instant::now();
        for error in [database.file(file.id).unwrap_err(), database.doom_abandoned(at(0)).unwrap_err()] {
            assert!(matches!(error, Error::Unavailable { .. } | Error::Busy { .. }), "{error:?}");
        }
        assert!(start.elapsed() < Duration::from_secs(30), "it gave up after its timeout: {:?}", start.elapsed());
        server.restart();
        // The pool may be in the middle of a pause between two attempts.
        eventually("the server is found again", || database.file(file.id).is_ok());
        let all = at_once(8, |_| database.list(&ListQuery::default()).map(|page| page.count));
        assert!(all.into_iter().all(|count| count.is_ok()), "no broken connection is given out");
        upload(&database, &behrooz, "b.jpg");
        database.delete_file(upload(&database, &behrooz, "c.jpg").id, None, at(0)).unwrap();
    }
}
