//! Which files a page of a list has.
//!
//! PostgreSQL's planner knows from its statistics how to count the matches of a filter, and the
//! count tells what the planner cannot know: whether there are so few matches that it is best to
//! read and sort all of them, or whether walking the files in their order soon fills the page.

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::by_user::{ByUser, Group, Part, UserPlace, select_by_user};
use crate::page::ordering::Ordering;
use crate::page::{CAMERAS, Selection, TRASH_AS_FILES};
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tintype_domain::{Filter, ListQuery, Listed, MAX_LIMIT};

/// How many files are few: reading and sorting so many rows takes a few milliseconds.
const FEW: i64 = 2000;

pub(super) struct Page<'a> {
    filter: &'a Filter,
    ordering: Ordering,
    pub(super) listed: Listed,
    limit: i64,
    offset: i64,
}

pub(crate) fn select_page(connection: &mut AnyConnection, query: &ListQuery) -> Result<Selection, Error> {
    let page = Page::new(query);
    if page.listed == Listed::Trashed {
        let ids = page.load(connection, page.walk())?;
        let count = page.load(connection, page.count())?.first().copied().unwrap_or(0);
        return Ok(Selection { count: u64::try_from(count).unwrap_or(0), ids });
    }
    if let Some(column) = page.ordering.by_user() {
        return select_by_user(&page, connection, &page.ordering, column, (page.offset, page.limit));
    }
    let count = page.load(connection, page.count())?.first().copied().unwrap_or(0);
    let ids = match count {
        // There is nothing after the last page: do not walk there.
        _ if count <= page.offset => Vec::new(),
        ..=FEW => page.load(connection, page.among_few())?,
        _ => page.load(connection, page.walk())?,
    };
    Ok(Selection { count: u64::try_from(count).unwrap_or(0), ids })
}

pub(crate) fn matching(connection: &mut AnyConnection, query: &ListQuery, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let page = Page::new(query);
    let mut sql = Sql::new("SELECT files.id FROM files WHERE ");
    among(&mut sql, "files.id", ids);
    page.and_filter(&mut sql);
    page.load(connection, sql)
}

impl<'a> Page<'a> {
    pub(super) fn new(query: &'a ListQuery) -> Self {
        Self {
            filter: &query.filter,
            ordering: Ordering::new(&query.ordering),
            listed: query.listed,
            limit: query.limit.min(MAX_LIMIT).into(),
            offset: i64::try_from(query.offset()).unwrap_or(i64::MAX),
        }
    }

    /// Begins a statement in which `files` are those that the list is of.
    pub(super) fn begin(&self) -> Sql {
        Sql::new(if self.listed == Listed::Trashed { TRASH_AS_FILES } else { "" })
    }

    fn count(&self) -> Sql {
        let mut sql = self.begin();
        sql.push("SELECT count(*) FROM files WHERE TRUE");
        self.and_filter(&mut sql);
        sql
    }

    /// Reads and sorts all matches, whatever the planner prefers.
    fn among_few(&self) -> Sql {
        let mut sql = self.matches();
        sql.push(") SELECT files.id FROM few AS files");
        self.join_users(&mut sql);
        self.order(&mut sql);
        sql
    }

    /// Begins a statement that reads all matches before anything else.
    pub(super) fn matches(&self) -> Sql {
        let mut sql = Sql::new(
            "WITH few AS MATERIALIZED (SELECT id, user_id, kind, size, width, height, mode, created_at, updated_at, name, taken_at, duration_ms \
             FROM files WHERE TRUE",
        );
        self.and_filter(&mut sql);
        sql
    }

