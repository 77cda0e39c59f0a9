//! Rows written as they were read, numbers and all.

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::export::{Export, StoredFile};
use crate::schema::{files, grants, tokens, users};
use crate::sql::{Part, Sql};
use crate::strays::CHUNK;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::Text;
use std::collections::HashSet;
use tintype_domain::{FileId, Key};

/// Makes users, grants and tokens those of the source. Users are updated in place, since files point to them.
pub(super) fn replace_accounts(connection: &mut AnyConnection, export: &Export) -> Result<(), Error> {
    diesel::delete(tokens::table).execute(connection)?;
    diesel::delete(grants::table).execute(connection)?;
    let kept: HashSet<i64> = export.users.iter().map(|user| user.id).collect();
    let there = users::table.select(users::id).load::<i64>(connection)?;
    let surplus: Vec<i64> = there.into_iter().filter(|id| !kept.contains(id)).collect();
    for ids in surplus.chunks(CHUNK) {
        diesel::delete(users::table.filter(users::id.eq_any(ids))).execute(connection)?;
    }
    let columns =
        "username, first_name, last_name, is_staff, is_admin, is_active, password_hash, last_login, created_at";
    insert(connection, &format!("users (id, {columns})"), &or_update(columns), &export.users, |user| {
        [
            user.id.into(),
            user.username.as_str().into(),
            user.first_name.as_str().into(),
            user.last_name.as_str().into(),
            user.is_staff.into(),
            user.is_admin.into(),
            user.is_active.into(),
            user.password_hash.as_deref().into(),
            user.last_login.into(),
            user.created_at.into(),
        ]
    })?;
    insert(connection, "grants (user_id, code)", "", &export.grants, |(user_id, code)| {
        [(*user_id).into(), i64::from(*code).into()]
    })?;
    let columns = "tokens (id, user_id, key_hash, label, created_at, expires_at, last_used_at)";
    insert(connection, columns, "", &export.tokens, |token| {
        [
            token.id.into(),
            token.user_id.into(),
            token.key_hash.as_slice().into(),
            token.label.as_str().into(),
            token.created_at.into(),
            token.expires_at.into(),
            token.last_used_at.into(),
        ]
    })?;
    Ok(())
}

/// Returns the keys that files and their thumbnails own.
pub(super) fn keys_of(connection: &mut AnyConnection, ids: &[i64]) -> Result<HashSet<Key>, Error> {
    let mut sql = Sql::<Text>::new("SELECT key FROM files WHERE id IN ");
    sql.list(ids.iter().copied()).push(" UNION ALL SELECT key FROM thumbnails WHERE file_id IN ");
    sql.list(ids.iter().copied());
    sql.load::<String>(connection)?.iter().map(|key| crate::strays::parse(key)).collect()
}

/// Replaces the rows of files and their thumbnails, and removes those of other files.
pub(super) fn replace_files(
    connection: &mut AnyConnection,
    files: &[&StoredFile],
    removed: &[FileId],
) -> QueryResult<()> {
    diesel::delete(files::table.filter(files::id.eq_any(removed.iter().map(|id| id.0)))).execute(connection)?;
    let mut sql = Sql::<()>::new("DELETE FROM thumbnails WHERE file_id IN ");
    sql.list(files.iter().map(|file| file.row.id));
    sql.execute(connection)?;
    let columns = "user_id, kind, size, width, height, mode, created_at, updated_at, stored_at, key, name, name_folded, \
                   mime_type, checksum, description";
    insert(connection, &format!("files (id, {columns})"), &or_update(columns), files, |file| {
        let row = &file.row;
        [
            row.id.into(),
            row.user_id.into(),
            row.kind.as_str().into(),
            row.size.into(),
            row.width.into(),
            row.height.into(),
            row.mode.as_deref().into(),
            row.created_at.into(),
            row.updated_at.into(),
            row.stored_at.into(),
            row.key.as_str().into(),
            row.name.as_str().into(),
            row.name_folded.as_str().into(),
            row.mime_type.as_str().into(),
            row.checksum.as_slice().into(),
            row.description.as_str().into(),
        ]
    })?;
    let thumbnails: Vec<_> = files.iter().flat_map(|file| &file.thumbnails).collect();
    let columns = "thumbnails (id, file_id, edge, width, height, size, key, mime_type, checksum)";
    insert(connection, columns, "", &thumbnails, |row| {
        [
            row.id.into(),
            row.file_id.into(),
            row.edge.into(),
            row.width.into(),
            row.height.into(),
            row.size.into(),
            row.key.as_str().into(),
            row.mime_type.as_str().into(),
            row.checksum.as_slice().into(),
        ]
    })
}

/// Inserts rows into `table (column, …)`, several by each statement, which ends with `ending`.
pub(super) fn insert<T, const N: usize>(
    connection: &mut AnyConnection,
    columns: &str,
    ending: &str,
    rows: &[T],
    row: impl Fn(&T) -> [Part; N],
) -> QueryResult<()> {
    for rows in rows.chunks(CHUNK) {
        let mut sql = Sql::<()>::new(format!("INSERT INTO {columns} VALUES "));
        sql.rows(rows, |sql, item| {
            for (index, value) in row(item).into_iter().enumerate() {
                sql.push(if index == 0 { "" } else { ", " }).bind(value);
            }
        });
        sql.push(ending.to_owned());
        sql.execute(connection)?;
    }
    Ok(())
}

/// Returns how a statement ends that gives these values to a row whose number is there already.
fn or_update(columns: &str) -> String {
    let values: Vec<_> = columns.split(", ").map(|column| format!("{column} = excluded.{column}")).collect();
    format!(" ON CONFLICT (id) DO UPDATE SET {}", values.join(", "))
}
