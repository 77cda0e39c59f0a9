//! Rows as they are read, and what the domain calls them.

use crate::error::Error;
use crate::schema::{thumbnails, users};
use crate::sql::Sql;
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};
use tintype_domain::{
    Checksum, Description, Facts, FileId, FileRecord, Name, Permission, ThumbnailId, ThumbnailRecord, Timestamp,
    UserId, UserRecord,
};

use crate::connection::AnyConnection;

#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(crate) struct UserRow {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) is_staff: bool,
    pub(crate) is_admin: bool,
    pub(crate) is_active: bool,
    pub(crate) password_hash: Option<String>,
    pub(crate) last_login: Option<i64>,
    pub(crate) created_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(crate) struct FileRow {
    pub(crate) id: i64,
    pub(crate) user_id: Option<i64>,
    pub(crate) kind: String,
    pub(crate) size: i64,
    pub(crate) width: Option<i64>,
    pub(crate) height: Option<i64>,
    pub(crate) mode: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) stored_at: i64,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) name_folded: String,
    pub(crate) mime_type: String,
    pub(crate) checksum: Vec<u8>,
    pub(crate) description: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(crate) struct ThumbnailRow {
    pub(crate) id: i64,
    pub(crate) file_id: i64,
    pub(crate) edge: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) size: i64,
    pub(crate) key: String,
    pub(crate) mime_type: String,
    pub(crate) checksum: Vec<u8>,
}

/// Puts together users joined with their grants, in the order in which they first come.
pub(crate) fn join_grants(rows: Vec<(UserRow, Option<i32>)>) -> Vec<(UserRecord, Option<String>)> {
    let mut users: Vec<(UserRecord, Option<String>)> = Vec::new();
    for (row, code) in rows {
        // Codes of a newer version mean nothing to this one.
        let permission = code.and_then(|code| u16::try_from(code).ok()).and_then(Permission::from_code);
        match users.last_mut() {
            Some((user, _)) if user.id.0 == row.id => user.permissions.extend(permission),
            _ => {
                let hash = row.password_hash.clone();
                let mut user = row.into_record();
                user.permissions.extend(permission);
                users.push((user, hash));
            }
        }
    }
    users
}

impl UserRow {
    pub(crate) fn into_record(self) -> UserRecord {
        UserRecord {
            id: UserId(self.id),
            username: self.username,
            first_name: self.first_name,
            last_name: self.last_name,
            is_staff: self.is_staff,
            is_admin: self.is_admin,
            is_active: self.is_active,
            permissions: Default::default(),
            last_login: self.last_login.map(Timestamp::from_unix_micros),
            created_at: Timestamp::from_unix_micros(self.created_at),
        }
    }
}

/// Returns the files of the rows, in their order, with users and thumbnails: two statements, however many rows.
pub(crate) fn complete(connection: &mut AnyConnection, rows: Vec<FileRow>) -> Result<Vec<FileRecord>, Error> {
    let users = load_users(connection, &rows)?;
    let mut thumbnails = load_thumbnails(connection, &rows)?;
    rows.into_iter()
        .map(|row| {
            let user = row.user_id.and_then(|id| users.get(&id)).cloned();
            let thumbnails = thumbnails.remove(&row.id).unwrap_or_default();
            row.into_record(user, thumbnails)
        })
        .collect()
}

