//! Rows as they are read, and what the domain calls them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use diesel::prelude::*;
use tintype_domain::{
    Checksum, Crc32, Description, Facts, FileId, FileRecord, Name, Permission, Tags, ThumbnailId, ThumbnailRecord,
    Timestamp, UserId, UserRecord, Variant,
};

use crate::connection::AnyConnection;
use crate::error::Error;
use crate::schema::{derived_objects, files, grants, users};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_default_value = false, treat_none_as_null = true)]
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
    pub(crate) email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = files, treat_none_as_default_value = false)]
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
    pub(crate) crc32: Option<i64>,
    pub(crate) visibility: String,
    pub(crate) tags: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = derived_objects, treat_none_as_default_value = false)]
pub(crate) struct DerivedRow {
    pub(crate) id: i64,
    pub(crate) file_id: i64,
    pub(crate) variant: String,
    pub(crate) key: String,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) mime_type: String,
    pub(crate) size: i64,
    pub(crate) checksum: Vec<u8>,
    pub(crate) stored_at: i64,
    pub(crate) last_used_at: Option<i64>,
}

/// Puts together users joined with their grants, in the order in which they first come.
pub(crate) fn join_grants(rows: Vec<(UserRow, Option<i32>)>) -> Vec<(UserRecord, Option<String>)> {
    let mut users: Vec<(UserRecord, Option<String>)> = Vec::new();
    for (row, code) in rows {
        // Ignore codes of a newer version.
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
            email: self.email,
            has_password: self.password_hash.is_some(),
            is_staff: self.is_staff,
            is_admin: self.is_admin,
            is_active: self.is_active,
            permissions: Default::default(),
            last_login: self.last_login.map(Timestamp::from_unix_micros),
            created_at: Timestamp::from_unix_micros(self.created_at),
        }
    }
}

/// Returns the files of the rows, in their order, with users and thumbnails, by two statements
/// however many rows there are.
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

fn load_users(connection: &mut AnyConnection, rows: &[FileRow]) -> Result<HashMap<i64, UserRecord>, Error> {
    let ids: BTreeSet<i64> = rows.iter().filter_map(|row| row.user_id).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let users = users::table.left_join(grants::table).order(users::id);
    let users = users.select((UserRow::as_select(), grants::code.nullable()));
    let rows = match ids.as_slice() {
        [] => return Ok(HashMap::new()),
        // Most pages have files of one user, and this statement stays prepared.
        [id] => users.filter(users::id.eq(id)).load(connection)?,
        ids => users.filter(users::id.eq_any(ids)).load(connection)?,
    };
    Ok(join_grants(rows).into_iter().map(|(user, _)| (user.id.0, user)).collect())
}

fn load_thumbnails(
    connection: &mut AnyConnection,
    rows: &[FileRow],
) -> Result<HashMap<i64, Vec<ThumbnailRecord>>, Error> {
    let Range { start, end } = Variant::THUMBNAILS;
    let all = derived_objects::variant.ge(start).and(derived_objects::variant.lt(end));
    let own = derived_objects::table.filter(all).select(DerivedRow::as_select());
    let rows = match rows {
        [] => return Ok(HashMap::new()),
        // Single files are requested often, and this statement stays prepared.
        [row] => own.filter(derived_objects::file_id.eq(row.id)).load(connection)?,
        rows => own.filter(derived_objects::file_id.eq_any(rows.iter().map(|row| row.id))).load(connection)?,
    };
    let mut thumbnails: HashMap<i64, Vec<ThumbnailRecord>> = HashMap::new();
    for row in rows {
        thumbnails.entry(row.file_id).or_default().push(row.into_thumbnail()?);
    }
    for thumbnails in thumbnails.values_mut() {
        thumbnails.sort_unstable_by_key(|thumbnail| (thumbnail.edge, thumbnail.id));
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
            crc32: self.crc32.map(|crc32| number("files.crc32", id, crc32).map(Crc32)).transpose()?,
            facts: Facts {
                kind: valid("files.kind", id, self.kind.parse(), &self.kind)?,
                mime_type: self.mime_type,
                width: self.width.map(|width| number("files.width", id, width)).transpose()?,
                height: self.height.map(|height| number("files.height", id, height)).transpose()?,
                mode: self.mode.map(|mode| valid("files.mode", id, mode.parse(), &mode)).transpose()?,
            },
            visibility: valid("files.visibility", id, self.visibility.parse(), &self.visibility)?,
            tags: valid("files.tags", id, Tags::from_text(&self.tags), &self.tags)?,
            created_at: Timestamp::from_unix_micros(self.created_at),
            updated_at: Timestamp::from_unix_micros(self.updated_at),
            thumbnails,
        })
    }
}

impl DerivedRow {
    fn into_thumbnail(self) -> Result<ThumbnailRecord, Error> {
        let id = self.id;
        let variant = valid("derived_objects.variant", id, self.variant.parse(), &self.variant)?;
        let Variant::Thumbnail { edge } = variant;
        Ok(ThumbnailRecord {
            id: ThumbnailId(id),
            key: valid("derived_objects.key", id, self.key.parse(), &self.key)?,
            edge,
            width: number("derived_objects.width", id, self.width)?,
            height: number("derived_objects.height", id, self.height)?,
            size: number("derived_objects.size", id, self.size)?,
            mime_type: self.mime_type,
            checksum: checksum("derived_objects.checksum", id, &self.checksum)?,
        })
    }
}

/// Returns the name as it was stored: a name from an upload may have white space at its ends, which
/// `Name::new` removes.
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
