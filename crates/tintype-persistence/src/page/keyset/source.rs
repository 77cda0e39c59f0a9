//! What pages by a place need of a database.

use tintype_domain::{OrderField, SortValue};

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::sql::Sql;

/// How a database words the statements.
pub(crate) trait Source {
    /// Returns `files`, read by an index if the database has to be told.
    fn files(&self, by: By) -> String;

    /// Appends the conditions of the filter, except bounds of the column `except`.
    fn and_filter(&self, sql: &mut Sql, scopes: &[Scope], except: &str);

    /// Appends that `column` is one of the numbers, of which there may be many.
    fn one_of(&self, sql: &mut Sql, column: &'static str, numbers: &[i64]);

    /// Returns the files of the scope if there are few, or those that match the filter where there
    /// is no scope.
    fn few(&self, connection: &mut AnyConnection, scope: Option<&Scope>) -> Result<Option<Vec<i64>>, Error>;

    /// Returns files among which are all that match, if they are not too many to be looked up one
    /// by one.
    fn some(&self, connection: &mut AnyConnection) -> Result<Option<Vec<i64>>, Error>;

    /// Begins a statement that reads all files that match, whatever the planner prefers, up to its
    /// conditions.
    fn all(&self, join: &'static str) -> Sql;
}

/// The index to read files by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// By their numbers alone.
    Rows,
    /// Numbers in order.
    Id,
    /// The uploader, then numbers in order.
    User,
    /// A column of files, then numbers in order.
    Column(OrderField),
}

/// Files that are alike in what they are ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those with this value, which is not null.
    Equal(OrderField, SortValue),
    /// Those without a value.
    Null(OrderField),
    /// Those of some users, and perhaps those of no user.
    Users { ids: Vec<i64>, has_orphans: bool },
}

impl Scope {
    /// Returns the files that have this value of the field.
    pub(crate) fn of(field: OrderField, value: &SortValue) -> Self {
        match value {
            SortValue::Null => Self::Null(field),
            value => Self::Equal(field, value.clone()),
        }
    }
}
