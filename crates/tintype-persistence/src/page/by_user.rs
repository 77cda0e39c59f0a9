//! Pages in the order of a field of the uploader.
//!
//! Sorting all files would read all of them. There are few users, so rank the users and count the
//! files of each: this tells which users have the first and the last file of the page. Users of the
//! same rank share a place, and their files are in one order. Files without a user, and of users
//! without that field, come last together.

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::page::Selection;
use crate::page::ordering::Ordering;
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

/// A page of a list as a database words it.
pub(crate) trait ByUser {
    /// Selects the ids of users, each with its place, by the expression `rank`, and with how many
    /// of its files match, in the order of the places.
    fn users(&self, rank: &str) -> Sql<UserPlace>;

    /// Counts the files without a user that match.
    fn orphans(&self) -> Sql;

    /// Selects from the files of one group, the greatest id first; `count` files match in all
    /// groups together.
    fn one_group(&self, group: &Group, part: &Part, count: i64) -> Sql;

    /// Selects all files of these users in the order of the list: together they fit on a page.
    fn whole_groups(&self, users: &[i64]) -> Sql;

    /// Runs a statement that returns numbers.
    fn load(&self, connection: &mut AnyConnection, sql: Sql) -> Result<Vec<i64>, Error>;
}

/// A user, its place, and how many of its files match.
pub(crate) type UserPlace = (BigInt, Nullable<BigInt>, BigInt);

/// The files of users of one rank.
#[derive(Debug)]
pub(crate) struct Group {
    rank: i64,
    pub(crate) users: Vec<i64>,
    /// Whether files without a user belong to it.
    pub(crate) has_orphans: bool,
    pub(crate) files: i64,
}

/// A part of the page: some files of a group, or all files of several.
#[derive(Debug)]
pub(crate) struct Part {
    groups: std::ops::Range<usize>,
    pub(crate) skip: i64,
    pub(crate) take: i64,
}

/// Selects the page where `column` of users alone decides the order.
pub(crate) fn select_by_user(
    page: &impl ByUser,
    connection: &mut AnyConnection,
    ordering: &Ordering,
    column: &str,
    (offset, limit): (i64, i64),
) -> Result<Selection, Error> {
    let groups = groups(page, connection, ordering, column)?;
    let count: i64 = groups.iter().map(|group| group.files).sum();
    let mut ids = Vec::new();
    for part in parts(&groups, offset, limit) {
        let sql = match &groups[part.groups.clone()] {
            [group] => page.one_group(group, &part, count),
            several => {
                let users: Vec<i64> = several.iter().flat_map(|group| &group.users).copied().collect();
                page.whole_groups(&users)
            }
        };
        ids.extend(page.load(connection, sql)?);
    }
    Ok(Selection { count: u64::try_from(count).unwrap_or(0), ids })
}

/// Returns the files that match in groups of users of one rank, in order.
fn groups(
    page: &impl ByUser,
    connection: &mut AnyConnection,
    ordering: &Ordering,
    column: &str,
) -> Result<Vec<Group>, Error> {
    let order = ordering.sql();
    let order = order.trim_end_matches(", files.id DESC");
    let rank = format!("CASE WHEN {column} IS NOT NULL THEN dense_rank() OVER (ORDER BY {order}) END");
    let users = page.users(&rank).load::<(i64, Option<i64>, i64)>(connection)?;
    let orphans = page.load(connection, page.orphans())?.first().copied().unwrap_or(0);

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

/// Splits the page into as few parts as possible: some files of its first and last group, and whole
/// groups in between.
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
