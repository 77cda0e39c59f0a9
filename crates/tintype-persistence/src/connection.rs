//! The one connection type of the repositories, whatever database is behind it.

use diesel::connection::Connection;
use diesel::{PgConnection, SqliteConnection};

/// A connection to any of the databases.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// How [`AnyConnection`] begins and ends transactions.
pub(crate) type Transactions = <AnyConnection as Connection>::TransactionManager;

/// The SQL that [`AnyConnection`] speaks.
pub(crate) type Backend = <AnyConnection as Connection>::Backend;

/// What a connection is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Reader,
    Writer,
    /// Reads a database that has to exist already and that nothing may be written to.
    Guest,
}
