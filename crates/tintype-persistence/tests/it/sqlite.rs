//! What only a database in a file can do wrong.

use crate::support::{Fresh, at, connect, fresh, upload, user};
use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use std::collections::BTreeSet;
use tintype_domain::{ListQuery, Permission, UserId};
use tintype_persistence::{ConnectOptions, Database, Error};

#[test]
fn the_file_is_for_its_owner_alone() {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let database = fresh();
        user(&database, "behrooz");
        for name in ["tintype.db", "tintype.db-wal"] {
            let metadata = std::fs::metadata(database.folder().join(name)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
}

/// What a killed process leaves behind is a file and its log; opening them needs no repair by hand.
#[test]
fn what_a_killed_process_left_is_whole() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    let copy = tempfile::tempdir().unwrap();
    for name in ["tintype.db", "tintype.db-wal"] {
        std::fs::copy(database.folder().join(name), copy.path().join(name)).unwrap();
    }
    let copy = connect(&format!("sqlite://{}/tintype.db", copy.path().display()));
    assert_eq!(copy.migrate().unwrap(), Vec::<String>::new());
    assert_eq!(copy.file(file.id).unwrap(), Some(file));
    upload(&copy, &behrooz, "b.jpg");
}

fn refused(url: &str) -> Error {
    Database::connect(url, &ConnectOptions::default()).and_then(|database| database.migrate()).unwrap_err()
}

#[test]
fn a_place_without_a_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/tintype.db");
    // Nobody, not even root, creates a file in /proc.
    for path in [missing.to_str().unwrap(), "/proc/tintype.db", folder.path().to_str().unwrap()] {
        let error = refused(&format!("sqlite://{path}"));
        assert!(matches!(&error, Error::CannotOpen { path: named, .. } if named.to_str() == Some(path)), "{error:?}");
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tintype.db");
    let bytes = vec![b'x'; 8192];
    std::fs::write(&path, &bytes).unwrap();
    let error = refused(&format!("sqlite://{}", path.display()));
    assert!(matches!(&error, Error::CannotOpen { .. }), "{error:?}");
    assert!(error.to_string().ends_with("file is not a database"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

fn schema_pages(database: &Fresh) -> Vec<i64> {
    let path = database.folder().join("tintype.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")
        .load(&mut connection)
        .unwrap()
}

#[test]
fn a_corrupt_database_is_an_error_and_no_panic() {
    let database = fresh();
    user(&database, "behrooz");
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    let path = database.folder().join("corrupt.db");
    let mut bytes = std::fs::read(database.folder().join("tintype.db")).unwrap();
    let schema = schema_pages(&database);
    for (number, page) in (1..).zip(bytes.chunks_mut(4096)) {
        // With its schema whole, it opens.
        if !schema.contains(&number) {
            page.fill(0x5a);
        }
    }
    std::fs::write(&path, bytes).unwrap();
    let corrupt = connect(&format!("sqlite://{}", path.display()));
    for error in [
        corrupt.user("behrooz").map(drop).unwrap_err(),
        corrupt.list(&ListQuery::default()).map(drop).unwrap_err(),
        corrupt.grant(UserId(1), &BTreeSet::from([Permission::View])).map(drop).unwrap_err(),
    ] {
        assert!(error.to_string().contains("malformed"), "{error}");
    }
}

#[test]
fn a_read_only_file_is_named() {
    let database = fresh();
    let path = database.folder().join("tintype.db");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let result = Database::connect(&database.url, &ConnectOptions::default());
    if std::fs::OpenOptions::new().write(true).open(&path).is_ok() {
        // Root writes to it all the same.
        result.unwrap().check().unwrap();
    } else {
        assert!(matches!(result, Err(Error::CannotOpen { .. })));
    }
}

#[test]
fn a_lock_that_another_process_holds_is_waited_for_and_then_busy() {
    let database = fresh();
    let mut options = ConnectOptions::default();
    options.acquire_timeout = std::time::Duration::from_millis(50);
    let impatient = Database::connect(&database.url, &options).unwrap();
    let path = database.folder().join("tintype.db");
    let mut lock = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    lock.batch_execute("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(impatient.doom_abandoned(at(0)), Err(Error::Busy { .. })));
    // Who only reads does not wait.
    assert_eq!(impatient.list(&ListQuery::default()).unwrap().count, Some(0));
    drop(lock);
    impatient.doom_abandoned(at(0)).unwrap();
}
