use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::Error;
use crate::rows::{FileRow, complete};
use crate::schema::files;
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::HashMap;
use tintype_domain::{Bounds, Direction, FileRecord, Filter, ListQuery, OrderBy, OrderField};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePage {
    /// How many files match, on all pages.
    pub count: u64,
    /// The files of this page, in order.
    pub files: Vec<FileRecord>,
}

impl Database {
    /// Returns how many files match and a page of them, both of one state of the database; a fixed number of
    /// statements, however many files the page has.
    pub fn list(&self, query: &ListQuery) -> Result<FilePage, Error> {
        self.snapshot(|connection| {
            let mut sql = Sql::<BigInt>::new("SELECT count(*) FROM files");
            sql.append(filter(&query.filter));
            let count = sql.get_result::<i64>(connection)?;
            let mut sql = Sql::<BigInt>::new("SELECT files.id FROM files LEFT JOIN users ON users.id = files.user_id");
            sql.append(filter(&query.filter)).push(format!(" ORDER BY {} LIMIT ", ordering(&query.ordering)));
            sql.bind(i64::from(query.limit)).push(" OFFSET ").bind(i64::try_from(query.offset).unwrap_or(i64::MAX));
            let ids = sql.load::<i64>(connection)?;
            let rows = rows(connection, &ids)?;
            Ok(FilePage { count: u64::try_from(count).unwrap_or(0), files: complete(connection, rows)? })
        })
    }
}

fn rows(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<FileRow>, Error> {
    let rows = files::table.filter(files::id.eq_any(ids)).load::<FileRow>(connection)?;
    let mut rows: HashMap<i64, FileRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

fn filter(filter: &Filter) -> Sql {
    let mut sql = Sql::new(" WHERE TRUE");
    for term in &filter.search {
        sql.push(" AND (instr(name_folded, ").bind(term.as_str()).push(") > 0");
        sql.push(" OR instr(CAST(files.id AS TEXT), ").bind(term.as_str()).push(") > 0)");
    }
    if !filter.kinds.is_empty() {
        sql.push(" AND kind IN ").list(filter.kinds.iter().map(|kind| kind.as_str()));
    }
    for (column, bounds) in [
        ("files.id", filter.id),
        ("user_id", filter.user_id),
        ("size", filter.size),
        ("width", filter.width),
        ("height", filter.height),
        ("files.created_at", filter.created_at),
        ("updated_at", filter.updated_at),
    ] {
        between(&mut sql, column, bounds);
    }
    sql
}

fn between(sql: &mut Sql, column: &'static str, bounds: Bounds) {
    if let Some(min) = bounds.min {
        sql.push(" AND ").push(column).push(" >= ").bind(min);
    }
    if let Some(max) = bounds.max {
        sql.push(" AND ").push(column).push(" <= ").bind(max);
    }
}

fn ordering(ordering: &[OrderBy]) -> String {
    let mut terms = String::new();
    for OrderBy { field, direction } in ordering {
        let column = match field {
            OrderField::Id => "files.id",
            OrderField::Kind => "kind",
            OrderField::Name => "name",
            OrderField::Size => "size",
            OrderField::Width => "width",
            OrderField::Height => "height",
            OrderField::Mode => "mode",
            OrderField::CreatedAt => "files.created_at",
            OrderField::UpdatedAt => "updated_at",
            OrderField::UserId => "users.id",
            OrderField::Username => "users.username",
            OrderField::UserFirstName => "users.first_name",
            OrderField::UserLastName => "users.last_name",
            OrderField::UserLastLogin => "users.last_login",
        };
        let direction = match direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        terms += &format!("{column} {direction} NULLS LAST, ");
    }
    terms + "files.id DESC"
}
