//! Reading everything in a database, to be copied into another one. Rows stay as they are.

use diesel::dsl::{count_star, max, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tintype_domain::{FileId, Key, Timestamp, Trashed, Variant};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::last_number;
use crate::error::Error;
use crate::import_lease::refuse_unfinished;
use crate::migrations;
use crate::objects::ObjectRecord;
use crate::rows::{DerivedRow, FileRow, PreviewRow, UserRow, checksum, number, valid};
use crate::schema::{
    derived_objects, files, grants, previews, signing_keys, strays, tokens, upload_links, upload_parts, users, webhooks,
};
use crate::signing_keys::SigningKeyRow;
use crate::sql::Sql;
use crate::strays::TRASHED;
use crate::tombstones::{GONE, used_up_until};
use crate::trash::{self, TrashedRow};
use crate::upload_links::UploadLinkRow;
use crate::webhooks::StoredWebhook;

/// The tables that give out ids, that of upload links last.
const NUMBERED: [&str; 6] = ["users", "tokens", "files", "derived_objects", "webhooks", "upload_links"];

/// How much of a database is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What a library takes along that moves: no upload links, which the old place still serves.
    Move,
    /// Everything that lasts, for a backup.
    Backup,
    /// Everything that has to do with a storage, renditions included, for another database beside
    /// the same storage, or another storage beside the same database.
    Half,
}

/// Ends the origin of rows whose objects stay where they are: a database that has some of those is
/// not filled in another way.
const HALF: &str = " without objects";

/// Everything in a database except files and strays, and the amount of those, all at one moment.
#[derive(Debug, Clone)]
pub struct Export {
    /// Identifies the library by its first user and the microsecond in which it was created.
    pub origin: String,
    /// The greatest id of a file. Files up to this one belong to the exported users.
    pub last_file: FileId,
    /// How many files there are, those in the trash included.
    pub files: u64,
    /// The bytes of all objects, derived ones included.
    pub bytes: u64,
    pub(crate) users: Vec<UserRow>,
    pub(crate) grants: Vec<(i64, i32)>,
    pub(crate) tokens: Vec<TokenRow>,
    pub(crate) signing_keys: Vec<SigningKeyRow>,
    /// Up to when keys may have been used without a trace.
    pub(crate) used_up_until: Option<i64>,
    /// The greatest id that each table has given out.
    pub(crate) numbers: Vec<(&'static str, i64)>,
    pub(crate) webhooks: Vec<StoredWebhook>,
    /// Only in a backup, and where the objects stay.
    pub(crate) upload_links: Option<Vec<UploadLinkRow>>,
}

impl Export {
    /// Returns whether the other one has a user of this one, as another state of the same library
    /// does.
    pub fn is_related(&self, other: &Self) -> bool {
        let identity = |user: &UserRow| (user.id, user.created_at);
        self.users.iter().any(|user| other.users.iter().any(|other| identity(other) == identity(user)))
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
pub(crate) struct TokenRow {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) label: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) last_used_at: Option<i64>,
}

/// A key that no file owns, and why it is not free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedStray {
    pub(crate) key: Key,
    pub(crate) since: i64,
    pub(crate) state: String,
}

impl ListedStray {
    /// Returns the key.
    pub fn key(&self) -> &Key {
        &self.key
    }
}

/// The rows of a file and its derived objects. Equal values mean equal rows in every database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    pub(crate) row: FileRow,
    pub(crate) derived: Vec<DerivedRow>,
    pub(crate) preview: Option<PreviewRow>,
    pub(crate) trashed: Option<Trashed>,
    objects: Vec<ObjectRecord>,
}

impl StoredFile {
    /// Returns the id of the file.
    pub fn id(&self) -> FileId {
        FileId(self.row.id)
    }

    /// Returns its content and its derived objects.
    pub fn objects(&self) -> &[ObjectRecord] {
        &self.objects
    }

    fn new(row: FileRow, derived: Vec<DerivedRow>, preview: Option<PreviewRow>) -> Result<Self, Error> {
        let object = |column, id, key: &str, size, mime_type: &str, digest: &[u8], stored_at| {
            Ok::<_, Error>(ObjectRecord {
                key: valid(column, id, key.parse(), key)?,
                size: number("size", id, size)?,
                mime_type: mime_type.to_owned(),
                checksum: checksum("checksum", id, digest)?,
                stored_at: Timestamp::from_unix_micros(stored_at),
            })
        };
        let content = object("files.key", row.id, &row.key, row.size, &row.mime_type, &row.checksum, row.stored_at);
        let others = derived
            .iter()
            .map(|d| object("derived_objects.key", d.id, &d.key, d.size, &d.mime_type, &d.checksum, d.stored_at));
        let objects = std::iter::once(content).chain(others).collect::<Result<_, _>>()?;
        Ok(Self { row, derived, preview, trashed: None, objects })
    }
}

