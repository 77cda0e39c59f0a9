//! Files that were deleted and can be restored for a while.
//!
//! Their rows move to tables of their own, so that whatever reads `files` leaves them out: no list
//! gets slower, and no query can forget to ask. Their keys are strays in the state [`TRASHED`].

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use tintype_domain::{EventKind, FileId, FileRecord, JobKind, Key, PreviewStatus, Timestamp, Trashed};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::{lock_file, lock_trashed};
use crate::error::Error;
use crate::events::Listeners;
use crate::files::{check_version, find, keys, load, note_deleted};
use crate::jobs::{enqueue, enqueue_anew};
use crate::renditions::remove_renditions;
use crate::rows::{DerivedRow, FileRow, Pictures, PreviewRow, group_pictures, load_users};
use crate::schema::{derived_objects, files, previews};
use crate::sql::Sql;
use crate::strays::{TRASHED, doom, list_as, parse, remove};

/// The columns of `files` and `trashed_files`, in the order of [`FileRow`].
const FILE: &str = "id, user_id, kind, size, width, height, mode, created_at, updated_at, stored_at, key, name, \
    name_folded, mime_type, checksum, description, crc32, visibility, tags, preview_status, taken_at, duration_ms, \
    pages, camera, has_gps, focal_x, focal_y";

/// The columns of `derived_objects` and `trashed_objects`, in the order of [`DerivedRow`], but for
/// the last one.
const OBJECT: &str = "id, file_id, variant, key, width, height, mime_type, size, checksum, stored_at";

/// The columns of `previews` and `trashed_previews`, in the order of [`PreviewRow`].
const PREVIEW: &str = "file_id, reason, source, thumb_hash, colour, perceptual_hash, metadata";

/// What belongs to a file: where it is, where it is while the file is in the trash, and its
/// columns.
const BELONGINGS: [(&str, &str, &str); 3] = [
    ("derived_objects", "trashed_objects", OBJECT),
    ("previews", "trashed_previews", PREVIEW),
    ("file_tags", "trashed_tags", "folded, file_id, name"),
];

/// The row of a file in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrashedRow {
    pub(crate) file: FileRow,
    pub(crate) trashed: Trashed,
}

impl Database {
    /// Hides a file until it is [restored](Self::restore_file) or `until` is over, and removes its
    /// renditions, in one transaction. Returns their keys, which are doomed; `None` if there is no
    /// such file, or it is in the trash already.
    ///
    /// # Errors
    /// [`Error::Outdated`] if the file did not last change at `expected`.
    pub fn trash_file(
        &self,
        id: FileId,
        expected: Option<Timestamp>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Vec<Key>>, Error> {
        self.write(|connection| {
            lock_file(connection, id)?;
            let Some(row) = find(connection, id)? else { return Ok(None) };
            check_version(&row, expected)?;
            let doomed = remove_renditions(connection, &[id.0])?;
            note_deleted(connection, id, now)?;
            let kept = keys(connection, &row)?;
            put_in_trash(connection, id, Trashed { at: now, until })?;
            list_as(connection, &kept, TRASHED)?;
            Ok(Some(doomed))
        })
    }

    /// Brings a file back from the trash as it was, and returns it. One that is not in the trash
    /// stays as it is; `None` if there is no such file.
    pub fn restore_file(&self, id: FileId, now: Timestamp) -> Result<Option<FileRecord>, Error> {
        self.write(|connection| {
            lock_trashed(connection, id)?;
            let Some(row) = find_trashed(connection, id)? else { return load(connection, id) };
            let keys = keys_of(connection, &[id.0])?;
            take_out_of_trash(connection, id)?;
            remove(connection, &keys)?;
            // Jobs that came meanwhile have found no file.
            if row.file.preview_status == PreviewStatus::Pending.as_str() {
                enqueue_anew(connection, JobKind::Preview, id.0, now)?;
            }
            if row.file.crc32.is_none() {
                enqueue(connection, JobKind::Crc32, &[id.0], now)?;
            }
            let Some(file) = load(connection, id)? else { return Ok(None) };
            Listeners::of(connection, &[EventKind::FileCreated])?.note(connection, &file, now)?;
            Ok(Some(file))
        })
    }

    /// Deletes a file that is in the trash for good and dooms its keys, in one transaction. Returns
    /// the keys, or `None` if there is no such file.
    pub fn purge_file(&self, id: FileId) -> Result<Option<Vec<Key>>, Error> {
        self.write(|connection| {
            lock_trashed(connection, id)?;
            let Some(row) = find_trashed(connection, id)? else { return Ok(None) };
            purge(connection, &row.file).map(Some)
        })
    }

    /// Deletes up to `limit` files for good whose time in the trash is over, the first ones first,
    /// and dooms their keys. Returns the keys; none once there are no more such files.
    pub fn purge_expired(&self, now: Timestamp, limit: u32) -> Result<Vec<Key>, Error> {
        let expired = |connection: &mut AnyConnection, limit: i64| {
            let mut sql = Sql::<BigInt>::new("SELECT id FROM trashed_files WHERE trashed_until <= ");
            sql.bind(now.unix_micros()).push(" ORDER BY trashed_until, id").limit(limit);
            sql.load::<i64>(connection)
        };
        // Usually there is none; finding that out must not cost a write.
        if self.read(|connection| Ok(expired(connection, 1)?))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|connection| {
            let mut doomed = Vec::new();
            for id in expired(connection, limit.into())? {
                lock_trashed(connection, FileId(id))?;
                // It may have been restored meanwhile.
                if let Some(row) = find_trashed(connection, FileId(id))? {
                    doomed.extend(purge(connection, &row.file)?);
                }
            }
            Ok(doomed)
        })
    }
}

