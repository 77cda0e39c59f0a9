//! Pages in the order of a field of the uploader.
//!
//! Sorting would read every file. But users are few: they are ranked, the files of each are counted, and then it is
//! known whose files the page begins and ends with. Users of one rank share their place, as their files are in one
//! order; files of nobody, and of users of whom the field is not known, come last together.

use super::selection::Page;
use crate::connection::AnyConnection;
use crate::error::Error;
use crate::list::Selection;
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

/// The files of users of one rank.
#[derive(Debug)]
struct Group {
    rank: i64,
    users: Vec<i64>,
    /// Whether files without a user belong to it.
    has_orphans: bool,
    files: i64,
}

/// A part of the page: some files of a group, or all files of several.
#[derive(Debug)]
struct Part {
    groups: std::ops::Range<usize>,
    skip: i64,
    take: i64,
}

impl Page<'_> {
    /// Selects the page where `column` of users alone decides the order.
    pub(super) fn by_user(&self, connection: &mut AnyConnection, column: &str) -> Result<Selection, Error> {
        let groups = self.groups(connection, column)?;
        let count: i64 = groups.iter().map(|group| group.files).sum();
        let mut ids = Vec::new();
        for part in parts(&groups, self.offset, self.limit) {
            let sql = match &groups[part.groups.clone()] {
                [group] => self.one_group(group, &part, count),
                several => self.whole_groups(several),
            };
            ids.extend(self.load(connection, sql)?);
        }
        Ok(Selection { count: u64::try_from(count).unwrap_or(0), ids })
    }

    fn groups(&self, connection: &mut AnyConnection, column: &str) -> Result<Vec<Group>, Error> {
        let order = self.ordering.sql();
        let order = order.trim_end_matches(", files.id DESC");
        let mut sql = Sql::<(BigInt, Nullable<BigInt>, BigInt)>::new(format!(
            "SELECT users.id, CASE WHEN {column} IS NOT NULL THEN dense_rank() OVER (ORDER BY {order}) END AS place, \
             (SELECT count(*) FROM files INDEXED BY files_user_id WHERE files.user_id = users.id"
        ));
        self.and_filter(&mut sql);
        // Diesel reads the columns by position.
        sql.push(") FROM users ORDER BY place");
        self.keep_prepared(&mut sql);
        let users = sql.load::<(i64, Option<i64>, i64)>(connection)?;
        let mut orphans = Sql::new("SELECT count(*) FROM files INDEXED BY files_user_id WHERE files.user_id IS NULL");
        self.and_filter(&mut orphans);
        let orphans = self.load(connection, orphans)?.first().copied().unwrap_or(0);

        let mut groups: Vec<Group> = Vec::new();
        let mut silent = Group { rank: 0, users: Vec::new(), has_orphans: true, files: orphans };
        for (user, rank, files) in users.into_iter().filter(|(.., files)| *files > 0) {
            let group = match (rank, groups.last_mut()) {
                (None, _) => &mut silent,
                (Some(rank), Some(last)) if last.rank == rank => last,
                (Some(rank), _) => {
                    groups.push(Group { rank, users: Vec::new(), has_orphans: false, files: 0 });
                    let Some(new) = groups.last_mut() else { continue };
                    new
                }
            };
            group.users.push(user);
            group.files += files;
        }
        groups.push(silent);
        Ok(groups)
    }

    /// Selects from the files of one group, the newest number first.
    fn one_group(&self, group: &Group, part: &Part, count: i64) -> Sql {
        let users = format!("{:?}", group.users);
        let mut sql = Sql::new("SELECT files.id FROM files");
        // Walking down the numbers meets a file of the group every `count / files` steps; sorting reads all of them.
        let steps = (part.skip + part.take).saturating_mul(count) / group.files.max(1);
        if steps < group.files {
            sql.push(" INDEXED BY files_id WHERE (files.user_id IN (SELECT value FROM json_each(");
            sql.bind(users.as_str()).push("))");
            sql.push(if group.has_orphans { " OR files.user_id IS NULL)" } else { ")" });
        } else {
            sql.push(" NOT INDEXED WHERE files.id IN (");
            sql.push("SELECT id FROM files INDEXED BY files_user_id WHERE user_id IN (SELECT value FROM json_each(");
            sql.bind(users.as_str()).push("))");
            if group.has_orphans {
                sql.push(" UNION ALL SELECT id FROM files INDEXED BY files_user_id WHERE user_id IS NULL");
            }
            sql.push(")");
        }
        self.and_filter(&mut sql);
        sql.push(" ORDER BY files.id DESC LIMIT ").bind(part.take).push(" OFFSET ").bind(part.skip);
        sql
    }

    /// Selects all files of groups that are small, since together they fit on a page.
    fn whole_groups(&self, groups: &[Group]) -> Sql {
        let users: Vec<i64> = groups.iter().flat_map(|group| &group.users).copied().collect();
        let mut sql = Sql::new("SELECT files.id FROM json_each(");
        sql.bind(format!("{users:?}").as_str());
        sql.push(") AS listed CROSS JOIN users ON users.id = listed.value");
        sql.push(" CROSS JOIN files INDEXED BY files_user_id ON files.user_id = users.id");
        self.and_filter(&mut sql);
        sql.push(format!(" ORDER BY {}", self.ordering.sql()));
        sql
    }
}

/// Cuts the page into as few parts as can be: what it has of its first and its last group, and whole groups between.
fn parts(groups: &[Group], offset: i64, limit: i64) -> Vec<Part> {
    let (mut offset, mut limit) = (offset, limit);
    let mut parts: Vec<Part> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let skip = offset.min(group.files);
        let take = (group.files - skip).min(limit);
        (offset, limit) = (offset - skip, limit - take);
        if take == 0 {
            continue;
        }
        let is_whole = take == group.files && !group.has_orphans;
        match parts.last_mut() {
            Some(last) if is_whole && last.skip == 0 && last.groups.end == index => {
                last.groups.end += 1;
                last.take += take;
            }
            _ => parts.push(Part { groups: index..index + 1, skip, take }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Group, parts};

    #[test]
    fn a_page_has_few_parts_however_many_groups_it_spans() {
        let group = |files| Group { rank: 0, users: vec![1], has_orphans: false, files };
        let mut groups: Vec<Group> = [50, 3, 3, 3, 0, 50].into_iter().map(group).collect();
        groups.push(Group { has_orphans: true, ..group(9) });
        let cut = |offset, limit| {
            let parts = parts(&groups, offset, limit);
            parts.into_iter().map(|part| (part.groups, part.skip, part.take)).collect::<Vec<_>>()
        };
        assert_eq!(cut(0, 10), [(0..1, 0, 10)]);
        assert_eq!(cut(45, 20), [(0..1, 45, 5), (1..4, 0, 9), (5..6, 0, 6)]);
        assert_eq!(cut(53, 3), [(2..3, 0, 3)]);
        assert_eq!(cut(100, 50), [(5..6, 41, 9), (6..7, 0, 9)]);
        assert_eq!(cut(118, 10), []);
    }
}
