use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::lock_file;
use crate::error::Error;
use crate::rows::{FileRow, complete};
use crate::schema::{files, thumbnails};
use crate::sql::Sql;
use crate::strays::{doom, redeem};
use crate::users::by_id;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::collections::HashMap;
use tintype_domain::{
    Checksum, ColourMode, Description, Facts, FileId, FileRecord, Key, Name, ThumbnailId, ThumbnailRecord, Timestamp,
    UserId, fold_case,
};

/// A file to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The uploader.
    pub user_id: UserId,
    /// What it is called.
    pub name: Name,
    /// What its user says about it.
    pub description: Description,
    /// What it holds.
    pub content: NewContent,
}

/// Content that is in storage already, under claimed keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContent {
    /// Where it lies.
    pub key: Key,
    /// What it is.
    pub facts: Facts,
    /// Its bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
    /// Its thumbnails.
    pub thumbnails: Vec<NewThumbnail>,
}

/// A thumbnail that is in storage already, under a claimed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewThumbnail {
    /// Where it lies.
    pub key: Key,
    /// The edge in pixels of the square box it fits in.
    pub edge: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Its bytes.
    pub size: u64,
    /// The media type.
    pub mime_type: String,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
}

/// What is to change; `None` keeps what there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChange {
    /// Another name.
    pub name: Option<Name>,
    /// Another description.
    pub description: Option<Description>,
    /// Other content.
    pub content: Option<NewContent>,
}

/// A file after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The file as it is now.
    pub file: FileRecord,
    /// The keys that this change doomed: the caller may delete these objects, and only these, since other changes may
    /// have come before this one.
    pub doomed: Vec<Key>,
}

impl NewContent {
    /// Returns every key: the content's and the thumbnails'.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.key).chain(self.thumbnails.iter().map(|thumbnail| &thumbnail.key))
    }
}

impl Database {
    /// Keeps a file: its row, its thumbnails and the end of its claims, in one transaction.
    ///
    /// # Errors
    /// [`Error::ClaimLost`] where a key is not, or no longer, claimed; [`Error::NoSuchUser`] where the user is gone.
    pub fn insert_file(&self, file: &NewFile, now: Timestamp) -> Result<FileRecord, Error> {
        self.write(|connection| {
            let NewFile { user_id, name, description, content } = file;
            redeem(connection, &content.keys().collect::<Vec<_>>())?;
            let user = by_id(connection, *user_id)?;
            let id = diesel::insert_into(files::table)
                .values((
                    (files::user_id.eq(user_id.0), ContentRow::new(content, now)),
                    (files::created_at.eq(now.unix_micros()), files::updated_at.eq(now.unix_micros())),
                    (files::name.eq(name.as_str()), files::name_folded.eq(fold_case(name.as_str()))),
                    files::description.eq(description.as_str()),
                ))
                .returning(files::id)
                .get_result::<i64>(connection)?;
            Ok(FileRecord {
                id: FileId(id),
                user: Some(user),
                key: content.key.clone(),
                name: name.clone(),
                description: description.clone(),
                size: content.size,
                checksum: content.checksum,
                facts: content.facts.clone(),
                created_at: now,
                updated_at: now,
                thumbnails: insert_thumbnails(connection, id, &content.thumbnails)?,
            })
        })
    }

    /// Returns the file of that number, if there is one.
    pub fn file(&self, id: FileId) -> Result<Option<FileRecord>, Error> {
        self.snapshot(|connection| load(connection, id))
    }

    /// Changes a file and returns it; `None` where there is none. Number, user and time of upload stay, `updated_at`
    /// moves on, at least by a microsecond.
    ///
    /// Other content ends its claims and dooms the keys of the old one, in the same transaction.
    ///
    /// # Errors
    /// [`Error::ClaimLost`] where a key is not, or no longer, claimed.
    pub fn change_file(&self, id: FileId, change: &FileChange, now: Timestamp) -> Result<Option<Changed>, Error> {
        self.write(|connection| {
            lock_file(connection, id)?;
            let Some(row) = find(connection, id)? else { return Ok(None) };
            let updated_at = now.unix_micros().max(row.updated_at.saturating_add(1));
            let mut doomed = Vec::new();
            if let Some(content) = &change.content {
                redeem(connection, &content.keys().collect::<Vec<_>>())?;
                doomed = keys(connection, &row)?;
                doom(connection, &doomed)?;
                diesel::delete(thumbnails::table.filter(thumbnails::file_id.eq(id.0))).execute(connection)?;
                insert_thumbnails(connection, id.0, &content.thumbnails)?;
            }
            let name = change.name.as_ref().map(Name::as_str);
            diesel::update(files::table.filter(files::id.eq(id.0)))
                .set((
                    files::updated_at.eq(updated_at),
                    name.map(|name| (files::name.eq(name), files::name_folded.eq(fold_case(name)))),
                    change.description.as_ref().map(|text| files::description.eq(text.as_str())),
                    change.content.as_ref().map(|content| ContentRow::new(content, now)),
                ))
                .execute(connection)?;
            Ok(load(connection, id)?.map(|file| Changed { file, doomed }))
        })
    }

