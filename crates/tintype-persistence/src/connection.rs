//! The connection type that all repositories use, for every database.

use diesel::connection::Connection;
use diesel::{PgConnection, SqliteConnection};

/// A connection to any of the databases.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Evaluates an expression for the connection of each database. Needed for inserting several rows
/// and for `ON CONFLICT`, which diesel supports for each database, but not for `MultiConnection`.
macro_rules! on_each {
    ($connection:expr, $of_one:ident => $work:expr) => {
        match $connection {
            $crate::connection::AnyConnection::Sqlite($of_one) => $work,
            $crate::connection::AnyConnection::Postgres($of_one) => $work,
        }
    };
}
pub(crate) use on_each;

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
