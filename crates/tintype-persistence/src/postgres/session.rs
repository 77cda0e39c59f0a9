//! Connections, transactions, locks and ids on PostgreSQL.

use super::address::PostgresAddress;
use crate::connection::Role;
use crate::error::Error;
use crate::schema::files;
use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};
use std::time::Duration;
use tintype_domain::FileId;

/// The most time for a statement. Clients are told to come back before that; a longer statement
/// hangs.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);

/// The oldest version that is tested, as `server_version_num` has it.
const LEAST_VERSION: i64 = 15_00_00;

/// The advisory lock for migrations: "tintype" in ASCII.
const MIGRATION_LOCK: i64 = 0x74_69_6e_74_79_70_65;

/// The advisory lock for beginning an import or the use of the database: "ttimport" in ASCII.
const IMPORT_LOCK: i64 = 0x74_74_69_6d_70_6f_72_74;

/// Asks for messages in English, which distinguish errors that diesel has no kind for. A role
/// without that right gets the server's language; the block keeps the refusal out of the server's
/// log.
const ENGLISH: &str = "DO $$ BEGIN SET lc_messages = 'C'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;";

/// Connects to the server.
pub(crate) fn open(address: &PostgresAddress, role: Role, lock_timeout: Duration) -> Result<PgConnection, Error> {
    let failed = |problem: String| Error::CannotConnect {
        url: address.to_string(),
        problem: one_line(&without_quotes(&problem)),
    };
    let mut connection = PgConnection::establish(&address.for_libpq()).map_err(|error| failed(error.to_string()))?;
    // The best plan depends on the values, so a generic plan would be wrong for some of them, and
    // compiling a plan takes longer than a list may. Random reads are cheap on today's disks, and
    // indexes are usually cached.
    let settings = format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
         SET plan_cache_mode = force_custom_plan; SET jit = off; SET random_page_cost = 1.1; \
         SET default_transaction_read_only = {}; {ENGLISH}",
        STATEMENT_TIMEOUT.as_millis(),
        lock_timeout.as_millis(),
        STATEMENT_TIMEOUT.as_millis(),
        if role == Role::Guest { "on" } else { "off" },
    );
    connection.batch_execute(&settings).map_err(|error| failed(error.to_string()))?;
    Ok(connection)
}

/// The database that every server has, from which others are created.
const MAINTENANCE: &str = "postgres";

/// Creates the database of that name if the server has none, and returns whether it is there now;
/// not if the server cannot be asked.
///
/// # Errors
/// [`Error::CannotCreate`].
pub(crate) fn create(address: &PostgresAddress, lock_timeout: Duration) -> Result<bool, Error> {
    let Some(name) = address.database() else { return Ok(false) };
    let Ok(mut connection) = open(&address.beside(MAINTENANCE), Role::Writer, lock_timeout) else { return Ok(false) };
    if exists(&mut connection, &name)? {
        return Ok(true);
    }
    // As docs/operations.md says; it takes as long as it takes.
    let quoted = name.replace('"', "\"\"");
    let create = format!("CREATE DATABASE \"{quoted}\" ENCODING 'UTF8' TEMPLATE template0");
    connection.batch_execute("SET statement_timeout = 0")?;
    match connection.batch_execute(&create) {
        Ok(()) => Ok(true),
        // Another process may have been faster.
        Err(_) if exists(&mut connection, &name)? => Ok(true),
        Err(error) => Err(Error::CannotCreate { url: address.to_string(), problem: one_line(&error.to_string()) }),
    }
}

fn exists(connection: &mut PgConnection, name: &str) -> QueryResult<bool> {
    let found = diesel::sql_query("SELECT 1 FROM pg_database WHERE datname = $1");
    Ok(found.bind::<Text, _>(name).execute(connection)? > 0)
}

/// Finds out whether the server is still there.
pub(crate) fn ping(connection: &mut PgConnection) -> Result<(), Error> {
    Ok(connection.batch_execute("SELECT 1")?)
}

/// Every statement sees what was committed before it; rows that must not change are locked.
pub(crate) fn begin_write(connection: &mut PgConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN ISOLATION LEVEL READ COMMITTED")
}

