//! Rows as they are read, and what the domain calls them.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use tintype_domain::{
    Checksum, Crc32, Description, Facts, FileId, FileRecord, FocalPoint, Look, MetadataRecord, Name, Permission,
    PreviewFacts, PreviewRecord, PreviewStatus, Tags, ThumbnailId, ThumbnailRecord, Timestamp, UserId, UserRecord,
    Variant,
};

use crate::connection::{AnyConnection, on_each};
use crate::error::Error;
use crate::one_of::one_of;
use crate::schema::{derived_objects, files, grants, previews, users};

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
    pub(crate) preview_status: String,
    pub(crate) taken_at: Option<i64>,
    pub(crate) duration_ms: Option<i64>,
    pub(crate) pages: Option<i64>,
    pub(crate) camera: Option<String>,
    pub(crate) has_gps: bool,
    pub(crate) focal_x: Option<i64>,
    pub(crate) focal_y: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = previews, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct PreviewRow {
    pub(crate) file_id: i64,
    pub(crate) reason: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) thumb_hash: Option<Vec<u8>>,
    pub(crate) colour: Option<i64>,
    pub(crate) perceptual_hash: Option<i64>,
    pub(crate) metadata: String,
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

/// Returns the files of the rows, in their order, with users, pictures and previews, by three
/// statements however many rows there are.
pub(crate) fn complete(connection: &mut AnyConnection, rows: Vec<FileRow>) -> Result<Vec<FileRecord>, Error> {
    let users = load_users(connection, &rows)?;
    let mut pictures = load_pictures(connection, &rows)?;
    let mut previews = load_previews(connection, &rows)?;
    rows.into_iter()
        .map(|row| {
            let user = row.user_id.and_then(|id| users.get(&id)).cloned();
            let pictures = pictures.remove(&row.id).unwrap_or_default();
            let preview = previews.remove(&row.id);
            row.into_record(user, pictures, preview)
        })
        .collect()
}

pub(crate) fn load_users(connection: &mut AnyConnection, rows: &[FileRow]) -> Result<HashMap<i64, UserRecord>, Error> {
    let ids: BTreeSet<i64> = rows.iter().filter_map(|row| row.user_id).collect();
    let ids: Vec<i64> = ids.into_iter().collect();
    let users = users::table.left_join(grants::table).order(users::id);
    let users = users.select((UserRow::as_select(), grants::code.nullable()));
    let rows = match ids.as_slice() {
        [] => return Ok(HashMap::new()),
        // Most pages have files of one user, and this statement stays prepared.
        [id] => users.filter(users::id.eq(id)).load(connection)?,
        ids => on_each!(connection, c => {
            let users = users::table.left_join(grants::table).order(users::id);
            let users = users.select((UserRow::as_select(), grants::code.nullable()));
            users.filter(one_of(users::id, ids.iter().copied())).load(c)
        })?,
    };
    Ok(join_grants(rows).into_iter().map(|(user, _)| (user.id.0, user)).collect())
}

/// The pictures of a file in several sizes, by edge.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    /// Of an image.
    pub(crate) thumbnails: Vec<ThumbnailRecord>,
    /// Of anything else.
    pub(crate) previews: Vec<ThumbnailRecord>,
}

impl Pictures {
    pub(crate) fn add(&mut self, variant: &Variant, thumbnail: ThumbnailRecord) {
        match variant {
            Variant::Thumbnail { .. } => self.thumbnails.push(thumbnail),
            Variant::Preview { .. } => self.previews.push(thumbnail),
            Variant::Rendition(_) => {}
        }
    }

    pub(crate) fn sort(&mut self) {
        for pictures in [&mut self.thumbnails, &mut self.previews] {
            pictures.sort_unstable_by_key(|picture| (picture.edge, picture.id));
        }
    }
}

/// Selects the derived objects that are pictures of whole files.
///
/// As one range without what lies between the two: for an alternative of ranges beside a list of
/// files, SQLite reads all derived objects.
#[diesel::dsl::auto_type]
pub(crate) fn are_pictures() -> _ {
    let first_thumbnail: &'static str = Variant::THUMBNAILS.start;
    let after_thumbnails: &'static str = Variant::THUMBNAILS.end;
    let first_preview: &'static str = Variant::PREVIEWS.start;
    let after_previews: &'static str = Variant::PREVIEWS.end;
    let range = derived_objects::variant.ge(first_preview).and(derived_objects::variant.lt(after_thumbnails));
    range.and(derived_objects::variant.lt(after_previews).or(derived_objects::variant.ge(first_thumbnail)))
}

fn load_pictures(connection: &mut AnyConnection, rows: &[FileRow]) -> Result<HashMap<i64, Pictures>, Error> {
    let own = derived_objects::table.filter(are_pictures()).select(DerivedRow::as_select());
    let rows = match rows {
        [] => return Ok(HashMap::new()),
        // Single files are requested often, and this statement stays prepared.
        [row] => own.filter(derived_objects::file_id.eq(row.id)).load(connection)?,
        rows => on_each!(connection, c => {
            let own = derived_objects::table.filter(one_of(derived_objects::file_id, rows.iter().map(|row| row.id)));
            own.filter(are_pictures()).select(DerivedRow::as_select()).load(c)
        })?,
    };
    group_pictures(rows)
}

