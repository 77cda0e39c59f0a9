//! Which files a page of a list has.
//!
//! SQLite does not know how many files match a filter, so find that out first and choose the plan
//! by it:
//! - if *few* files match one of the conditions, their ids are known by then: read and sort only
//!   these;
//! - otherwise *walk* the files in their order until the page is full, which is soon because many
//!   match. The exact count comes from an index that covers the filter.

use super::conditions::{Condition, conditions};
use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::by_user::select_by_user;
use crate::page::ordering::Ordering;
use crate::page::{Selection, TRASH_AS_FILES};
use crate::sql::Sql;
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use tintype_domain::{Direction, ListQuery, Listed, MAX_LIMIT, OrderBy, OrderField};

/// How many files are few: reading and sorting so many rows takes about a millisecond.
pub(super) const FEW: usize = 2000;

/// The page that is asked for.
pub(super) struct Page<'a> {
    pub(super) conditions: Vec<Condition<'a>>,
    pub(super) ordering: Ordering,
    pub(super) listed: Listed,
    limit: i64,
    offset: i64,
}

pub(crate) fn select_page(connection: &mut AnyConnection, query: &ListQuery) -> Result<Selection, Error> {
    let page = Page::new(query);
    if page.listed == Listed::Trashed {
        return page.in_trash(connection);
    }
    for condition in &page.conditions {
        if let Some(ids) = page.few_of(connection, condition)? {
            return page.among(connection, &ids);
        }
    }
    if let Some(column) = page.ordering.by_user() {
        return select_by_user(&page, connection, &page.ordering, column, (page.offset, page.limit));
    }
    let count = page.load_ids(connection, page.count())?.first().copied().unwrap_or(0);
    // There is nothing after the last page: do not walk there.
    let ids = if count <= page.offset {
        Vec::new()
    } else if usize::try_from(count).is_ok_and(|count| count <= FEW) {
        page.load_ids(connection, page.scan())?
    } else {
        page.load_ids(connection, page.walk())?
    };
    Ok(Selection { count: u64::try_from(count).unwrap_or(0), ids })
}

pub(crate) fn matching(connection: &mut AnyConnection, query: &ListQuery, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let page = Page::new(query);
    let mut sql = Sql::new("SELECT files.id FROM files NOT INDEXED WHERE files.id IN (SELECT value FROM json_each(");
    sql.bind(format!("{ids:?}").as_str()).push("))");
    page.and_filter(&mut sql);
    sql.uncommon();
    page.load_ids(connection, sql)
}

impl<'a> Page<'a> {
    pub(super) fn new(query: &'a ListQuery) -> Self {
        Self {
            conditions: conditions(&query.filter),
            ordering: Ordering::new(&query.ordering),
            listed: query.listed,
            limit: query.limit.min(MAX_LIMIT).into(),
            offset: i64::try_from(query.offset()).unwrap_or(i64::MAX),
        }
    }

    /// Returns the ids of the files that match the condition, if there are few.
    pub(super) fn few_of(
        &self,
        connection: &mut AnyConnection,
        condition: &Condition<'_>,
    ) -> Result<Option<Vec<i64>>, Error> {
        self.at_most(connection, condition, FEW)
    }

    /// Returns the ids of the files that match the condition, if they are at most `limit`.
    pub(super) fn at_most(
        &self,
        connection: &mut AnyConnection,
        condition: &Condition<'_>,
        limit: usize,
    ) -> Result<Option<Vec<i64>>, Error> {
        let mut sql = Sql::new(format!("SELECT {} FROM {} WHERE ", condition.source_id(), condition.source()));
        condition.write_for_source(&mut sql);
        sql.limit(limit as i64 + 1);
        let ids = self.load_ids(connection, sql)?;
        Ok(Some(ids).filter(|ids| ids.len() <= limit))
    }

    /// Selects among the files in the trash, all of which are read.
    fn in_trash(&self, connection: &mut AnyConnection) -> Result<Selection, Error> {
        let mut count = Sql::new(TRASH_AS_FILES);
        count.push("SELECT count(*) FROM files");
        self.filter(&mut count);
        let mut page = Sql::new(TRASH_AS_FILES);
        page.push("SELECT files.id FROM files");
        self.join_users(&mut page);
        self.filter(&mut page);
        self.order(&mut page);
        let count = self.load_ids(connection, count)?.first().copied().unwrap_or(0);
        Ok(Selection { count: u64::try_from(count).unwrap_or(0), ids: self.load_ids(connection, page)? })
    }

