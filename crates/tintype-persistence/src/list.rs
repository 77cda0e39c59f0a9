use crate::alike::look_alikes;
use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::dialect::{select_from, select_page};
use crate::error::Error;
use crate::one_of::one_of;
use crate::page::Selection;
use crate::rows::{FileRow, complete};
use crate::schema::files;
use crate::trash;
use diesel::prelude::*;
use std::collections::HashMap;
use tintype_domain::{Counting, Cursor, FileId, FileRecord, ListQuery, Listed, MAX_LIMIT, Paging, Travel};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePage {
    /// How many files match in total, if they were counted.
    pub count: Option<u64>,
    /// The files of this page, in order.
    pub files: Vec<FileRecord>,
    /// Whether files follow the page.
    pub has_next: bool,
    /// Whether files may precede the page.
    pub has_previous: bool,
    /// How far each of the files is from the one that it looks like, if that was asked for.
    pub distances: Vec<u32>,
}

/// Up to this offset, reading the files before a page is cheaper than counting all of them.
const NEAR: u64 = 10_000;

impl Database {
    /// Returns a page of the files that match, and how many there are unless they are not to be
    /// counted, all from the same state of the database.
    ///
    /// If the order is by a field of the user, files without a user come last, in both directions.
    pub fn list(&self, query: &ListQuery) -> Result<FilePage, Error> {
        self.snapshot(|connection| {
            if let Some(file) = query.similar_to {
                return alike(connection, query, file);
            }
            let page = match &query.paging {
                Paging::Offset(offset) if query.counting == Counting::None && *offset <= NEAR => {
                    near(connection, query, *offset)?
                }
                Paging::Offset(offset) => counted(connection, query, *offset)?,
                Paging::Cursor(cursor) => from_cursor(connection, query, cursor.as_ref())?,
            };
            let files = match query.listed {
                Listed::Kept => {
                    let rows = rows(connection, &page.ids)?;
                    complete(connection, rows)?
                }
                Listed::Trashed => trash::records(connection, &page.ids)?,
            };
            Ok(FilePage {
                count: page.count,
                files,
                has_next: page.has_next,
                has_previous: page.has_previous,
                distances: Vec::new(),
            })
        })
    }
}

/// The ids of the files of a page, and what surrounds it.
struct Ids {
    count: Option<u64>,
    ids: Vec<i64>,
    has_next: bool,
    has_previous: bool,
}

fn alike(connection: &mut AnyConnection, query: &ListQuery, file: FileId) -> Result<FilePage, Error> {
    let near = look_alikes(connection, query, file)?;
    let skipped = usize::try_from(query.offset()).unwrap_or(usize::MAX);
    let page: Vec<(i64, u32)> = near.iter().copied().skip(skipped).take(limit(query)).collect();
    let rows = rows(connection, &page.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
    Ok(FilePage {
        count: (query.counting == Counting::Exact).then_some(near.len() as u64),
        files: complete(connection, rows)?,
        has_next: near.len() > skipped.saturating_add(page.len()),
        has_previous: skipped > 0,
        distances: page.into_iter().map(|(_, distance)| distance).collect(),
    })
}

fn limit(query: &ListQuery) -> usize {
    query.limit.min(MAX_LIMIT) as usize
}

fn counted(connection: &mut AnyConnection, query: &ListQuery, offset: u64) -> Result<Ids, Error> {
    let Selection { count, ids } = select_page(connection, query)?;
    let has_next = offset.saturating_add(limit(query) as u64) < count;
    let count = Some(count).filter(|_| query.counting == Counting::Exact);
    Ok(Ids { count, ids, has_next, has_previous: offset > 0 })
}

fn near(connection: &mut AnyConnection, query: &ListQuery, offset: u64) -> Result<Ids, Error> {
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = skipped.saturating_add(limit(query));
    let mut ids = select_from(connection, query, None, end.saturating_add(1))?;
    let has_next = ids.len() > end;
    ids.truncate(end);
    Ok(Ids { count: None, ids: ids.into_iter().skip(skipped).collect(), has_next, has_previous: offset > 0 })
}

fn from_cursor(connection: &mut AnyConnection, query: &ListQuery, cursor: Option<&Cursor>) -> Result<Ids, Error> {
    let limit = limit(query);
    let mut ids = select_from(connection, query, cursor, limit + 1)?;
    let goes_on = ids.len() > limit;
    ids.truncate(limit);
    // There was a file where the page begins.
    let (has_previous, has_next) = match cursor.map(|cursor| cursor.travel) {
        None => (false, goes_on),
        Some(Travel::Forward) => (true, goes_on),
        Some(Travel::Backward) => {
            ids.reverse();
            (goes_on, true)
        }
    };
    let count = match query.counting {
        Counting::None => None,
        Counting::Exact => {
            let first = ListQuery { paging: Paging::Offset(0), limit: 1, ..query.clone() };
            Some(select_page(connection, &first)?.count)
        }
    };
    Ok(Ids { count, ids, has_next, has_previous })
}

fn rows(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<FileRow>, Error> {
    let rows = on_each!(connection, c => {
        let own = files::table.filter(one_of(files::id, ids.iter().copied()));
        own.select(FileRow::as_select()).load::<FileRow>(c)
    })?;
    let mut rows: HashMap<i64, FileRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}