pub(crate) fn begin_snapshot(connection: &mut PgConnection) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
}

pub(crate) fn keep_snapshot(connection: &mut PgConnection) -> QueryResult<()> {
    connection.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;")
}

pub(crate) fn lock_file(connection: &mut PgConnection, id: FileId) -> QueryResult<()> {
    let row = files::table.filter(files::id.eq(id.0)).select(files::id).for_update();
    row.first::<i64>(connection).optional().map(drop)
}

pub(crate) fn lock_trashed(connection: &mut PgConnection, id: FileId) -> QueryResult<()> {
    let row = diesel::sql_query("SELECT 1 FROM trashed_files WHERE id = $1 FOR UPDATE");
    row.bind::<BigInt, _>(id.0).execute(connection).map(drop)
}

/// Returns the microseconds since 1970 by the clock of the server.
pub(crate) fn clock(connection: &mut PgConnection) -> QueryResult<i64> {
    let now = diesel::dsl::sql::<BigInt>("(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint");
    diesel::select(now).get_result(connection)
}

pub(crate) fn lock_users(connection: &mut PgConnection) -> QueryResult<()> {
    connection.batch_execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
}

/// Keeps others from migrating until the transaction ends, however long they take.
pub(crate) fn lock_migrations(connection: &mut PgConnection) -> QueryResult<()> {
    connection.batch_execute(&format!(
        "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({MIGRATION_LOCK});"
    ))
}

pub(crate) fn lock_import(connection: &mut PgConnection) -> QueryResult<()> {
    connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({IMPORT_LOCK})"))
}

pub(crate) fn share_import(connection: &mut PgConnection) -> QueryResult<()> {
    connection.batch_execute(&format!("SELECT pg_advisory_xact_lock_shared({IMPORT_LOCK})"))
}

/// Returns whether anybody has ever migrated the database.
pub(crate) fn has_migrations(connection: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL"))
        .get_result(connection)
}

/// Checks what no migration can make up for.
///
/// # Errors
/// [`Error::Unsuitable`].
pub(crate) fn check_server(connection: &mut PgConnection) -> Result<(), Error> {
    let mut setting = |name: &str| -> Result<String, Error> {
        let value = diesel::dsl::sql::<Text>(&format!("SELECT current_setting('{name}')"));
        Ok(value.get_result(connection)?)
    };
    let encoding = setting("server_encoding")?;
    if encoding != "UTF8" {
        let problem = format!("its encoding is `{encoding}`; create it with `ENCODING 'UTF8'`");
        return Err(Error::Unsuitable { problem });
    }
    if setting("server_version_num")?.parse().is_ok_and(|version: i64| version < LEAST_VERSION) {
        let version = setting("server_version")?;
        return Err(Error::Unsuitable {
            problem: format!("the server is PostgreSQL {version}; it has to be 15 or later"),
        });
    }
    Ok(())
}

pub(crate) fn last_number(connection: &mut PgConnection, table: &'static str) -> QueryResult<i64> {
    let last = format!("COALESCE(pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')::regclass), 0)");
    diesel::select(diesel::dsl::sql::<BigInt>(&last)).get_result(connection)
}

/// Rows with given numbers do not move a sequence.
pub(crate) fn use_up_numbers(connection: &mut PgConnection, table: &'static str, last: i64) -> QueryResult<()> {
    let greatest = format!("(SELECT COALESCE(max(id), 0) FROM {table})");
    let greatest = diesel::select(diesel::dsl::sql::<BigInt>(&greatest)).get_result(connection)?;
    let last = last.max(last_number(connection, table)?).max(greatest);
    // A sequence begins at 1, and cannot be set to anything less.
    if last > 0 {
        let set = format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})");
        connection.batch_execute(&set)?;
    }
    Ok(())
}

/// Removes what libpq quotes from a URL that it cannot parse, which may be part of a password. Once
/// it has tried to connect, it quotes hosts, users and databases.
fn without_quotes(problem: &str) -> String {
    if ["connection to server", "could not translate host name"].iter().any(|tried| problem.contains(tried)) {
        return problem.to_owned();
    }
    problem.split('"').step_by(2).collect::<Vec<_>>().join("…")
}

/// libpq writes a line for each address it tried.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
