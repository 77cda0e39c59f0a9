//! A database of one's own, and rows to put into it.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use std::path::Path;
use tempfile::TempDir;
use tintype_domain::{
    Checksum, ColourMode, Crc32, Description, Facts, FileName, FileRecord, Key, Kind, Look, MetadataRecord, Name,
    NewUser, PreviewFacts, PreviewSource, Suffix, Timestamp, UserRecord, Variant, Visibility,
};
use tintype_persistence::{Claim, ConnectOptions, Database, NewContent, NewDerived, NewFile, NewPreview};
use tintype_testkit::{Postgres, PostgresDatabase};

/// A migrated database that is gone when it is dropped.
pub(crate) struct Fresh {
    pub(crate) database: Database,
    pub(crate) url: String,
    _place: Place,
}

enum Place {
    Sqlite { _folder: TempDir },
    Postgres { _database: PostgresDatabase },
}

impl std::ops::Deref for Fresh {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Fresh {
    /// Runs SQL that no method of the database is for.
    pub(crate) fn execute(&self, sql: &str) {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 60000; PRAGMA foreign_keys = ON").unwrap();
                connection.batch_execute(sql).unwrap();
            }
            None => PgConnection::establish(&self.url).unwrap().batch_execute(sql).unwrap(),
        }
    }

    /// Returns the folder of a database in a file.
    pub(crate) fn folder(&self) -> &Path {
        Path::new(self.url.strip_prefix("sqlite://").unwrap()).parent().unwrap()
    }
}

/// Names the database that the tests run on: `sqlite`, or `postgres` for the run that `postgres.rs`
/// starts.
pub(crate) const TEST_DATABASE: &str = "TINTYPE_TEST_DATABASE";

/// Returns the server to test on, unless it is SQLite's turn.
fn server() -> Option<&'static Postgres> {
    let chosen = std::env::var(TEST_DATABASE).unwrap_or_default();
    (chosen == "postgres").then(|| Postgres::shared().unwrap())
}

/// Returns an empty, migrated database.
pub(crate) fn fresh() -> Fresh {
    match server() {
        Some(server) => {
            server.prepare(|url| drop(connect(url).migrate().unwrap()));
            on_postgres(server.database())
        }
        None => {
            let unmigrated = unmigrated();
            unmigrated.database.migrate().unwrap();
            unmigrated
        }
    }
}

/// Returns a database that has never been migrated.
pub(crate) fn unmigrated() -> Fresh {
    if let Some(server) = server() {
        return on_postgres(server.empty_database());
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/tintype.db", folder.path().display());
    Fresh { database: connect(&url), url, _place: Place::Sqlite { _folder: folder } }
}

fn on_postgres(database: PostgresDatabase) -> Fresh {
    let url = database.url();
    Fresh { database: connect(&url), url, _place: Place::Postgres { _database: database } }
}

/// Connects to a database once more, as another process would.
pub(crate) fn connect(url: &str) -> Database {
    // Tests that race on a slow machine wait for long.
    let mut options = ConnectOptions::default();
    options.acquire_timeout = std::time::Duration::from_secs(60);
    Database::connect(url, &options).unwrap()
}

/// 2025-12-22T17:43:06.351315Z.
pub(crate) const NOW: i64 = 1_766_425_386_351_315;

/// Returns the moment that many microseconds after [`NOW`].
pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_unix_micros(NOW + micros)
}

pub(crate) fn user(database: &Database, username: &str) -> UserRecord {
    database.create_user(&new_user(username), at(0)).unwrap()
}

pub(crate) fn new_user(username: &str) -> NewUser<String> {
    NewUser::new(username.parse().unwrap())
}

/// Returns suffixes that never repeat.
pub(crate) fn suffixes() -> impl FnMut() -> Suffix {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    || {
        let mut number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Suffix::from_random(std::array::from_fn(|_| {
            let digit = u8::try_from(number % 62).unwrap();
            number /= 62;
            digit
        }))
    }
}

pub(crate) const EDGES: [(u32, &str); 4] = [(64, "jpg"), (128, "jpg"), (512, "jpg"), (1080, "jpg")];

pub(crate) fn original(name: &str) -> Key {
    Key::original(&"core_media".parse().unwrap(), at(0), &FileName::from_upload(name))
}

/// Claims the keys of an image of that name with four thumbnails.
pub(crate) fn claim(database: &Database, name: &str) -> Claim {
    database.claim(&original(name), &EDGES, &mut suffixes(), at(0)).unwrap()
}

/// Returns the content of an image with a thumbnail at each claimed key.
pub(crate) fn image(claim: &Claim) -> NewContent {
    let derived = claim.thumbnails.iter().zip(EDGES).map(|(key, (edge, _))| NewDerived {
        key: key.clone(),
        variant: Variant::Thumbnail { edge },
        width: edge,
        height: edge / 2,
        size: u64::from(edge) * 10,
        mime_type: "image/jpeg".into(),
        checksum: Checksum([u8::try_from(edge % 251).unwrap(); 32]),
    });
    NewContent {
        key: claim.original.clone(),
        facts: Facts {
            kind: Kind::Image,
            mime_type: "image/jpeg".into(),
            width: Some(2560),
            height: Some(1600),
            mode: Some(ColourMode::Rgb),
        },
        size: 1_728_593,
        checksum: Checksum([7; 32]),
        crc32: Crc32(u32::MAX),
        preview: NewPreview {
            facts: PreviewFacts::ready(PreviewSource::Image, Some(look())),
            metadata: MetadataRecord::default(),
            derived: derived.collect(),
        },
        job_at: at(0),
    }
}

/// What the pictures of the tests look like.
pub(crate) fn look() -> Look {
    Look { thumb_hash: vec![1, 2, 3], colour: [0x7a, 0x6b, 0x52], perceptual_hash: u64::MAX - 1 }
}

pub(crate) fn new_file(user: &UserRecord, name: &str, content: NewContent) -> NewFile {
    let description = Description::new("User profile avatar").unwrap();
    NewFile {
        id: None,
        user_id: Some(user.id),
        created_at: None,
        updated_at: None,
        name: Name::new(name).unwrap(),
        description,
        visibility: Visibility::Public,
        reservation: None,
        tags: Default::default(),
        content,
    }
}

/// Uploads an image with four thumbnails.
pub(crate) fn upload(database: &Database, user: &UserRecord, name: &str) -> FileRecord {
    let content = image(&claim(database, name));
    database.insert_file(&new_file(user, name, content), at(0)).unwrap()
}

/// Runs as many copies of `work` at once and returns what each returns.
pub(crate) fn at_once<T: Send>(copies: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = std::sync::Barrier::new(copies);
    std::thread::scope(|scope| {
        let copy = |number| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(number)
            })
        };
        let threads: Vec<_> = (0..copies).map(copy).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