/// Moves the rows of a file to the trash.
pub(crate) fn put_in_trash(connection: &mut AnyConnection, id: FileId, trashed: Trashed) -> QueryResult<()> {
    let mut sql = Sql::<()>::new(format!("INSERT INTO trashed_files ({FILE}, trashed_at, trashed_until) "));
    sql.push(format!("SELECT {FILE}, ")).bind(trashed.at.unix_micros()).push(", ").bind(trashed.until.unix_micros());
    sql.push(" FROM files WHERE id = ").bind(id.0);
    sql.execute(connection)?;
    for (from, to, columns) in BELONGINGS {
        copy(connection, (from, to), columns, id)?;
    }
    delete(connection, "files", id)
}

/// Moves the rows of a file back.
fn take_out_of_trash(connection: &mut AnyConnection, id: FileId) -> QueryResult<()> {
    let mut sql = Sql::<()>::new(format!("INSERT INTO files ({FILE}) SELECT {FILE} FROM trashed_files WHERE id = "));
    sql.bind(id.0);
    sql.execute(connection)?;
    for (to, from, columns) in BELONGINGS {
        copy(connection, (from, to), columns, id)?;
    }
    delete(connection, "trashed_files", id)
}

fn copy(
    connection: &mut AnyConnection,
    (from, to): (&'static str, &'static str),
    columns: &'static str,
    id: FileId,
) -> QueryResult<()> {
    let mut sql = Sql::<()>::new(format!("INSERT INTO {to} ({columns}) SELECT {columns} FROM {from} WHERE file_id = "));
    sql.bind(id.0);
    sql.execute(connection).map(drop)
}

/// Deletes the row of a file. What belongs to it goes with it.
fn delete(connection: &mut AnyConnection, table: &'static str, id: FileId) -> QueryResult<()> {
    let mut sql = Sql::<()>::new(format!("DELETE FROM {table} WHERE id = "));
    sql.bind(id.0);
    sql.execute(connection).map(drop)
}

fn purge(connection: &mut AnyConnection, row: &FileRow) -> Result<Vec<Key>, Error> {
    let keys = keys_of(connection, &[row.id])?;
    delete(connection, "trashed_files", FileId(row.id))?;
    doom(connection, &keys)?;
    Ok(keys)
}