fn load_users(connection: &mut AnyConnection, rows: &[FileRow]) -> Result<BTreeMap<i64, UserRecord>, Error> {
    let mut ids: Vec<i64> = rows.iter().filter_map(|row| row.user_id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::<(users::SqlType, diesel::sql_types::Nullable<diesel::sql_types::Integer>)>::new(USERS);
    sql.push(" WHERE users.id IN ").list(ids).push(" ORDER BY users.id");
    let rows = sql.load(connection)?;
    Ok(join_grants(rows).into_iter().map(|(user, _)| (user.id.0, user)).collect())
}

const USERS: &str = "SELECT users.id, username, first_name, last_name, is_staff, is_admin, is_active, password_hash, \
                     last_login, created_at, grants.code FROM users LEFT JOIN grants ON grants.user_id = users.id";

const THUMBNAILS: &str = "SELECT id, file_id, edge, width, height, size, key, mime_type, checksum FROM thumbnails";

fn load_thumbnails(
    connection: &mut AnyConnection,
    rows: &[FileRow],
) -> Result<HashMap<i64, Vec<ThumbnailRecord>>, Error> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::<thumbnails::SqlType>::new(THUMBNAILS);
    sql.push(" WHERE file_id IN ").list(rows.iter().map(|row| row.id)).push(" ORDER BY file_id, edge, id");
    let mut thumbnails: HashMap<i64, Vec<ThumbnailRecord>> = HashMap::new();
    for row in sql.load::<ThumbnailRow>(connection)? {
        thumbnails.entry(row.file_id).or_default().push(row.into_record()?);
    }
    Ok(thumbnails)
}

impl FileRow {
    fn into_record(self, user: Option<UserRecord>, thumbnails: Vec<ThumbnailRecord>) -> Result<FileRecord, Error> {
        let id = self.id;
        Ok(FileRecord {
            id: FileId(id),
            user,
            key: valid("files.key", id, self.key.parse(), &self.key)?,
            name: name(id, &self.name)?,
            description: valid("files.description", id, Description::new(&self.description), &self.description)?,
            size: number("files.size", id, self.size)?,
            checksum: checksum("files.checksum", id, &self.checksum)?,
            facts: Facts {
                kind: valid("files.kind", id, self.kind.parse(), &self.kind)?,
                mime_type: self.mime_type,
                width: self.width.map(|width| number("files.width", id, width)).transpose()?,
                height: self.height.map(|height| number("files.height", id, height)).transpose()?,
                mode: self.mode.map(|mode| valid("files.mode", id, mode.parse(), &mode)).transpose()?,
            },
            created_at: Timestamp::from_unix_micros(self.created_at),
            updated_at: Timestamp::from_unix_micros(self.updated_at),
            thumbnails,
        })
    }
}

impl ThumbnailRow {
    fn into_record(self) -> Result<ThumbnailRecord, Error> {
        let id = self.id;
        Ok(ThumbnailRecord {
            id: ThumbnailId(id),
            key: valid("thumbnails.key", id, self.key.parse(), &self.key)?,
            edge: number("thumbnails.edge", id, self.edge)?,
            width: number("thumbnails.width", id, self.width)?,
            height: number("thumbnails.height", id, self.height)?,
            size: number("thumbnails.size", id, self.size)?,
            mime_type: self.mime_type,
            checksum: checksum("thumbnails.checksum", id, &self.checksum)?,
        })
    }
}

/// Returns the name as it was kept: one taken from an upload may have white space at its ends, which `Name::new` drops.
fn name(id: i64, text: &str) -> Result<Name, Error> {
    let kept = |name: &Name| name.as_str() == text;
    let name = Name::new(text).ok().filter(kept).or_else(|| Name::from_upload(text).filter(kept));
    name.ok_or_else(|| Error::Corrupt { column: "files.name", id, value: text.to_owned() })
}

pub(crate) fn valid<T, E>(column: &'static str, id: i64, parsed: Result<T, E>, text: &str) -> Result<T, Error> {
    parsed.map_err(|_| Error::Corrupt { column, id, value: text.to_owned() })
}

pub(crate) fn number<T: TryFrom<i64>>(column: &'static str, id: i64, number: i64) -> Result<T, Error> {
    T::try_from(number).map_err(|_| Error::Corrupt { column, id, value: number.to_string() })
}

pub(crate) fn checksum(column: &'static str, id: i64, bytes: &[u8]) -> Result<Checksum, Error> {
    let digest = bytes.try_into();
    digest.map(Checksum).map_err(|_| Error::Corrupt { column, id, value: format!("{} bytes", bytes.len()) })
}
