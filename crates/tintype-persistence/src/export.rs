//! Reading all that a database holds, to be copied into another one. Rows are handed on as they are.

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::last_number;
use crate::error::Error;
use crate::import_lease::refuse_unfinished;
use crate::migrations;
use crate::objects::ObjectRecord;
use crate::rows::{FileRow, ThumbnailRow, UserRow, checksum, number, valid};
use crate::schema::{files, grants, strays, thumbnails, tokens, users};
use crate::sql::Sql;
use crate::strays::GONE;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tintype_domain::{FileId, Key, Timestamp};

/// The tables that give out numbers.
const NUMBERED: [&str; 4] = ["users", "tokens", "files", "thumbnails"];

/// Everything of a database but its files and strays, and how much those are; all of one moment.
#[derive(Debug, Clone)]
pub struct Export {
    /// Tells this library from others: its first user, of whom no other has one created in the same microsecond.
    pub origin: String,
    /// The greatest number of a file. Files up to this one are of the users exported.
    pub last_file: FileId,
    /// How many files there are.
    pub files: u64,
    /// The bytes of all objects, thumbnails among them.
    pub bytes: u64,
    pub(crate) users: Vec<UserRow>,
    pub(crate) grants: Vec<(i64, i32)>,
    pub(crate) tokens: Vec<TokenRow>,
    /// The greatest number that each table has given out.
    pub(crate) numbers: Vec<(&'static str, i64)>,
}

#[derive(Debug, Clone, Queryable)]
pub(crate) struct TokenRow {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) label: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) last_used_at: Option<i64>,
}

/// A file and its thumbnails as they are kept. Equal ones are kept alike, in whatever database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    pub(crate) row: FileRow,
    pub(crate) thumbnails: Vec<ThumbnailRow>,
    objects: Vec<ObjectRecord>,
}

impl StoredFile {
    /// Returns its number.
    pub fn id(&self) -> FileId {
        FileId(self.row.id)
    }

    /// Returns its content and its thumbnails.
    pub fn objects(&self) -> &[ObjectRecord] {
        &self.objects
    }

    fn new(row: FileRow, thumbnails: Vec<ThumbnailRow>) -> Result<Self, Error> {
        let stored_at = Timestamp::from_unix_micros(row.stored_at);
        let object = |column, id, key: &str, size, mime_type: &str, digest: &[u8]| {
            Ok::<_, Error>(ObjectRecord {
                key: valid(column, id, key.parse(), key)?,
                size: number("size", id, size)?,
                mime_type: mime_type.to_owned(),
                checksum: checksum("checksum", id, digest)?,
                stored_at,
            })
        };
        let original = object("files.key", row.id, &row.key, row.size, &row.mime_type, &row.checksum);
        let others =
            thumbnails.iter().map(|t| object("thumbnails.key", t.id, &t.key, t.size, &t.mime_type, &t.checksum));
        let objects = std::iter::once(original).chain(others).collect::<Result<_, _>>()?;
        Ok(Self { row, thumbnails, objects })
    }
}

impl Database {
    /// Returns what there is to be copied into another database, all of one moment, but files and strays, which come page
    /// by page.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], since nothing may be left behind; [`Error::Unused`] where there is not even a user;
    /// [`Error::ImportUnfinished`] where it is itself only half a copy.
    pub fn export(&self) -> Result<Export, Error> {
        self.snapshot(|connection| {
            migrations::refuse_unknown(connection)?;
            refuse_unfinished(connection)?;
            let users = users::table.order(users::id).load::<UserRow>(connection)?;
            let first = users.first().ok_or(Error::Unused)?;
            let mut sums = Sql::<(BigInt, BigInt, BigInt)>::new("SELECT count(*), COALESCE(max(id), 0), ");
            sums.push(
                "CAST(COALESCE(sum(size), 0) + (SELECT COALESCE(sum(size), 0) FROM thumbnails) AS BIGINT) FROM files",
            );
            let (files, last_file, bytes) = sums.get_result::<(i64, i64, i64)>(connection)?;
            let numbers = NUMBERED.into_iter().map(|table| Ok((table, last_number(connection, table)?)));
            Ok(Export {
                origin: format!("{} {} {}", first.id, first.username, first.created_at),
                last_file: FileId(last_file),
                files: number("files", 0, files)?,
                bytes: number("size", 0, bytes)?,
                numbers: numbers.collect::<QueryResult<_>>()?,
                grants: grants::table.order((grants::user_id, grants::code)).load(connection)?,
                tokens: tokens::table.order(tokens::id).load(connection)?,
                users,
            })
        })
    }

    /// Returns files in the order of their numbers, from the one after `after` up to `last`.
    pub fn stored_files(&self, after: FileId, last: FileId, limit: u32) -> Result<Vec<StoredFile>, Error> {
        self.snapshot(|connection| {
            let within = files::id.gt(after.0).and(files::id.le(last.0));
            let rows = files::table.filter(within).order(files::id).limit(limit.into()).load::<FileRow>(connection)?;
            let mut thumbnails = thumbnails_of(connection, &rows)?.into_iter().peekable();
            let complete = |row: FileRow| {
                let mut own = Vec::new();
                while let Some(thumbnail) = thumbnails.next_if(|thumbnail| thumbnail.file_id == row.id) {
                    own.push(thumbnail);
                }
                StoredFile::new(row, own)
            };
            rows.into_iter().map(complete).collect()
        })
    }

    /// Returns keys that no row owns, in their order from the one after `after`, with the time at which their object went;
    /// `None` for those that wait to be used or deleted.
    pub fn strays(&self, after: Option<&Key>, limit: u32) -> Result<Vec<(Key, Option<Timestamp>)>, Error> {
        self.read(|connection| {
            let after = after.map_or("", Key::as_str);
            let rows = strays::table.filter(strays::key.gt(after)).order(strays::key).limit(limit.into());
            let rows = rows.load::<(String, i64, String)>(connection)?;
            let stray = |(key, since, state): (String, i64, String)| {
                let gone_since = (state == GONE).then(|| Timestamp::from_unix_micros(since));
                Ok((crate::strays::parse(&key)?, gone_since))
            };
            rows.into_iter().map(stray).collect()
        })
    }
}

/// Returns the thumbnails of files, in the order of the files' numbers.
fn thumbnails_of(connection: &mut AnyConnection, rows: &[FileRow]) -> QueryResult<Vec<ThumbnailRow>> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let own = thumbnails::table.filter(thumbnails::file_id.between(first.id, last.id));
    own.order((thumbnails::file_id, thumbnails::id)).load(connection)
}
