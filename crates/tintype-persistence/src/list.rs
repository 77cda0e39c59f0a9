use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::select_page;
use crate::error::Error;
use crate::page::Selection;
use crate::rows::{FileRow, complete};
use crate::schema::files;
use diesel::prelude::*;
use std::collections::HashMap;
use tintype_domain::{FileRecord, ListQuery};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePage {
    /// How many files match in total.
    pub count: u64,
    /// The files of this page, in order.
    pub files: Vec<FileRecord>,
}

impl Database {
    /// Returns how many files match and a page of them, both from the same state of the database,
    /// by a fixed number of statements.
    ///
    /// If the order is by a field of the user, files without a user come last, in both directions.
    pub fn list(&self, query: &ListQuery) -> Result<FilePage, Error> {
        self.snapshot(|connection| {
            let Selection { count, ids } = select_page(connection, query)?;
            let rows = rows(connection, &ids)?;
            Ok(FilePage { count, files: complete(connection, rows)? })
        })
    }
}

fn rows(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<FileRow>, Error> {
    let rows = files::table.filter(files::id.eq_any(ids)).select(FileRow::as_select()).load(connection)?;
    let mut rows: HashMap<i64, FileRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}
