//! The one connection type of the repositories, whatever database is behind it.

use diesel::connection::Connection;
use diesel::{PgConnection, SqliteConnection};

/// A connection to any of the databases.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Does something with the connection of whichever database it is. Diesel's `MultiConnection` cannot insert several rows at
/// once, nor say what to do about conflicts; each database can.
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
