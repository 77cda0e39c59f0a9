//! Schemas that are new, up to date, or of another version.

use crate::support::{at_once, connect, fresh, unmigrated, upload, user};
use tintype_persistence::{ConnectOptions, Database, Error, Scope};

/// Every migration there is.
pub(crate) const ALL: [&str; 19] = [
    "0001_initial",
    "0002_leases",
    "0003_derived_objects",
    "0004_crc32_and_jobs",
    "0005_search_folding",
    "0006_visibility",
    "0007_signing_keys",
    "0008_upload_links",
    "0009_uploads",
    "0010_user_email",
    "0011_tags",
    "0012_previews",
    "0013_uploads_by_links",
    "0014_focal_point",
    "0015_archives",
    "0016_used_up_days",
    "0017_webhooks",
    "0018_trash",
    "0019_scrub",
];

#[test]
fn migrating_twice_does_nothing_the_second_time() {
    let database = unmigrated();
    assert!(matches!(database.check(), Err(Error::NotMigrated { migration }) if migration == "0001_initial"));
    assert_eq!(database.migrate().unwrap(), ALL);
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    database.check().unwrap();
}

#[test]
fn of_many_who_migrate_at_once_one_does() {
    let database = unmigrated();
    let ran = at_once(10, |_| connect(&database.url).migrate().unwrap());
    assert_eq!(ran.concat(), ALL);
}

#[test]
fn a_newer_schema_is_refused_at_the_start_and_served_on_later() {
    let database = fresh();
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
    let error = database.migrate().unwrap_err();
    assert!(matches!(error, Error::NewerSchema { migration } if migration == "9999"));
    database.check().unwrap();
    assert!(matches!(database.export(Scope::Move), Err(Error::NewerSchema { .. })), "a copy would lack what is new");
}

#[test]
fn what_was_committed_is_there_for_the_next_process() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    let again = connect(&database.url);
    again.check().unwrap();
    assert_eq!(again.file(file.id).unwrap(), Some(file));
}

#[test]
fn a_migration_that_is_missing_is_named() {
    let database = fresh();
    database.execute("DELETE FROM __diesel_schema_migrations WHERE version = '0002'; DROP TABLE leases");
    assert!(matches!(database.check(), Err(Error::NotMigrated { migration }) if migration == "0002_leases"));
    assert_eq!(database.migrate().unwrap(), ["0002_leases"]);
    database.check().unwrap();
}

#[test]
fn a_database_that_nobody_has_migrated_is_left_alone_where_one_is_expected() {
    let open = |url: &str| Database::connect_existing(url, &ConnectOptions::default());
    let missing = |url: &str| matches!(open(url), Err(Error::NoDatabase { .. }));
    let database = unmigrated();
    assert!(missing(&database.url) && missing(&database.url));
    assert!(matches!(database.check(), Err(Error::NotMigrated { .. })));
    database.migrate().unwrap();
    open(&database.url).unwrap().check().unwrap();
    // One of an earlier version is there.
    database.execute("DELETE FROM __diesel_schema_migrations WHERE version = '0002'; DROP TABLE leases");
    open(&database.url).unwrap().migrate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing.db");
    assert!(missing(&format!("sqlite://{}", path.display())) && !path.exists());
    std::fs::write(&path, "").unwrap();
    assert!(missing(&format!("sqlite://{}", path.display())));
}