    /// Selects among few files.
    fn among(&self, connection: &mut AnyConnection, ids: &[i64]) -> Result<Selection, Error> {
        let mut sql = Sql::new("SELECT files.id FROM files NOT INDEXED");
        self.join_users(&mut sql);
        // The matches of the only condition have just been looked up.
        let numbers = format!("{ids:?}");
        sql.push(" WHERE files.id IN (SELECT value FROM json_each(").bind(numbers.as_str()).push("))");
        if self.conditions.len() > 1 {
            self.and_filter(&mut sql);
        }
        sql.push(format!(" ORDER BY {}", self.ordering.sql()));
        let ids = self.load_ids(connection, sql)?;
        let count = ids.len() as u64;
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        Ok(Selection { count, ids: ids.into_iter().skip(skipped).take(limit).collect() })
    }

    /// Counts the files that match every condition.
    fn count(&self) -> Sql {
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
                self.filter_scan(&mut sql);
            }
        }
        sql
    }

    /// Appends every condition.
    pub(super) fn filter(&self, sql: &mut Sql) {
        sql.push(" WHERE TRUE");
        self.and_filter(sql);
    }

    /// Appends every condition for a scan of what lists filter by.
    pub(super) fn filter_scan(&self, sql: &mut Sql) {
        sql.push(" WHERE TRUE");
        for condition in &self.conditions {
            sql.push(" AND ");
            condition.write_for_scan(sql);
        }
    }

    /// Appends every condition after another one.
    pub(super) fn and_filter<ST>(&self, sql: &mut Sql<ST>) {
        for condition in &self.conditions {
            sql.push(" AND ");
            condition.write(sql);
        }
    }

    /// Reads and sorts all matches: many files match each condition, but few match all of them.
    fn scan(&self) -> Sql {
        let mut sql = Sql::new("SELECT files.id FROM files INDEXED BY files_facts");
        self.join_users(&mut sql);
        self.filter_scan(&mut sql);
        self.order(&mut sql);
        sql
    }

    fn join_users(&self, sql: &mut Sql) {
        if self.ordering.has_user() {
            sql.push(" LEFT JOIN users ON users.id = files.user_id");
        }
    }

    fn order(&self, sql: &mut Sql) {
        sql.push(format!(" ORDER BY {}", self.ordering.sql()));
        sql.limit(self.limit).offset(self.offset);
    }

    /// Follows the index of the order until the page is full.
    fn walk(&self) -> Sql {
        let mut sql = Sql::new(format!("SELECT files.id FROM files INDEXED BY {}", index(&self.ordering)));
        self.join_users(&mut sql);
        self.filter(&mut sql);
        self.order(&mut sql);
        sql
    }

    /// Runs a statement that returns numbers.
    pub(super) fn load_ids(&self, connection: &mut AnyConnection, sql: Sql) -> Result<Vec<i64>, Error> {
        let mut rows = Sql::<BigInt>::new("");
        rows.append(sql);
        self.keep_prepared(&mut rows);
        Ok(rows.load(connection)?)
    }

    /// Keeps a statement prepared unless there are too many like it: clients choose how filters and
    /// orders combine.
    pub(super) fn keep_prepared<ST>(&self, sql: &mut Sql<ST>) {
        if self.conditions.len() > 1 || self.ordering.is_uncommon() {
            sql.uncommon();
        }
    }
}