/// Puts together the pictures of each file.
pub(crate) fn group_pictures(rows: Vec<DerivedRow>) -> Result<HashMap<i64, Pictures>, Error> {
    let mut pictures: HashMap<i64, Pictures> = HashMap::new();
    for row in rows {
        let file = row.file_id;
        let (variant, thumbnail) = row.into_thumbnail()?;
        pictures.entry(file).or_default().add(&variant, thumbnail);
    }
    pictures.values_mut().for_each(Pictures::sort);
    Ok(pictures)
}

fn load_previews(connection: &mut AnyConnection, rows: &[FileRow]) -> Result<HashMap<i64, PreviewRow>, Error> {
    let own = previews::table.select(PreviewRow::as_select());
    let rows = match rows {
        [] => return Ok(HashMap::new()),
        [row] => own.filter(previews::file_id.eq(row.id)).load(connection)?,
        rows => on_each!(connection, c => {
            let own = previews::table.filter(one_of(previews::file_id, rows.iter().map(|row| row.id)));
            own.select(PreviewRow::as_select()).load(c)
        })?,
    };
    Ok(rows.into_iter().map(|row| (row.file_id, row)).collect())
}

impl FileRow {
    pub(crate) fn into_record(
        self,
        user: Option<UserRecord>,
        pictures: Pictures,
        preview: Option<PreviewRow>,
    ) -> Result<FileRecord, Error> {
        let id = self.id;
        let status = valid("files.preview_status", id, self.preview_status.parse(), &self.preview_status)?;
        let (facts, json) = match preview {
            Some(row) => row.into_facts(status)?,
            None => (PreviewFacts { status, ..PreviewFacts::NONE }, MetadataRecord::NOTHING.to_owned()),
        };
        let Pictures { thumbnails, previews } = pictures;
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
            focal_point: focal_point(id, self.focal_x, self.focal_y)?,
            tags: valid("files.tags", id, Tags::from_text(&self.tags), &self.tags)?,
            created_at: Timestamp::from_unix_micros(self.created_at),
            updated_at: Timestamp::from_unix_micros(self.updated_at),
            thumbnails,
            preview: PreviewRecord { facts, thumbnails: previews },
            metadata: MetadataRecord {
                json,
                taken_at: self.taken_at,
                duration_ms: self.duration_ms,
                pages: self.pages,
                camera: self.camera,
                has_gps: self.has_gps,
            },
            trashed: None,
        })
    }
}

impl PreviewRow {
    pub(crate) fn new(file_id: i64, facts: &PreviewFacts, metadata: &MetadataRecord) -> Self {
        let PreviewFacts { status: _, reason, source, look } = facts;
        Self {
            file_id,
            reason: reason.map(|reason| reason.as_str().to_owned()),
            source: source.map(|source| source.as_str().to_owned()),
            thumb_hash: look.as_ref().map(|look| look.thumb_hash.clone()),
            colour: look.as_ref().map(|Look { colour: [r, g, b], .. }| i64::from(u32::from_be_bytes([0, *r, *g, *b]))),
            // The same 64 bits with a sign.
            perceptual_hash: look.as_ref().map(|look| look.perceptual_hash.cast_signed()),
            metadata: metadata.json.clone(),
        }
    }

    fn into_facts(self, status: PreviewStatus) -> Result<(PreviewFacts, String), Error> {
        let id = self.file_id;
        let look = match (self.thumb_hash, self.colour, self.perceptual_hash) {
            (Some(thumb_hash), Some(colour), Some(hash)) => {
                let [_, red, green, blue] = number::<u32>("previews.colour", id, colour)?.to_be_bytes();
                Some(Look { thumb_hash, colour: [red, green, blue], perceptual_hash: hash.cast_unsigned() })
            }
            _ => None,
        };
        let facts = PreviewFacts {
            status,
            reason: self.reason.map(|reason| valid("previews.reason", id, reason.parse(), &reason)).transpose()?,
            source: self.source.map(|source| valid("previews.source", id, source.parse(), &source)).transpose()?,
            look,
        };
        Ok((facts, self.metadata))
    }
}

impl DerivedRow {
    fn into_thumbnail(self) -> Result<(Variant, ThumbnailRecord), Error> {
        let id = self.id;
        let variant = valid("derived_objects.variant", id, self.variant.parse(), &self.variant)?;
        let (Variant::Thumbnail { edge } | Variant::Preview { edge }) = variant else {
            return Err(Error::Corrupt { column: "derived_objects.variant", id, value: self.variant });
        };
        let thumbnail = ThumbnailRecord {
            id: ThumbnailId(id),
            key: valid("derived_objects.key", id, self.key.parse(), &self.key)?,
            edge,
            width: number("derived_objects.width", id, self.width)?,
            height: number("derived_objects.height", id, self.height)?,
            size: number("derived_objects.size", id, self.size)?,
            mime_type: self.mime_type,
            checksum: checksum("derived_objects.checksum", id, &self.checksum)?,
        };
        Ok((variant, thumbnail))
    }
}

/// Returns the point of a row that has these millionths, both or none.
pub(crate) fn focal_point(id: i64, x: Option<i64>, y: Option<i64>) -> Result<Option<FocalPoint>, Error> {
    let (Some(x), Some(y)) = (x, y) else { return Ok(None) };
    let point = FocalPoint::from_millionths(number("files.focal_x", id, x)?, number("files.focal_y", id, y)?);
    point.map(Some).ok_or_else(|| Error::Corrupt { column: "files.focal_x", id, value: format!("{x},{y}") })
}

/// Returns the name as it was stored: a name from an upload may have white space at its ends, which
/// `Name::new` removes.
pub(crate) fn name(id: i64, text: &str) -> Result<Name, Error> {
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