    /// Takes files in their order until the page is full.
    fn walk(&self) -> Sql {
        let mut sql = self.begin();
        sql.push("SELECT files.id FROM files");
        self.join_users(&mut sql);
        sql.push(" WHERE TRUE");
        self.and_filter(&mut sql);
        self.order(&mut sql);
        sql
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

    /// Appends every condition after another one.
    fn and_filter<ST>(&self, sql: &mut Sql<ST>) {
        self.and_filter_except(sql, "");
    }

    /// Appends every condition but the bounds of one column.
    pub(super) fn and_filter_except<ST>(&self, sql: &mut Sql<ST>, except: &str) {
        let filter = self.filter;
        let ranges = [
            ("files.user_id", filter.user_id),
            ("files.id", filter.id),
            ("files.created_at", filter.created_at),
            ("files.updated_at", filter.updated_at),
            ("files.width", filter.width),
            ("files.height", filter.height),
            ("files.size", filter.size),
            ("files.taken_at", filter.taken_at),
            ("files.duration_ms", filter.duration_ms),
            ("files.pages", filter.pages),
        ];
        for (column, bounds) in ranges.into_iter().filter(|(column, bounds)| !bounds.is_all() && *column != except) {
            sql.push(" AND ").between(column, bounds);
        }
        if !filter.kinds.is_empty() {
            sql.push(" AND files.kind IN ").list(filter.kinds.iter().map(|kind| kind.as_str()));
        }
        if let Some(visibility) = filter.visibility {
            sql.push(" AND files.visibility = ").bind(visibility.as_str());
        }
        if let Some(part) = &filter.camera {
            sql.push(format!(" AND files.camera IN ({CAMERAS} WHERE strpos(name, ")).bind(part.as_str()).push(") > 0)");
        }
        if let Some(has) = filter.has_gps {
            sql.push(if has { " AND files.has_gps" } else { " AND NOT files.has_gps" });
        }
        if let Some(status) = filter.preview_status {
            sql.push(" AND files.preview_status = ").bind(status.as_str());
        }
        for tag in &filter.tags {
            sql.push(" AND EXISTS (SELECT 1 FROM file_tags WHERE file_tags.folded = ").bind(tag.folded());
            sql.push(" AND file_tags.file_id = files.id)");
        }
        if let Some(checksum) = &filter.checksum {
            sql.push(" AND files.checksum = ").bind(&checksum.0[..]);
        }
        for term in &filter.search {
            sql.push(" AND (");
            occurs(sql, "files.name_folded", term);
            if term.bytes().all(|byte| byte.is_ascii_digit()) {
                sql.push(" OR ");
                occurs(sql, "files.id::text", term);
            }
            sql.push(")");
        }
        // Clients choose how filters combine: too many forms for each to be kept prepared.
        sql.uncommon();
    }
}

impl ByUser for Page<'_> {
    fn users(&self, rank: &str) -> Sql<UserPlace> {
        let mut sql = Sql::new(format!(
            "SELECT users.id, {rank} AS place, coalesce(counted.files, 0) FROM users LEFT JOIN \
             (SELECT user_id, count(*) AS files FROM files WHERE user_id IS NOT NULL"
        ));
        self.and_filter(&mut sql);
        sql.push(" GROUP BY user_id) AS counted ON counted.user_id = users.id ORDER BY place");
        sql
    }

    fn orphans(&self) -> Sql {
        let mut sql = Sql::new("SELECT count(*) FROM files WHERE user_id IS NULL");
        self.and_filter(&mut sql);
        sql
    }

    fn one_group(&self, group: &Group, part: &Part, _count: i64) -> Sql {
        let mut sql = Sql::new("SELECT files.id FROM files WHERE (");
        among(&mut sql, "files.user_id", &group.users);
        sql.push(if group.has_orphans { " OR files.user_id IS NULL)" } else { ")" });
        self.and_filter(&mut sql);
        sql.push(" ORDER BY files.id DESC LIMIT ").bind(part.take).push(" OFFSET ").bind(part.skip);
        sql
    }

    fn whole_groups(&self, users: &[i64]) -> Sql {
        let mut sql = Sql::new("SELECT files.id FROM files JOIN users ON users.id = files.user_id WHERE ");
        among(&mut sql, "files.user_id", users);
        self.and_filter(&mut sql);
        sql.push(format!(" ORDER BY {}", self.ordering.sql()));
        sql
    }

    fn load(&self, connection: &mut AnyConnection, sql: Sql) -> Result<Vec<i64>, Error> {
        let mut rows = Sql::<BigInt>::new("");
        rows.append(sql);
        Ok(rows.load(connection)?)
    }
}

/// Appends the condition that a column is one of these numbers, such as users. There may be more of
/// them than a statement may have bound values.
pub(super) fn among(sql: &mut Sql, column: &'static str, numbers: &[i64]) {
    let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
    sql.push(column);
    match numbers.as_slice() {
        // So said, the planner knows that an index has the files of a user by their numbers.
        [number] => sql.push(" = CAST(").bind(number.as_str()).push(" AS bigint)"),
        _ => sql.push(" = ANY (CAST(").bind(format!("{{{}}}", numbers.join(",")).as_str()).push(" AS bigint[]))"),
    };
}

/// Appends that a term occurs in a text.
fn occurs<ST>(sql: &mut Sql<ST>, text: &'static str, term: &str) {
    if has_trigram(term) {
        sql.push(text).push(" LIKE ").bind(pattern(term).as_str());
    } else {
        // For a pattern, PostgreSQL would read the whole index of trigrams and then every row.
        sql.push("strpos(").push(text).push(", ").bind(term).push(") > 0");
    }
}

/// Returns whether pg_trgm finds a trigram in the term: three letters or digits in a row.
fn has_trigram(term: &str) -> bool {
    term.split(|c: char| !c.is_alphanumeric()).any(|run| run.chars().nth(2).is_some())
}

/// Returns a pattern of `LIKE` for texts in which the term occurs.
fn pattern(term: &str) -> String {
    let mut pattern = String::from("%");
    for c in term.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}

#[cfg(test)]
mod tests {
    use super::{has_trigram, pattern};

    #[test]
    fn terms_are_text_in_patterns() {
        assert_eq!(pattern("100%_a\\b"), "%100\\%\\_a\\\\b%");
    }

    #[test]
    fn only_three_letters_in_a_row_are_looked_up() {
        for (term, expected) in
            [("cat", true), ("a-cat", true), ("ca-t", false), ("عکس", true), ("🐈🐈🐈", false), ("", false)]
        {
            assert_eq!(has_trigram(term), expected, "{term}");
        }
    }
}