/// Returns the index that has the files in this order, or nearly.
fn index(ordering: &Ordering) -> &'static str {
    let Some(OrderBy { field, direction }) = ordering.only() else { return "files_facts" };
    let ascending = direction == Direction::Ascending;
    match field {
        OrderField::Id => "files_id",
        OrderField::Kind if ascending => "files_kind_ascending",
        OrderField::Kind => "files_kind",
        OrderField::Name => "files_name",
        OrderField::Size => "files_size",
        OrderField::Width if ascending => "files_width_ascending",
        OrderField::Width => "files_width",
        OrderField::Height if ascending => "files_height_ascending",
        OrderField::Height => "files_height",
        OrderField::Mode if ascending => "files_mode_ascending",
        OrderField::Mode => "files_mode",
        OrderField::UpdatedAt => "files_updated_at",
        OrderField::TakenAt if ascending => "files_taken_at_ascending",
        OrderField::TakenAt => "files_taken_at",
        OrderField::Duration if ascending => "files_duration_ascending",
        OrderField::Duration => "files_duration",
        // Orders by the user are handled elsewhere.
        _ => "files_facts",
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, index};
    use crate::connection::{AnyConnection, Role};
    use crate::sql::Sql;
    use diesel::RunQueryDsl;
    use diesel::sql_types::{Integer, Text};
    use std::time::Duration;
    use tintype_domain::{Direction, ListQuery, OrderBy, OrderField};

    fn migrated(folder: &tempfile::TempDir) -> AnyConnection {
        let path = folder.path().join("plans.db");
        let connection = crate::sqlite::session::open(&path, Role::Writer, Duration::from_secs(5)).unwrap();
        let mut connection = AnyConnection::Sqlite(connection);
        crate::migrations::run(&mut connection).unwrap();
        connection
    }

    fn plan(connection: &mut AnyConnection, sql: Sql) -> Vec<String> {
        let mut explain = Sql::<(Integer, Integer, Integer, Text)>::new("EXPLAIN QUERY PLAN ");
        explain.append(sql);
        let rows = explain.load::<(i32, i32, i32, String)>(connection).unwrap();
        rows.into_iter().map(|(.., detail)| detail).collect()
    }

    /// A page comes straight from an index: only ties are sorted, and only for fields whose values
    /// are rarely shared.
    #[test]
    fn no_order_reads_and_sorts_all_files() {
        let folder = tempfile::tempdir().unwrap();
        let connection = &mut migrated(&folder);
        for &field in OrderField::ALL {
            for direction in [Direction::Ascending, Direction::Descending] {
                let query = ListQuery { ordering: vec![OrderBy { field, direction }], ..ListQuery::default() };
                let page = Page::new(&query);
                if page.ordering.by_user().is_some() {
                    continue;
                }
                let plan = plan(connection, page.walk());
                let index = index(&page.ordering);
                assert_eq!(plan[0], format!("SCAN files USING COVERING INDEX {index}"), "{query:?}");
                use OrderField::{CreatedAt, Name, Size, UpdatedAt};
                let has_few_ties = matches!(field, CreatedAt | Name | Size | UpdatedAt);
                if has_few_ties && direction == Direction::Ascending {
                    assert_eq!(plan[1..], ["USE TEMP B-TREE FOR LAST TERM OF ORDER BY"], "{query:?}");
                } else {
                    assert_eq!(plan[1..], [""; 0], "{query:?}");
                }
            }
        }
    }

    #[test]
    fn no_filter_reads_rows_to_count() {
        let folder = tempfile::tempdir().unwrap();
        let connection = &mut migrated(&folder);
        for (parameters, expected) in [
            (vec![("type", "image,pdf")], "SEARCH files USING COVERING INDEX files_kind (kind=?)"),
            (vec![("visibility", "private")], "SEARCH files USING COVERING INDEX files_visibility (visibility=?)"),
            (
                vec![("preview_status", "failed")],
                "SEARCH files USING COVERING INDEX files_preview_status (preview_status=?)",
            ),
            (vec![("type", "image"), ("preview_status", "ready")], "SCAN files USING COVERING INDEX files_facts"),
            (vec![("user_id", "1")], "SEARCH files USING COVERING INDEX files_user_id (user_id=?)"),
            (vec![("id_min", "1")], "SEARCH files USING COVERING INDEX files_id (id>?)"),
            (vec![("size_max", "1")], "SEARCH files USING COVERING INDEX files_size (size<?)"),
            (vec![("width_min", "1")], "SEARCH files USING COVERING INDEX files_width (width>?)"),
            (vec![("height_min", "1")], "SEARCH files USING COVERING INDEX files_height (height>?)"),
            (
                vec![("created_date", "2025-12-22")],
                "SEARCH files USING COVERING INDEX files_facts (created_at>? AND created_at<?)",
            ),
            (
                vec![("updated_date", "2025-12-22")],
                "SEARCH files USING COVERING INDEX files_updated_at (updated_at>? AND updated_at<?)",
            ),
            (vec![("taken_from", "2025-12-22")], "SEARCH files USING COVERING INDEX files_taken_at (taken_at>?)"),
            (vec![("duration_max", "1")], "SEARCH files USING COVERING INDEX files_duration (duration_ms<?)"),
            (vec![("pages_min", "1")], "SEARCH files USING COVERING INDEX files_pages (pages>?)"),
            (vec![("has_gps", "true")], "SEARCH files USING COVERING INDEX files_has_gps (has_gps=?)"),
            (vec![("has_gps", "true"), ("pages_min", "1")], "SCAN files USING COVERING INDEX files_facts"),
            (vec![("tags", "a")], "SEARCH files USING PRIMARY KEY (folded=?)"),
            (vec![("search", "cat")], "SCAN files VIRTUAL TABLE INDEX 0:M1"),
            (vec![("search", "ca")], "SCAN files USING COVERING INDEX files_name_folded"),
            (vec![("type", "image"), ("visibility", "public")], "SCAN files USING COVERING INDEX files_facts"),
            (vec![("type", "image"), ("size_min", "1")], "SCAN files USING COVERING INDEX files_facts"),
        ] {
            let query = ListQuery::parse(parameters).unwrap();
            assert_eq!(plan(connection, Page::new(&query).count()), [expected], "{query:?}");
        }
    }
}