    /// Removes a file and dooms its keys, in one transaction; returns the keys, or `None` where there is no such file.
    pub fn delete_file(&self, id: FileId) -> Result<Option<Vec<Key>>, Error> {
        self.write(|connection| {
            lock_file(connection, id)?;
            let Some(row) = find(connection, id)? else { return Ok(None) };
            let keys = keys(connection, &row)?;
            diesel::delete(files::table.filter(files::id.eq(id.0))).execute(connection)?;
            doom(connection, &keys)?;
            Ok(Some(keys))
        })
    }
}

fn find(connection: &mut AnyConnection, id: FileId) -> Result<Option<FileRow>, Error> {
    Ok(files::table.filter(files::id.eq(id.0)).first::<FileRow>(connection).optional()?)
}

fn load(connection: &mut AnyConnection, id: FileId) -> Result<Option<FileRecord>, Error> {
    let row = find(connection, id)?;
    Ok(complete(connection, row.into_iter().collect())?.pop())
}

/// Returns the keys that a row and its thumbnails own.
fn keys(connection: &mut AnyConnection, row: &FileRow) -> Result<Vec<Key>, Error> {
    let thumbnails = thumbnails::table
        .filter(thumbnails::file_id.eq(row.id))
        .order((thumbnails::edge, thumbnails::id))
        .select(thumbnails::key)
        .load::<String>(connection)?;
    std::iter::once(&row.key)
        .chain(&thumbnails)
        .map(|key| crate::rows::valid("files.key", row.id, key.parse(), key))
        .collect()
}

/// What a row says of its content.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = files, treat_none_as_default_value = false, treat_none_as_null = true)]
struct ContentRow<'a> {
    kind: &'static str,
    size: i64,
    width: Option<i64>,
    height: Option<i64>,
    mode: Option<&'static str>,
    stored_at: i64,
    key: &'a str,
    mime_type: &'a str,
    checksum: &'a [u8],
}

impl<'a> ContentRow<'a> {
    fn new(content: &'a NewContent, now: Timestamp) -> Self {
        let Facts { kind, mime_type, width, height, mode } = &content.facts;
        Self {
            kind: kind.as_str(),
            size: bytes(content.size),
            width: width.map(i64::from),
            height: height.map(i64::from),
            mode: mode.map(ColourMode::as_str),
            stored_at: now.unix_micros(),
            key: content.key.as_str(),
            mime_type,
            checksum: &content.checksum.0,
        }
    }
}

/// No object is larger than what a database counts to.
fn bytes(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn insert_thumbnails(
    connection: &mut AnyConnection,
    file_id: i64,
    thumbnails: &[NewThumbnail],
) -> Result<Vec<ThumbnailRecord>, Error> {
    if thumbnails.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::<(BigInt, Text)>::new(
        "INSERT INTO thumbnails (file_id, edge, width, height, size, key, mime_type, checksum) VALUES ",
    );
    sql.rows(thumbnails, |sql, thumbnail| {
        sql.bind(file_id).push(", ").bind(i64::from(thumbnail.edge));
        sql.push(", ").bind(i64::from(thumbnail.width)).push(", ").bind(i64::from(thumbnail.height));
        sql.push(", ").bind(bytes(thumbnail.size)).push(", ").bind(thumbnail.key.as_str());
        sql.push(", ").bind(thumbnail.mime_type.as_str()).push(", ").bind(thumbnail.checksum.0.as_slice());
    });
    sql.push(" RETURNING id, key");
    // Rows come back in any order; their keys tell them apart.
    let ids: HashMap<String, i64> =
        sql.load::<(i64, String)>(connection)?.into_iter().map(|(id, key)| (key, id)).collect();
    let mut records: Vec<ThumbnailRecord> = thumbnails
        .iter()
        .filter_map(|thumbnail| {
            let id = *ids.get(thumbnail.key.as_str())?;
            Some(ThumbnailRecord {
                id: ThumbnailId(id),
                key: thumbnail.key.clone(),
                edge: thumbnail.edge,
                width: thumbnail.width,
                height: thumbnail.height,
                size: thumbnail.size,
                mime_type: thumbnail.mime_type.clone(),
                checksum: thumbnail.checksum,
            })
        })
        .collect();
    records.sort_by_key(|thumbnail| (thumbnail.edge, thumbnail.id));
    Ok(records)
}
