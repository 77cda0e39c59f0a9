use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::database::Database;
use crate::error::Error;
use crate::scrub::{self, ScrubTotals};
use crate::sql::Sql;
use crate::trash;

/// How much there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Files, by type.
    pub files: Vec<Total>,
    /// Files in the trash and the bytes of all their objects, as `trashed`.
    pub trashed: Total,
    /// What reading all objects over and over has found.
    pub scrub: ScrubTotals,
    /// Thumbnails and other objects that are made of files, in bytes and number, as `derived`.
    pub derived: Total,
    /// Keys that no file owns, by state. They have no size.
    pub strays: Vec<Total>,
    /// Jobs that are due or taken, by kind. They have no size.
    pub jobs: Vec<Total>,
}

/// How many there are of a sort, and their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Total {
    /// The sort.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Their bytes together.
    pub bytes: u64,
}

impl Database {
    /// Counts everything. This reads all rows of files.
    pub fn totals(&self) -> Result<Totals, Error> {
        self.snapshot(|connection| {
            let signed = |number| u64::try_from(number).unwrap_or(0);
            let mut count = |sql: &'static str| -> Result<Vec<Total>, Error> {
                let rows = Sql::<(Text, BigInt, BigInt)>::new(sql).load::<(String, i64, i64)>(connection)?;
                let total = |(name, count, bytes)| Total { name, count: signed(count), bytes: signed(bytes) };
                Ok(rows.into_iter().map(total).collect())
            };
            // `sum` of BIGINT is NUMERIC on PostgreSQL.
            let files = count(
                "SELECT kind, count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM files GROUP BY kind ORDER BY kind",
            )?;
            let derived =
                count("SELECT 'derived', count(*), CAST(coalesce(sum(size), 0) AS BIGINT) FROM derived_objects")?;
            let strays = count("SELECT state, count(*), CAST(0 AS BIGINT) FROM strays GROUP BY state ORDER BY state")?;
            let jobs = count("SELECT kind, count(*), CAST(0 AS BIGINT) FROM jobs GROUP BY kind ORDER BY kind")?;
            let (count, _, bytes) = trash::sums(connection)?;
            let trashed = Total { name: "trashed".into(), count: signed(count), bytes: signed(bytes) };
            let scrub = scrub::totals(connection)?;
            Ok(Totals { files, trashed, scrub, derived: derived.into_iter().next().unwrap_or_default(), strays, jobs })
        })
    }
}
