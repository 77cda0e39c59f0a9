//! Connections, transactions and ids on SQLite.

use crate::connection::Role;
use crate::error::Error;
use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection};
use diesel::result::QueryResult;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a copy waits for a lock.
const COPY_PATIENCE: Duration = Duration::from_secs(30);

/// Opens the database file, creating it where it is missing, unless by a guest.
pub(crate) fn open(path: &Path, role: Role, busy_timeout: Duration) -> Result<SqliteConnection, Error> {
    let unusable = |problem: String| Error::CannotOpen { path: path.to_owned(), problem };
    let name = path.to_str().ok_or_else(|| unusable("the path is not UTF-8".into()))?;
    let name = match role {
        Role::Reader | Role::Writer => {
            create(path)?;
            name.to_owned()
        }
        Role::Guest => read_only_uri(name),
    };
    let mut connection = SqliteConnection::establish(&name).map_err(|error| unusable(error.to_string()))?;
    let milliseconds = busy_timeout.as_millis();
    // First, so that the other pragmas wait for a busy file as well.
    let mut pragmas = format!("PRAGMA busy_timeout = {milliseconds};");
    pragmas += "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192;";
    pragmas += "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;";
    let mode = match role {
        Role::Reader | Role::Writer => "PRAGMA journal_mode = WAL;",
        // A backup may have another mode, which must stay. This finds out whether it can be read.
        Role::Guest => "PRAGMA query_only = ON; SELECT count(*) FROM sqlite_schema;",
    };
    retry(busy_timeout, || {
        connection.batch_execute(&pragmas)?;
        // SQLite does not wait where two connections switch a new file to WAL at once.
        connection.batch_execute(mode)
    })
    .map_err(|error| match Error::from(error) {
        Error::Database(error) => unusable(error.to_string()),
        // In WAL mode, readers also share an index in a file beside the database.
        Error::Unavailable { problem } if role == Role::Guest => unusable(format!(
            "{problem} (reading it takes the right to create files beside it: be its owner, or copy it)"
        )),
        other => other,
    })?;
    if role == Role::Reader {
        connection.batch_execute("PRAGMA query_only = ON;")?;
    }
    Ok(connection)
}

/// Returns the URI by which SQLite opens a file that it must not change
/// (<https://www.sqlite.org/uri.html>).
fn read_only_uri(path: &str) -> String {
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?mode=ro")
}

/// Creates an empty file that only its owner may read: password hashes will be in it.
fn create(path: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::CannotOpen { path: path.to_owned(), problem: error.to_string() }),
    }
}

/// Writes the whole database to a new file.
pub(crate) fn write_copy(from: &Path, to: &Path) -> Result<(), Error> {
    let name = to
        .to_str()
        .ok_or_else(|| Error::CannotOpen { path: to.to_owned(), problem: "the path is not UTF-8".into() })?;
    create(to)?;
    let mut connection = open(from, Role::Writer, COPY_PATIENCE)?;
    Ok(connection.batch_execute(&format!("VACUUM INTO '{}'", name.replace('\'', "''")))?)
}

fn retry(patience: Duration, mut attempt: impl FnMut() -> QueryResult<()>) -> QueryResult<()> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(error) if is_busy(&error) && start.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => return result,
        }
    }
}

fn is_busy(error: &diesel::result::Error) -> bool {
    use diesel::result::Error::DatabaseError;
    matches!(error, DatabaseError(_, information) if information.message().contains("locked"))
}

/// Takes the write lock now: a transaction that reads first fails when it writes, if another one
/// has written in between.
pub(crate) fn begin_write(connection: &mut SqliteConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
}

pub(crate) fn begin_snapshot(connection: &mut SqliteConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN")
}

/// `AUTOINCREMENT` keeps the numbers in a table of its own.
pub(crate) fn last_number(connection: &mut SqliteConnection, table: &'static str) -> QueryResult<i64> {
    let query = format!("(SELECT COALESCE(max(seq), 0) FROM sqlite_sequence WHERE name = '{table}')");
    diesel::select(diesel::dsl::sql::<BigInt>(&query)).get_result(connection)
}

pub(crate) fn use_up_numbers(connection: &mut SqliteConnection, table: &'static str, last: i64) -> QueryResult<()> {
    let last = last.max(last_number(connection, table)?);
    connection.batch_execute(&format!(
        "DELETE FROM sqlite_sequence WHERE name = '{table}'; INSERT INTO sqlite_sequence VALUES ('{table}', {last});"
    ))
}

#[cfg(test)]
mod tests {
    use super::open;
    use crate::connection::Role;
    use crate::error::Error;
    use diesel::connection::SimpleConnection;
    use std::time::Duration;

    #[test]
    fn a_full_disk_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = open(&folder.path().join("full.db"), Role::Writer, Duration::ZERO).unwrap();
        // A limit of SQLite's own fails as a full disk does.
        connection.batch_execute("PRAGMA max_page_count = 4; CREATE TABLE t (x);").unwrap();
        let error = connection.batch_execute("INSERT INTO t VALUES (zeroblob(1000000));").unwrap_err();
        assert!(matches!(Error::from(error), Error::NoSpace));
    }

    #[test]
    fn readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = open(&folder.path().join("read.db"), Role::Reader, Duration::ZERO).unwrap();
        let error = connection.batch_execute("CREATE TABLE t (x);").unwrap_err();
        assert!(matches!(Error::from(error), Error::Unavailable { .. }));
    }

    #[test]
    fn a_promise_is_on_disk_before_it_is_given() {
        use diesel::RunQueryDsl;
        use diesel::sql_types::Integer;
        let folder = tempfile::tempdir().unwrap();
        let mut connection = open(&folder.path().join("sync.db"), Role::Writer, Duration::ZERO).unwrap();
        let mut pragma = |name: &str| {
            let query = diesel::dsl::sql::<Integer>(&format!("SELECT * FROM pragma_{name}"));
            query.get_result::<i32>(&mut connection).unwrap()
        };
        assert_eq!(pragma("synchronous"), 2, "FULL");
        assert_eq!(pragma("foreign_keys"), 1);
    }
}