/// Removes the rows of files from the trash that are about to be replaced, and returns which these
/// were.
pub(crate) fn clear(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let mut sql = Sql::<BigInt>::new("DELETE FROM trashed_files WHERE id IN ");
    sql.list(ids.iter().copied()).push(" RETURNING id");
    Ok(sql.load(connection)?)
}

/// Returns the keys of the contents of trashed files and of their derived objects.
pub(crate) fn keys_of(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<Key>, Error> {
    let mut sql = Sql::<Text>::new("SELECT key FROM trashed_files WHERE id IN ");
    sql.list(ids.iter().copied()).push(" UNION ALL SELECT key FROM trashed_objects WHERE file_id IN ");
    sql.list(ids.iter().copied());
    sql.load::<String>(connection)?.iter().map(|key| parse(key)).collect()
}

/// Returns those of the keys under which a trashed file has an object.
pub(crate) fn owned(connection: &mut AnyConnection, keys: &[Key]) -> Result<Vec<Key>, Error> {
    let keys = || keys.iter().map(Key::as_str);
    let mut sql = Sql::<Text>::new("SELECT key FROM trashed_files WHERE key IN ");
    sql.list(keys()).push(" UNION ALL SELECT key FROM trashed_objects WHERE key IN ").list(keys());
    sql.load::<String>(connection)?.iter().map(|key| parse(key)).collect()
}

/// Removes the rows of derived objects under these keys, and of files whose content is under one of
/// them, from the trash.
pub(crate) fn leave_out<'a>(
    connection: &mut AnyConnection,
    keys: impl Iterator<Item = &'a str> + Clone,
) -> QueryResult<()> {
    for table in ["trashed_objects", "trashed_files"] {
        let mut sql = Sql::<()>::new(format!("DELETE FROM {table} WHERE key IN "));
        sql.list(keys.clone());
        sql.execute(connection)?;
    }
    Ok(())
}

fn find_trashed(connection: &mut AnyConnection, id: FileId) -> Result<Option<TrashedRow>, Error> {
    let mut condition = Sql::new("id = ");
    condition.bind(id.0);
    Ok(select(connection, condition)?.pop())
}

/// Returns the rows of the trash that meet a condition, in any order.
pub(crate) fn select(connection: &mut AnyConnection, condition: Sql) -> Result<Vec<TrashedRow>, Error> {
    let mut sql = Sql::<(files::SqlType, BigInt, BigInt)>::new(format!(
        "SELECT {FILE}, trashed_at, trashed_until FROM trashed_files WHERE "
    ));
    sql.append(condition);
    let rows = sql.load::<(FileRow, i64, i64)>(connection)?;
    let trashed =
        |at, until| Trashed { at: Timestamp::from_unix_micros(at), until: Timestamp::from_unix_micros(until) };
    Ok(rows.into_iter().map(|(file, at, until)| TrashedRow { file, trashed: trashed(at, until) }).collect())
}