impl Database {
    /// Returns everything that is to be copied into another database, all at one moment, except
    /// files and strays, which are read page by page.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], because the copy would be incomplete; [`Error::Unused`] if there are
    /// no users; [`Error::ImportUnfinished`] if the database is itself an incomplete copy.
    pub fn export(&self, scope: Scope) -> Result<Export, Error> {
        self.snapshot(|connection| {
            migrations::refuse_unknown(connection)?;
            refuse_unfinished(connection)?;
            let users = users::table.order(users::id).select(UserRow::as_select()).load(connection)?;
            let first = users.first().ok_or(Error::Unused)?;
            // Each database has another type for sums of integers.
            let bytes = "CAST(COALESCE(sum(size), 0) AS BIGINT)";
            let sums = files::table.select((count_star(), max(files::id), sql::<BigInt>(bytes)));
            let (files, last_file, content) = sums.first::<(i64, Option<i64>, i64)>(connection)?;
            let derived = derived_objects::table.select(sql::<BigInt>(bytes));
            let derived = match scope {
                Scope::Half => derived.first::<i64>(connection)?,
                Scope::Move | Scope::Backup => derived.filter(stays()).first::<i64>(connection)?,
            };
            let (trashed, last_trashed, of_trashed) = trash::sums(connection)?;
            let upload_links = || upload_links::table.order(upload_links::id).select(UploadLinkRow::as_select());
            let (upload_links, numbered) = match scope {
                Scope::Move => (None, &NUMBERED[..5]),
                Scope::Backup | Scope::Half => (Some(upload_links().load(connection)?), &NUMBERED[..]),
            };
            let half = if scope == Scope::Half { HALF } else { "" };
            let numbers = numbered.iter().map(|table| Ok((*table, last_number(connection, table)?)));
            Ok(Export {
                origin: format!("{} {} {}{half}", first.id, first.username, first.created_at),
                last_file: FileId(last_file.unwrap_or(0).max(last_trashed)),
                files: number("files", 0, files + trashed)?,
                bytes: number("size", 0, content.saturating_add(derived).saturating_add(of_trashed))?,
                numbers: numbers.collect::<QueryResult<_>>()?,
                grants: grants::table.order((grants::user_id, grants::code)).load(connection)?,
                tokens: tokens::table.order(tokens::id).select(TokenRow::as_select()).load(connection)?,
                signing_keys: signing_keys::table.select(SigningKeyRow::as_select()).load(connection)?,
                used_up_until: used_up_until(connection)?,
                webhooks: webhooks::table.order(webhooks::id).select(StoredWebhook::as_select()).load(connection)?,
                users,
                upload_links,
            })
        })
    }

    /// Returns files by id, those in the trash included, from the one after `after` up to `last`.
    pub fn stored_files(
        &self,
        scope: Scope,
        after: FileId,
        last: FileId,
        limit: u32,
    ) -> Result<Vec<StoredFile>, Error> {
        self.snapshot(|connection| {
            let within = files::id.gt(after.0).and(files::id.le(last.0));
            let rows = files::table.filter(within).order(files::id).limit(limit.into());
            let rows = rows.select(FileRow::as_select()).load(connection)?;
            let mut derived = derived_of(connection, scope, &rows)?.into_iter().peekable();
            let mut previews = previews_of(connection, &rows)?.into_iter().peekable();
            let complete = |row: FileRow| {
                let mut own = Vec::new();
                while let Some(derived) = derived.next_if(|derived| derived.file_id == row.id) {
                    own.push(derived);
                }
                let preview = previews.next_if(|preview| preview.file_id == row.id);
                StoredFile::new(row, own, preview)
            };
            let mut files = rows.into_iter().map(complete).collect::<Result<Vec<_>, _>>()?;
            files.extend(stored_in_trash(connection, after, last, limit)?);
            files.sort_unstable_by_key(StoredFile::id);
            files.truncate(limit as usize);
            Ok(files)
        })
    }

