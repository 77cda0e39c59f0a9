//! Lists of files that are downloaded as one archive.

use std::collections::HashMap;

use diesel::prelude::*;
use tintype_domain::{Crc32, FileId, JobKind, Key, ListQuery, Name, Timestamp, Visibility};

use crate::alike::look_alikes;
use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::dialect::select_from;
use crate::error::Error;
use crate::jobs::enqueue;
use crate::objects::ObjectRecord;
use crate::rows::{checksum, name, number, valid};
use crate::schema::{archive_files, archives, files};
use crate::strays::CHUNK;

/// A file that an archive may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivableFile {
    /// Its number.
    pub id: FileId,
    /// What it is called.
    pub name: Name,
    /// Who may fetch its content.
    pub visibility: Visibility,
    /// Its content.
    pub content: ObjectRecord,
    /// CRC-32 of its content; `None` until a job has computed it.
    pub crc32: Option<Crc32>,
}

/// An archive to be inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArchive {
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its files, each by the name that it has in the archive.
    pub files: Vec<(ArchivableFile, String)>,
}

/// An archive, and what has become of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveRecord {
    /// When it was made.
    pub created_at: Timestamp,
    /// Its files, in their order.
    pub files: Vec<ArchivedFile>,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedFile {
    /// The name that it has in the archive.
    pub name: String,
    /// Where its content lay when the archive was made.
    pub key: Key,
    /// Who could fetch its content then.
    pub visibility: Visibility,
    /// The file as it is now; `None` if it was deleted.
    pub now: Option<ArchivableFile>,
}

/// What is read of a file.
type FileColumns = (i64, String, String, (String, i64, String, Vec<u8>, i64), Option<i64>);

impl Database {
    /// Returns the files of these numbers, in their order, without those that do not exist.
    pub fn archivable(&self, ids: &[FileId]) -> Result<Vec<ArchivableFile>, Error> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.snapshot(|connection| load(connection, &ids))
    }

    /// Returns the files that match, in the order of the list, at most `limit`.
    pub fn archivable_matches(&self, query: &ListQuery, limit: usize) -> Result<Vec<ArchivableFile>, Error> {
        self.snapshot(|connection| {
            let ids = match query.similar_to {
                Some(file) => look_alikes(connection, query, file)?.into_iter().map(|(id, _)| id).take(limit).collect(),
                None => select_from(connection, query, None, limit)?,
            };
            load(connection, &ids)
        })
    }

    /// Inserts an archive and returns its number. Adds jobs for the CRC-32 of files that lack it.
    pub fn create_archive(&self, archive: &NewArchive, now: Timestamp) -> Result<i64, Error> {
        let incomplete: Vec<i64> =
            archive.files.iter().filter(|(file, _)| file.crc32.is_none()).map(|(file, _)| file.id.0).collect();
        self.write(|connection| {
            let values =
                (archives::created_at.eq(now.unix_micros()), archives::expires_at.eq(archive.expires_at.unix_micros()));
            let inserted = diesel::insert_into(archives::table).values(values).returning(archives::id);
            let id = inserted.get_result::<i64>(connection)?;
            for (chunk, files) in archive.files.chunks(CHUNK).enumerate() {
                let row = |(position, (file, name)): (usize, &(ArchivableFile, String))| {
                    // At most as many as a list in memory has.
                    let position = (chunk * CHUNK + position) as i64;
                    (
                        (archive_files::archive_id.eq(id), archive_files::position.eq(position)),
                        (archive_files::file_id.eq(file.id.0), archive_files::key.eq(file.content.key.to_string())),
                        (archive_files::name.eq(name.clone()), archive_files::visibility.eq(file.visibility.as_str())),
                    )
                };
                let rows: Vec<_> = files.iter().enumerate().map(row).collect();
                on_each!(connection, c => diesel::insert_into(archive_files::table).values(rows).execute(c))?;
            }
            enqueue(connection, JobKind::Crc32, &incomplete, now)?;
            Ok(id)
        })
    }

    /// Returns an archive with its files as they were and as they are.
    pub fn archive(&self, id: i64) -> Result<Option<ArchiveRecord>, Error> {
        self.snapshot(|connection| {
            let created_at = archives::table.filter(archives::id.eq(id)).select(archives::created_at);
            let Some(created_at) = created_at.first::<i64>(connection).optional()? else { return Ok(None) };
            let rows = archive_files::table
                .left_join(files::table.on(files::id.eq(archive_files::file_id)))
                .filter(archive_files::archive_id.eq(id))
                .order(archive_files::position)
                .select((archive_files::name, archive_files::key, archive_files::visibility, columns().nullable()))
                .load::<(String, String, String, Option<FileColumns>)>(connection)?;
            let files = rows.into_iter().map(|(name, key, visibility, now)| {
                Ok(ArchivedFile {
                    name,
                    key: valid("archive_files.key", id, key.parse(), &key)?,
                    visibility: valid("archive_files.visibility", id, visibility.parse(), &visibility)?,
                    now: now.map(file).transpose()?,
                })
            });
            let created_at = Timestamp::from_unix_micros(created_at);
            Ok(Some(ArchiveRecord { created_at, files: files.collect::<Result<_, Error>>()? }))
        })
    }

    /// Removes archives that have expired, at most `limit`, and returns how many.
    pub fn drop_archives(&self, now: Timestamp, limit: u32) -> Result<usize, Error> {
        let expired = || archives::table.filter(archives::expires_at.le(now.unix_micros())).select(archives::id);
        // Usually there is none; finding that out must not cost a write.
        let ids = self.read(|connection| Ok(expired().limit(limit.into()).load::<i64>(connection)?))?;
        if ids.is_empty() {
            return Ok(0);
        }
        self.write(|connection| {
            Ok(diesel::delete(archives::table.filter(archives::id.eq_any(&ids))).execute(connection)?)
        })
    }
}

#[diesel::dsl::auto_type]
fn columns() -> _ {
    let content = (files::key, files::size, files::mime_type, files::checksum, files::stored_at);
    (files::id, files::name, files::visibility, content, files::crc32)
}

/// Returns the files of these numbers, in their order.
fn load(connection: &mut AnyConnection, ids: &[i64]) -> Result<Vec<ArchivableFile>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let rows = files::table.filter(files::id.eq_any(ids)).select(columns()).load::<FileColumns>(connection)?;
        for row in rows {
            found.insert(row.0, file(row)?);
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn file((id, called, visibility, content, crc32): FileColumns) -> Result<ArchivableFile, Error> {
    let (key, size, mime_type, digest, stored_at) = content;
    Ok(ArchivableFile {
        id: FileId(id),
        name: name(id, &called)?,
        visibility: valid("files.visibility", id, visibility.parse(), &visibility)?,
        content: ObjectRecord {
            key: valid("files.key", id, key.parse(), &key)?,
            size: number("files.size", id, size)?,
            mime_type,
            checksum: checksum("files.checksum", id, &digest)?,
            stored_at: Timestamp::from_unix_micros(stored_at),
        },
        crc32: crc32.map(|crc32| number("files.crc32", id, crc32).map(Crc32)).transpose()?,
    })
}
