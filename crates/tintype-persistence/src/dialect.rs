//! Differences between the databases: a function for each, with an arm for each database.

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::Selection;
use crate::{postgres, sqlite};
use diesel::result::QueryResult;
use tintype_domain::{Cursor, FileId, ListQuery};

/// Begins a transaction that will write.
pub(crate) fn begin_write(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::begin_write(connection),
        AnyConnection::Postgres(connection) => postgres::begin_write(connection),
    }
}

/// Begins a transaction whose reads all see the same state.
pub(crate) fn begin_snapshot(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::begin_snapshot(connection),
        AnyConnection::Postgres(connection) => postgres::begin_snapshot(connection),
    }
}

/// Keeps the transaction open however long it takes.
pub(crate) fn keep_snapshot(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::keep_snapshot(connection),
    }
}

/// Keeps other transactions from changing the file until this one ends.
pub(crate) fn lock_file(connection: &mut AnyConnection, id: FileId) -> QueryResult<()> {
    match connection {
        // A SQLite transaction that writes has locked the whole database.
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::lock_file(connection, id),
    }
}

/// Keeps other transactions from restoring or deleting a file in the trash until this one ends.
pub(crate) fn lock_trashed(connection: &mut AnyConnection, id: FileId) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::lock_trashed(connection, id),
    }
}

/// Returns the time by the clock of the database server; `None` where the database has no clock of
/// its own.
pub(crate) fn clock(connection: &mut AnyConnection) -> QueryResult<Option<i64>> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(None),
        AnyConnection::Postgres(connection) => postgres::clock(connection).map(Some),
    }
}

/// Keeps other transactions from adding users until this one ends.
pub(crate) fn lock_users(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::lock_users(connection),
    }
}

/// Waits until no other transaction imports into the database or begins to use it, and keeps others
/// from doing so until this one ends.
pub(crate) fn lock_import(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::lock_import(connection),
    }
}

/// Keeps other transactions from beginning to import into the database or to use it until this one
/// ends; any number of transactions may share this lock.
pub(crate) fn share_import(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::share_import(connection),
    }
}

/// Returns which files a page of a list has; how that is done fast depends on the planner.
pub(crate) fn select_page(connection: &mut AnyConnection, query: &ListQuery) -> Result<Selection, Error> {
    match connection {
        AnyConnection::Sqlite(_) => sqlite::select_page(connection, query),
        AnyConnection::Postgres(_) => postgres::select_page(connection, query),
    }
}

/// Returns those of the files that match a filter, in any order.
pub(crate) fn matching(connection: &mut AnyConnection, query: &ListQuery, ids: &[i64]) -> Result<Vec<i64>, Error> {
    match connection {
        AnyConnection::Sqlite(_) => sqlite::matching(connection, query, ids),
        AnyConnection::Postgres(_) => postgres::matching(connection, query, ids),
    }
}

/// Returns the ids of the first `need` files from a place in a list on, in the order of reading.
pub(crate) fn select_from(
    connection: &mut AnyConnection,
    query: &ListQuery,
    cursor: Option<&Cursor>,
    need: usize,
) -> Result<Vec<i64>, Error> {
    match connection {
        AnyConnection::Sqlite(_) => sqlite::select_from(connection, query, cursor, need),
        AnyConnection::Postgres(_) => postgres::select_from(connection, query, cursor, need),
    }
}

/// Returns the greatest id that a table has ever given out, deleted rows included; 0 where it has
/// given out none.
pub(crate) fn last_number(connection: &mut AnyConnection, table: &'static str) -> QueryResult<i64> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::last_number(connection, table),
        AnyConnection::Postgres(connection) => postgres::last_number(connection, table),
    }
}

/// Keeps a table from giving out ids up to this one.
pub(crate) fn use_up_numbers(connection: &mut AnyConnection, table: &'static str, last: i64) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::use_up_numbers(connection, table, last),
        AnyConnection::Postgres(connection) => postgres::use_up_numbers(connection, table, last),
    }
}
