//! How far the reading of all objects over and over has come, and what it has found.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use tintype_domain::{FileId, Key, Timestamp};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::Error;
use crate::sql::Sql;
use crate::strays::parse;

/// How far the present round has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScrubState {
    /// The objects of files up to this one have been read.
    pub after: FileId,
    /// When the last complete round began.
    pub last_began_at: Option<Timestamp>,
}

/// Since when every object has been read, and how many are damaged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScrubTotals {
    /// When the last complete round began, or the first one; `None` before that.
    pub since: Option<Timestamp>,
    /// How many objects are missing or damaged.
    pub damaged: u64,
}

impl Database {
    /// Returns how far the present round has come.
    pub fn scrub_state(&self) -> Result<ScrubState, Error> {
        let sql = Sql::<(BigInt, Nullable<BigInt>)>::new("SELECT after_file, last_began_at FROM scrubs WHERE id = 1");
        let row = self.read(|connection| Ok(sql.load::<(i64, Option<i64>)>(connection)?.pop()))?;
        let (after, last_began_at) = row.unwrap_or_default();
        Ok(ScrubState { after: FileId(after), last_began_at: last_began_at.map(Timestamp::from_unix_micros) })
    }

    /// Begins a round at the first file.
    pub fn begin_scrub(&self, now: Timestamp) -> Result<(), Error> {
        let now = now.unix_micros();
        self.write(|connection| {
            let mut sql = Sql::<()>::new("INSERT INTO scrubs (id, after_file, began_at) VALUES (1, 0, ");
            sql.bind(now).push(") ON CONFLICT (id) DO UPDATE SET after_file = 0, began_at = ").bind(now);
            Ok(sql.execute(connection).map(drop)?)
        })
    }

    /// Notes that the objects of files up to this one have been read.
    pub fn note_scrubbed(&self, file: FileId) -> Result<(), Error> {
        self.write(|connection| {
            let mut sql = Sql::<()>::new("UPDATE scrubs SET after_file = ");
            sql.bind(file.0).push(" WHERE id = 1");
            Ok(sql.execute(connection).map(drop)?)
        })
    }

    /// Notes that the present round has come to the last file.
    pub fn end_scrub(&self) -> Result<(), Error> {
        self.write(|connection| {
            let sql = Sql::<()>::new("UPDATE scrubs SET after_file = 0, last_began_at = began_at WHERE id = 1");
            Ok(sql.execute(connection).map(drop)?)
        })
    }

    /// Returns keys of objects that were found missing or damaged, at most `limit`, from the one
    /// after `after` on.
    pub fn damaged(&self, after: Option<&Key>, limit: u32) -> Result<Vec<Key>, Error> {
        let mut sql = Sql::<Text>::new("SELECT key FROM damaged_objects WHERE key > ");
        sql.bind(after.map_or("", Key::as_str)).push(" ORDER BY key").limit(limit.into());
        let keys = self.read(|connection| Ok(sql.load::<String>(connection)?))?;
        keys.iter().map(|key| parse(key)).collect()
    }

    /// Notes that an object is missing or damaged.
    pub fn note_damage(&self, key: &Key, now: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let mut sql = Sql::<()>::new("INSERT INTO damaged_objects (key, found_at) VALUES (");
            sql.bind(key.as_str()).push(", ").bind(now.unix_micros()).push(") ON CONFLICT DO NOTHING");
            Ok(sql.execute(connection).map(drop)?)
        })
    }

    /// Notes that an object is sound again, or that there is none any more.
    pub fn forget_damage(&self, key: &Key) -> Result<(), Error> {
        self.write(|connection| {
            let mut sql = Sql::<()>::new("DELETE FROM damaged_objects WHERE key = ");
            sql.bind(key.as_str());
            Ok(sql.execute(connection).map(drop)?)
        })
    }
}

/// Returns since when every object has been read, and how many are damaged.
pub(crate) fn totals(connection: &mut AnyConnection) -> QueryResult<ScrubTotals> {
    let sql = Sql::<(BigInt, Nullable<BigInt>)>::new(
        "SELECT count(*), (SELECT coalesce(last_began_at, began_at) FROM scrubs WHERE id = 1) FROM damaged_objects",
    );
    let (damaged, since) = sql.load::<(i64, Option<i64>)>(connection)?.pop().unwrap_or_default();
    let since = since.map(Timestamp::from_unix_micros);
    Ok(ScrubTotals { since, damaged: u64::try_from(damaged).unwrap_or(0) })
}
