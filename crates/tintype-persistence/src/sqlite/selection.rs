//! Which files a page of a list has.
//!
//! SQLite cannot know how many files a filter leaves, so it is found out first, and the plan follows from it:
//! - *few* fulfil one of the conditions: their numbers are known by then, and just they are looked at and sorted;
//! - otherwise the files are *walked* in their order until the page is full, which is soon since many match. The exact
//!   count comes from an index that covers the filter.

use super::conditions::{Condition, conditions};
use super::ordering::Ordering;
use crate::connection::AnyConnection;
use crate::error::Error;
use crate::list::Selection;
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tintype_domain::{ListQuery, MAX_LIMIT};

/// How many files are few: reading and sorting so many rows takes about a millisecond.
const FEW: usize = 2000;

/// The page that is asked for.
pub(super) struct Page<'a> {
    conditions: Vec<Condition<'a>>,
    pub(super) ordering: Ordering,
    pub(super) limit: i64,
    pub(super) offset: i64,
}

pub(crate) fn select_page(connection: &mut AnyConnection, query: &ListQuery) -> Result<Selection, Error> {
    let page = Page {
        conditions: conditions(&query.filter),
        ordering: Ordering::new(&query.ordering),
        limit: query.limit.min(MAX_LIMIT).into(),
        offset: i64::try_from(query.offset).unwrap_or(i64::MAX),
    };
    for condition in &page.conditions {
        if let Some(ids) = page.few(connection, condition)? {
            return page.among(connection, &ids);
        }
    }
    if let Some(column) = page.ordering.by_user() {
        return page.by_user(connection, column);
    }
    let count = page.count(connection)?;
    // A page behind the last one would be walked for in vain.
    let ids = if count <= page.offset {
        Vec::new()
    } else if usize::try_from(count).is_ok_and(|count| count <= FEW) {
        page.scan(connection)?
    } else {
        page.walk(connection)?
    };
    Ok(Selection { count: u64::try_from(count).unwrap_or(0), ids })
}

impl Page<'_> {
    /// Returns the numbers of the files that fulfil the condition if there are few.
    fn few(&self, connection: &mut AnyConnection, condition: &Condition<'_>) -> Result<Option<Vec<i64>>, Error> {
        let mut sql = Sql::new(format!("SELECT files.rowid FROM {} WHERE ", condition.source()));
        condition.write_for_source(&mut sql);
        sql.push(" LIMIT ").bind(FEW as i64 + 1);
        let ids = self.load(connection, sql)?;
        Ok(Some(ids).filter(|ids| ids.len() <= FEW))
    }

    /// Selects among few files.
    fn among(&self, connection: &mut AnyConnection, ids: &[i64]) -> Result<Selection, Error> {
        let mut sql = Sql::new("SELECT files.id FROM files NOT INDEXED");
        self.join_users(&mut sql);
        // What the only condition leaves has just been looked up.
        let numbers = format!("{ids:?}");
        sql.push(" WHERE files.id IN (SELECT value FROM json_each(").bind(numbers.as_str()).push("))");
        if self.conditions.len() > 1 {
            self.and_filter(&mut sql);
        }
        sql.push(format!(" ORDER BY {}", self.ordering.sql()));
        let ids = self.load(connection, sql)?;
        let count = ids.len() as u64;
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        Ok(Selection { count, ids: ids.into_iter().skip(skipped).take(limit).collect() })
    }

    /// Returns how many files fulfil every condition.
    fn count(&self, connection: &mut AnyConnection) -> Result<i64, Error> {
        let mut sql = Sql::new("SELECT count(*) FROM ");
        match self.conditions.as_slice() {
            [] => {
                sql.push("files");
            }
            [condition] => {
                sql.push(condition.source()).push(" WHERE ");
                condition.write_for_source(&mut sql);
            }
            _ => {
                sql.push("files INDEXED BY files_facts");
                self.filter(&mut sql);
            }
        }
        Ok(self.load(connection, sql)?.first().copied().unwrap_or(0))
    }

    /// Appends every condition.
    fn filter(&self, sql: &mut Sql) {
        sql.push(" WHERE TRUE");
        self.and_filter(sql);
    }

    /// Appends every condition behind another one.
    pub(super) fn and_filter<ST>(&self, sql: &mut Sql<ST>) {
        for condition in &self.conditions {
            sql.push(" AND ");
            condition.write(sql);
        }
    }

    /// Reads and sorts all that matches: each condition leaves many files, together they leave few.
    fn scan(&self, connection: &mut AnyConnection) -> Result<Vec<i64>, Error> {
        let mut sql = Sql::new("SELECT files.id FROM files INDEXED BY files_facts");
        self.join_users(&mut sql);
        self.filter(&mut sql);
        self.order(&mut sql);
        self.load(connection, sql)
    }

    fn join_users(&self, sql: &mut Sql) {
        if self.ordering.has_user() {
            sql.push(" LEFT JOIN users ON users.id = files.user_id");
        }
    }

    fn order(&self, sql: &mut Sql) {
        sql.push(format!(" ORDER BY {} LIMIT ", self.ordering.sql()));
        sql.bind(self.limit).push(" OFFSET ").bind(self.offset);
    }

    /// Follows the index of the order until the page is full.
    fn walk(&self, connection: &mut AnyConnection) -> Result<Vec<i64>, Error> {
        let mut sql = Sql::new(format!("SELECT files.id FROM files INDEXED BY {}", self.ordering.index()));
        self.join_users(&mut sql);
        self.filter(&mut sql);
        self.order(&mut sql);
        self.load(connection, sql)
    }

    /// Runs a statement that returns numbers.
    pub(super) fn load(&self, connection: &mut AnyConnection, sql: Sql) -> Result<Vec<i64>, Error> {
        let mut rows = Sql::<BigInt>::new("");
        rows.append(sql);
        self.keep_prepared(&mut rows);
        Ok(rows.load(connection)?)
    }

    /// Keeps a statement prepared only if it is one of not too many: clients choose how filters and orders combine.
    pub(super) fn keep_prepared<ST>(&self, sql: &mut Sql<ST>) {
        if self.conditions.len() > 1 || self.ordering.is_uncommon() {
            sql.uncommon();
        }
    }
}