    /// Returns keys that no file owns as they are listed, in order, from the one after `after`.
    pub fn listed_strays(&self, after: Option<&Key>, limit: u32) -> Result<Vec<ListedStray>, Error> {
        self.read(|connection| {
            let after = after.map_or("", Key::as_str);
            let rows = strays::table.filter(strays::key.gt(after).and(strays::state.ne(TRASHED)));
            let rows = rows.order(strays::key).limit(limit.into()).load::<(String, i64, String)>(connection)?;
            let stray = |(key, since, state): (String, i64, String)| {
                Ok(ListedStray { key: crate::strays::parse(&key)?, since, state })
            };
            rows.into_iter().map(stray).collect()
        })
    }

    /// Returns the keys and sizes of the parts of uploads that have not become files.
    pub fn all_upload_parts(&self) -> Result<Vec<(Key, u64)>, Error> {
        self.read(|connection| {
            let rows = upload_parts::table.select((upload_parts::upload_id, upload_parts::key, upload_parts::size));
            let rows = rows.load::<(i64, String, i64)>(connection)?;
            let part = |(id, key, size): (i64, String, i64)| {
                Ok((crate::strays::parse(&key)?, number("upload_parts.size", id, size)?))
            };
            rows.into_iter().map(part).collect()
        })
    }

    /// Returns keys that no file owns, in order, from the one after `after`, with the time at which
    /// their object was deleted; `None` for keys that are claimed or doomed.
    pub fn strays(&self, after: Option<&Key>, limit: u32) -> Result<Vec<(Key, Option<Timestamp>)>, Error> {
        self.read(|connection| {
            let after = after.map_or("", Key::as_str);
            let rows = strays::table.filter(strays::key.gt(after).and(strays::state.ne(TRASHED)));
            let rows = rows.order(strays::key).limit(limit.into());
            let rows = rows.load::<(String, i64, String)>(connection)?;
            let stray = |(key, since, state): (String, i64, String)| {
                let gone_since = (state == GONE).then(|| Timestamp::from_unix_micros(since));
                Ok((crate::strays::parse(&key)?, gone_since))
            };
            rows.into_iter().map(stray).collect()
        })
    }
}

/// Returns files in the trash by id.
fn stored_in_trash(
    connection: &mut AnyConnection,
    after: FileId,
    last: FileId,
    limit: u32,
) -> Result<Vec<StoredFile>, Error> {
    let mut within = Sql::new("id > ");
    within.bind(after.0).push(" AND id <= ").bind(last.0).push(" ORDER BY id").limit(limit.into());
    let rows = trash::select(connection, within)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.file.id).collect();
    let mut derived = trash::derived_of(connection, &ids)?.into_iter().peekable();
    let mut previews = trash::previews_of(connection, &ids)?.into_iter().peekable();
    let complete = |TrashedRow { file, trashed }: TrashedRow| {
        let mut own = Vec::new();
        while let Some(derived) = derived.next_if(|derived| derived.file_id == file.id) {
            own.push(derived);
        }
        let preview = previews.next_if(|preview| preview.file_id == file.id);
        Ok(StoredFile { trashed: Some(trashed), ..StoredFile::new(file, own, preview)? })
    };
    rows.into_iter().map(complete).collect()
}

/// Selects the derived objects that stay as long as their file does. Renditions are not copied with
/// a whole library: they are made again when they are asked for.
#[diesel::dsl::auto_type]
fn stays() -> _ {
    let start: &'static str = Variant::RENDITIONS.start;
    let end: &'static str = Variant::RENDITIONS.end;
    derived_objects::variant.lt(start).or(derived_objects::variant.ge(end))
}

/// Returns the derived objects of files that are to be copied, by the ids of the files.
fn derived_of(connection: &mut AnyConnection, scope: Scope, rows: &[FileRow]) -> QueryResult<Vec<DerivedRow>> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let own = derived_objects::table.filter(derived_objects::file_id.between(first.id, last.id));
    let own = own.order((derived_objects::file_id, derived_objects::id)).select(DerivedRow::as_select());
    match scope {
        Scope::Half => own.load(connection),
        Scope::Move | Scope::Backup => own.filter(stays()).load(connection),
    }
}

/// Returns what is known of the pictures of files, by the ids of the files.
fn previews_of(connection: &mut AnyConnection, rows: &[FileRow]) -> QueryResult<Vec<PreviewRow>> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let own = previews::table.filter(previews::file_id.between(first.id, last.id));
    own.order(previews::file_id).select(PreviewRow::as_select()).load(connection)
}
