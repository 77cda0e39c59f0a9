//! The one connection type of the repositories, whatever database is behind it.
//!
//! What the databases do not agree on is a function here, with an arm for each.

use crate::error::Error;
use crate::list::Selection;
use crate::url::Address;
use crate::{postgres, sqlite};
use diesel::connection::{Connection, TransactionManager, TransactionManagerStatus};
use diesel::r2d2::ManageConnection;
use diesel::result::QueryResult;
use diesel::{PgConnection, SqliteConnection};
use std::time::Duration;
use tintype_domain::{FileId, ListQuery};

/// A connection to any of the databases.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// How [`AnyConnection`] begins and ends transactions.
pub(crate) type Transactions = <AnyConnection as Connection>::TransactionManager;

/// What [`AnyConnection`] speaks.
pub(crate) type Backend = <AnyConnection as Connection>::Backend;

/// What a connection is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Reader,
    Writer,
    /// Of a database that nothing may be written to, and that has to be there already.
    Guest,
}

/// Begins a transaction that will write.
pub(crate) fn begin_write(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::begin_write(connection),
        AnyConnection::Postgres(connection) => postgres::begin_write(connection),
    }
}

/// Begins a transaction whose reads all see one state.
pub(crate) fn begin_snapshot(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::begin_snapshot(connection),
        AnyConnection::Postgres(connection) => postgres::begin_snapshot(connection),
    }
}

/// Keeps other transactions from changing the file until this one ends.
pub(crate) fn lock_file(connection: &mut AnyConnection, id: FileId) -> QueryResult<()> {
    match connection {
        // Whoever writes has locked all of it.
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::lock_file(connection, id),
    }
}

/// Keeps other transactions from adding users until this one ends.
pub(crate) fn lock_users(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::lock_users(connection),
    }
}

/// Waits until no other transaction fills the database, or begins to use it, and keeps them from that until this one ends.
pub(crate) fn lock_import(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::lock_import(connection),
    }
}

/// Keeps other transactions from beginning to fill the database, or to use it, until this one ends; any number do so at once.
pub(crate) fn share_import(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(connection) => postgres::share_import(connection),
    }
}

/// Finds out which files a page of a list has; how that is done fast depends on the planner.
pub(crate) fn select_page(connection: &mut AnyConnection, query: &ListQuery) -> Result<Selection, Error> {
    match connection {
        AnyConnection::Sqlite(_) => sqlite::select_page(connection, query),
        AnyConnection::Postgres(_) => postgres::select_page(connection, query),
    }
}

/// Returns the greatest number that a table has given out, those of rows long gone among them; 0 where it never has.
pub(crate) fn last_number(connection: &mut AnyConnection, table: &'static str) -> QueryResult<i64> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::last_number(connection, table),
        AnyConnection::Postgres(connection) => postgres::last_number(connection, table),
    }
}

/// Keeps a table from giving out numbers up to this one.
pub(crate) fn use_up_numbers(connection: &mut AnyConnection, table: &'static str, last: i64) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => sqlite::use_up_numbers(connection, table, last),
        AnyConnection::Postgres(connection) => postgres::use_up_numbers(connection, table, last),
    }
}

/// Makes connections for a pool.
pub(crate) struct Manager {
    pub(crate) address: Address,
    pub(crate) role: Role,
    /// How long to wait for another's lock.
    pub(crate) lock_timeout: Duration,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = Error;

    fn connect(&self) -> Result<AnyConnection, Error> {
        match &self.address {
            Address::Sqlite(path) => sqlite::open(path, self.role, self.lock_timeout).map(AnyConnection::Sqlite),
            Address::Postgres(address) => {
                postgres::open(address, self.role, self.lock_timeout).map(AnyConnection::Postgres)
            }
        }
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Error> {
        match connection {
            // A file does not go away as a server does; the query itself finds out.
            AnyConnection::Sqlite(_) => Ok(()),
            AnyConnection::Postgres(connection) => postgres::ping(connection),
        }
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        // A panic may have left a transaction open.
        match Transactions::transaction_manager_status_mut(connection) {
            TransactionManagerStatus::InError => true,
            TransactionManagerStatus::Valid(status) => status.transaction_depth().is_some(),
        }
    }
}