/// Returns the trashed files of these numbers, in their order.
pub(crate) fn records(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<FileRecord>, Error> {
    let mut condition = Sql::new("id IN ");
    condition.list(ids.iter().copied());
    let (rows, trashed): (Vec<FileRow>, HashMap<i64, Trashed>) = select(connection, condition)?
        .into_iter()
        .map(|TrashedRow { file, trashed }| {
            let id = file.id;
            (file, (id, trashed))
        })
        .unzip();
    let users = load_users(connection, &rows)?;
    let mut pictures = group_pictures(derived_of(connection, ids)?)?;
    let mut previews: HashMap<i64, PreviewRow> =
        previews_of(connection, ids)?.into_iter().map(|row| (row.file_id, row)).collect();
    let mut records = HashMap::new();
    for row in rows {
        let (id, user) = (row.id, row.user_id.and_then(|id| users.get(&id)).cloned());
        let pictures: Pictures = pictures.remove(&id).unwrap_or_default();
        let record = row.into_record(user, pictures, previews.remove(&id))?;
        records.insert(id, FileRecord { trashed: trashed.get(&id).copied(), ..record });
    }
    Ok(ids.iter().filter_map(|id| records.remove(id)).collect())
}

/// Returns the derived objects of trashed files, by the ids of the files.
pub(crate) fn derived_of(connection: &mut AnyConnection, files: &[i64]) -> Result<Vec<DerivedRow>, Error> {
    let mut sql =
        Sql::<derived_objects::SqlType>::new(format!("SELECT {OBJECT}, CAST(NULL AS BIGINT) FROM trashed_objects"));
    sql.push(" WHERE file_id IN ").list(files.iter().copied()).push(" ORDER BY file_id, id");
    Ok(sql.load(connection)?)
}

/// Returns what is known of the pictures of trashed files, by the ids of the files.
pub(crate) fn previews_of(connection: &mut AnyConnection, files: &[i64]) -> Result<Vec<PreviewRow>, Error> {
    let mut sql = Sql::<previews::SqlType>::new(format!("SELECT {PREVIEW} FROM trashed_previews WHERE file_id IN "));
    sql.list(files.iter().copied()).push(" ORDER BY file_id");
    Ok(sql.load(connection)?)
}

/// The file of an object, its variant (empty for the content), its size and its SHA-256.
pub(crate) type ObjectRow = (i64, String, i64, Vec<u8>);

/// Returns the object under a key that a trashed file has.
pub(crate) fn object(connection: &mut AnyConnection, key: &Key) -> QueryResult<Option<ObjectRow>> {
    let mut sql = Sql::<(BigInt, Text, BigInt, Binary)>::new("SELECT id, '', size, checksum FROM trashed_files");
    sql.push(" WHERE key = ").bind(key.as_str());
    sql.push(" UNION ALL SELECT file_id, variant, size, checksum FROM trashed_objects WHERE key = ").bind(key.as_str());
    Ok(sql.load::<ObjectRow>(connection)?.pop())
}

/// Returns the key, the size and the SHA-256 of each object under one of the keys that a trashed
/// file has.
pub(crate) fn objects(connection: &mut AnyConnection, keys: &[Key]) -> QueryResult<Vec<(String, i64, Vec<u8>)>> {
    let keys = || keys.iter().map(Key::as_str);
    let mut sql = Sql::<(Text, BigInt, Binary)>::new("SELECT key, size, checksum FROM trashed_files WHERE key IN ");
    sql.list(keys()).push(" UNION ALL SELECT key, size, checksum FROM trashed_objects WHERE key IN ").list(keys());
    sql.load(connection)
}

/// Returns how many files are in the trash, the greatest of their numbers, and the bytes of all
/// their objects.
pub(crate) fn sums(connection: &mut AnyConnection) -> QueryResult<(i64, i64, i64)> {
    // `sum` of BIGINT is NUMERIC on PostgreSQL.
    let sql = Sql::<(BigInt, BigInt, BigInt)>::new(
        "SELECT count(*), coalesce(max(id), 0), CAST(coalesce(sum(size), 0) + \
         (SELECT coalesce(sum(size), 0) FROM trashed_objects) AS BIGINT) FROM trashed_files",
    );
    Ok(sql.load(connection)?.pop().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use diesel::RunQueryDsl;
    use diesel::sql_types::Text;

    use super::{BELONGINGS, FILE};
    use crate::connection::{AnyConnection, Role};
    use crate::sql::Sql;

    /// Nothing of a file is lost on its way through the trash.
    #[test]
    fn the_trash_has_all_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("columns.db");
        let connection = crate::sqlite::open(&path, Role::Writer, Duration::from_secs(5)).unwrap();
        let connection = &mut AnyConnection::Sqlite(connection);
        crate::migrations::run(connection).unwrap();
        let mut columns = |table: &str| {
            let mut sql = Sql::<Text>::new("SELECT name FROM pragma_table_info(");
            sql.bind(table).push(")");
            sql.load::<String>(connection).unwrap().join(", ")
        };
        assert_eq!(columns("files"), FILE);
        assert_eq!(columns("trashed_files"), format!("{FILE}, trashed_at, trashed_until"));
        for (kept, trashed, expected) in BELONGINGS {
            assert_eq!(columns(kept).trim_end_matches(", last_used_at"), expected);
            assert_eq!(columns(trashed), expected);
        }
    }
}
