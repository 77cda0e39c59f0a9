use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tintype_domain::{
    Checksum, ColourMode, Crc32, Description, EventKind, Facts, FileId, FileRecord, FocalPoint, JobKind, Key,
    MetadataRecord, Name, PreviewFacts, PreviewRecord, PreviewStatus, Tags, Timestamp, UserId, Visibility,
    fold_for_search,
};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::derived::{NewDerived, bytes, insert_derived};
use crate::dialect::lock_file;
use crate::error::Error;
use crate::events::Listeners;
use crate::jobs::enqueue_anew;
use crate::renditions::remove_renditions;
use crate::rows::{FileRow, Pictures, PreviewRow, complete, valid};
use crate::schema::{derived_objects, files, previews};
use crate::sql::Sql;
use crate::strays::{doom, redeem};
use crate::tags::{insert_tags, replace_tags};
use crate::upload_links::use_reservation;
use crate::users::by_id;

/// A file to be inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its number, if it had one before it came here.
    pub id: Option<FileId>,
    /// The uploader, if a user is.
    pub user_id: Option<UserId>,
    /// When it was created, if that was before it came here.
    pub created_at: Option<Timestamp>,
    /// When it was changed, if that was before it came here.
    pub updated_at: Option<Timestamp>,
    /// What it is called.
    pub name: Name,
    /// What the user says about it.
    pub description: Description,
    /// Who may fetch its content.
    pub visibility: Visibility,
    /// The place that it takes, if it comes by an upload link.
    pub reservation: Option<i64>,
    /// Its tags.
    pub tags: Tags,
    /// Its content.
    pub content: NewContent,
}

/// Content that is already in storage, under claimed keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContent {
    /// Its key.
    pub key: Key,
    /// What it is.
    pub facts: Facts,
    /// The size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
    /// CRC-32 of its bytes.
    pub crc32: Crc32,
    /// What was made of it, unless that is still to be done.
    pub preview: NewPreview,
    /// When a job makes the preview if that is [pending](PreviewFacts::PENDING) and nobody has done
    /// so before.
    pub job_at: Timestamp,
}

/// The picture of a file, and what it tells about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPreview {
    /// Whether there is a picture.
    pub facts: PreviewFacts,
    /// What the file tells about itself.
    pub metadata: MetadataRecord,
    /// The objects that were made of the file.
    pub derived: Vec<NewDerived>,
}

/// A change of a file; `None` keeps the present value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChange {
    /// When the file must have last changed, so that no other change is lost.
    pub expected: Option<Timestamp>,
    /// The new name.
    pub name: Option<Name>,
    /// The new description.
    pub description: Option<Description>,
    /// The new visibility.
    pub visibility: Option<Visibility>,
    /// The new focal point, or that there is none any more.
    pub focal_point: Option<Option<FocalPoint>>,
    /// The new tags.
    pub tags: Option<Tags>,
    /// The new content.
    pub content: Option<NewContent>,
}

/// A file after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The file as it is now.
    pub file: FileRecord,
    /// The keys that this change doomed. The caller may delete these objects, and only these: other
    /// changes may have been made before this one.
    pub doomed: Vec<Key>,
}

impl NewContent {
    /// Returns the keys of the content and its derived objects.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.key).chain(self.preview.keys())
    }
}

impl NewPreview {
    /// Returns the keys of the derived objects.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.derived.iter().map(|derived| &derived.key)
    }
}

impl Database {
    /// Inserts a file and its derived objects and ends their claims, in one transaction.
    ///
    /// # Errors
    /// [`Error::ClaimLost`] if a key is not, or no longer, claimed; [`Error::NoSuchUser`] if the
    /// user was deleted.
    pub fn insert_file(&self, file: &NewFile, now: Timestamp) -> Result<FileRecord, Error> {
        self.write(|connection| insert(connection, file, now))
    }

    /// Returns the file with that id, if there is one.
    pub fn file(&self, id: FileId) -> Result<Option<FileRecord>, Error> {
        self.snapshot(|connection| load(connection, id))
    }

    /// Returns the ids of other files of the same content, at most `limit`.
    pub fn duplicates(&self, file: FileId, checksum: &Checksum, limit: u32) -> Result<Vec<FileId>, Error> {
        self.read(|connection| {
            let others = files::table.filter(files::checksum.eq(&checksum.0[..]).and(files::id.ne(file.0)));
            let ids = others.order(files::id).limit(limit.into()).select(files::id).load::<i64>(connection)?;
            Ok(ids.into_iter().map(FileId).collect())
        })
    }

    /// Changes a file and returns it; `None` if there is no such file. Id, user and time of upload
    /// stay; `updated_at` increases by at least a microsecond.
    ///
    /// New content ends its claims and dooms the keys of the old content, in the same transaction.
    ///
    /// # Errors
    /// [`Error::ClaimLost`] if a key is not, or no longer, claimed.
    pub fn change_file(&self, id: FileId, change: &FileChange, now: Timestamp) -> Result<Option<Changed>, Error> {
        self.write(|connection| {
            lock_file(connection, id)?;
            let Some(row) = find(connection, id)? else { return Ok(None) };
            check_version(&row, change.expected)?;
            let updated_at = now.unix_micros().max(row.updated_at.saturating_add(1));
            let mut doomed = Vec::new();
            if let Some(content) = &change.content {
                redeem(connection, &content.keys().collect::<Vec<_>>())?;
                doomed = keys(connection, &row)?;
                doom(connection, &doomed)?;
                let derived = derived_objects::table.filter(derived_objects::file_id.eq(id.0));
                diesel::delete(derived).execute(connection)?;
                insert_derived(connection, id.0, &content.preview.derived, now)?;
            } else if is_hidden(&row, change.visibility) {
                doomed = remove_renditions(connection, &[row.id])?;
            }
            if let Some(tags) = &change.tags {
                replace_tags(connection, id.0, tags)?;
            }
            let name = change.name.as_ref().map(Name::as_str);
            diesel::update(files::table.filter(files::id.eq(id.0)))
                .set((
                    files::updated_at.eq(updated_at),
                    name.map(|name| (files::name.eq(name), files::name_folded.eq(fold_for_search(name)))),
                    change.description.as_ref().map(|text| files::description.eq(text.as_str())),
                    change.tags.as_ref().map(|tags| files::tags.eq(tags.to_string())),
                    change.visibility.map(|visibility| files::visibility.eq(visibility.as_str())),
                    change.focal_point.map(|point| {
                        let (x, y) = point.map(|point| point.millionths()).unzip();
                        (files::focal_x.eq(x.map(i64::from)), files::focal_y.eq(y.map(i64::from)))
                    }),
                    change.content.as_ref().map(|content| ContentRow::new(content, now)),
                ))
                .execute(connection)?;
            if let Some(content) = &change.content {
                diesel::delete(previews::table.filter(previews::file_id.eq(id.0))).execute(connection)?;
                insert_preview(connection, id.0, content)?;
            }
            let Some(file) = load(connection, id)? else { return Ok(None) };
            let is_drawn = change.content.is_some() && file.preview.facts.status == PreviewStatus::Ready;
            Listeners::of(connection, events(EventKind::FileChanged, is_drawn))?.note(connection, &file, now)?;
            Ok(Some(Changed { file, doomed }))
        })
    }

    /// Sets the visibility of at most `limit` files, and of as many in the trash. Returns how many
    /// had another one. Dooms the renditions of those that become private.
    pub fn set_visibility(&self, visibility: Visibility, limit: i64, now: Timestamp) -> Result<usize, Error> {
        self.write(|connection| {
            let others = files::table.filter(files::visibility.ne(visibility.as_str())).select(files::id);
            let ids = others.order(files::id).limit(limit).load::<i64>(connection)?;
            let listeners = Listeners::of(connection, &[EventKind::FileChanged])?;
            if visibility == Visibility::Private {
                remove_renditions(connection, &ids)?;
            }
            let later = case_when(files::updated_at.lt(now.unix_micros()), now.unix_micros().into_sql::<BigInt>())
                .otherwise(files::updated_at + 1_i64);
            let changed = diesel::update(files::table.filter(files::id.eq_any(&ids)));
            let values = (files::visibility.eq(visibility.as_str()), files::updated_at.eq(later));
            let count = changed.set(values).execute(connection)?;
            let mut of_trashed = Sql::<()>::new("UPDATE trashed_files SET visibility = ");
            of_trashed.bind(visibility.as_str());
            of_trashed
                .push(" WHERE id IN (SELECT id FROM trashed_files WHERE visibility <> ")
                .bind(visibility.as_str());
            of_trashed.push(" ORDER BY id").limit(limit).push(")");
            let count = count + of_trashed.execute(connection)?;
            if !listeners.is_empty() {
                let rows = files::table.filter(files::id.eq_any(&ids)).order(files::id).select(FileRow::as_select());
                let rows = rows.load(connection)?;
                for file in complete(connection, rows)? {
                    listeners.note(connection, &file, now)?;
                }
            }
            Ok(count)
        })
    }

    /// Deletes a file and dooms its keys, in one transaction. Returns the keys, or `None` if there
    /// is no such file.
    ///
    /// # Errors
    /// [`Error::Outdated`] if the file did not last change at `expected`.
    pub fn delete_file(
        &self,
        id: FileId,
        expected: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<Vec<Key>>, Error> {
        self.write(|connection| {
            lock_file(connection, id)?;
            let Some(row) = find(connection, id)? else { return Ok(None) };
            check_version(&row, expected)?;
            let keys = keys(connection, &row)?;
            note_deleted(connection, id, now)?;
            diesel::delete(files::table.filter(files::id.eq(id.0))).execute(connection)?;
            doom(connection, &keys)?;
            Ok(Some(keys))
        })
    }

    /// Records the CRC-32 of the content under that key. A file that was deleted or changed in the
    /// meantime is no error.
    pub fn record_crc32(&self, key: &Key, crc32: Crc32) -> Result<(), Error> {
        self.write(|connection| {
            let file = diesel::update(files::table.filter(files::key.eq(key.as_str())));
            file.set(files::crc32.eq(i64::from(crc32.0))).execute(connection)?;
            Ok(())
        })
    }
}

/// Inserts a file and its derived objects and ends their claims.
pub(crate) fn insert(connection: &mut AnyConnection, file: &NewFile, now: Timestamp) -> Result<FileRecord, Error> {
    let NewFile { id, user_id, created_at, updated_at, name, description, visibility, tags, reservation, content } =
        file;
    if let Some(reservation) = reservation {
        use_reservation(connection, *reservation)?;
    }
    redeem(connection, &content.keys().collect::<Vec<_>>())?;
    let user = user_id.map(|id| by_id(connection, id)).transpose()?;
    let created_at = created_at.unwrap_or(now);
    let updated_at = updated_at.unwrap_or(now).max(created_at);
    let values = (
        (files::user_id.eq(user_id.map(|id| id.0)), ContentRow::new(content, now)),
        (files::created_at.eq(created_at.unix_micros()), files::updated_at.eq(updated_at.unix_micros())),
        (files::name.eq(name.as_str()), files::name_folded.eq(fold_for_search(name.as_str()))),
        (files::description.eq(description.as_str()), files::visibility.eq(visibility.as_str())),
        files::tags.eq(tags.to_string()),
    );
    let new = diesel::insert_into(files::table);
    let id = match id {
        Some(id) => new.values((files::id.eq(id.0), values)).returning(files::id).get_result::<i64>(connection)?,
        None => new.values(values).returning(files::id).get_result::<i64>(connection)?,
    };
    insert_tags(connection, &[(id, tags.clone())])?;
    insert_preview(connection, id, content)?;
    let Pictures { thumbnails, previews } = insert_derived(connection, id, &content.preview.derived, now)?;
    let file = FileRecord {
        id: FileId(id),
        user,
        key: content.key.clone(),
        name: name.clone(),
        description: description.clone(),
        size: content.size,
        checksum: content.checksum,
        crc32: Some(content.crc32),
        facts: content.facts.clone(),
        visibility: *visibility,
        focal_point: None,
        created_at,
        updated_at,
        tags: tags.clone(),
        thumbnails,
        preview: PreviewRecord { facts: content.preview.facts.clone(), thumbnails: previews },
        metadata: content.preview.metadata.clone(),
        trashed: None,
    };
    let is_drawn = file.preview.facts.status == PreviewStatus::Ready;
    Listeners::of(connection, events(EventKind::FileCreated, is_drawn))?.note(connection, &file, now)?;
    Ok(file)
}

/// Returns what happened to a file, and to its picture if there is one of new content.
fn events(to_the_file: EventKind, is_drawn: bool) -> &'static [EventKind] {
    match (to_the_file, is_drawn) {
        (EventKind::FileCreated, true) => &[EventKind::FileCreated, EventKind::PreviewReady],
        (EventKind::FileCreated, false) => &[EventKind::FileCreated],
        (_, true) => &[EventKind::FileChanged, EventKind::PreviewReady],
        (_, false) => &[EventKind::FileChanged],
    }
}

/// Inserts what is known of the picture of new content, and a job if that is still to be made.
fn insert_preview(connection: &mut AnyConnection, id: i64, content: &NewContent) -> QueryResult<()> {
    let NewPreview { facts, metadata, derived: _ } = &content.preview;
    let row = PreviewRow::new(id, facts, metadata);
    diesel::insert_into(previews::table).values(row).execute(connection)?;
    if facts.status == PreviewStatus::Pending {
        enqueue_anew(connection, JobKind::Preview, id, content.job_at)?;
    }
    Ok(())
}

pub(crate) fn find(connection: &mut AnyConnection, id: FileId) -> Result<Option<FileRow>, Error> {
    let row = files::table.filter(files::id.eq(id.0)).select(FileRow::as_select());
    Ok(row.get_result(connection).optional()?)
}

/// Returns whether a change takes the file from everybody's sight.
fn is_hidden(row: &FileRow, visibility: Option<Visibility>) -> bool {
    visibility == Some(Visibility::Private) && row.visibility != Visibility::Private.as_str()
}

/// Notes the event that a file is deleted, which it still has to be.
pub(crate) fn note_deleted(connection: &mut AnyConnection, id: FileId, now: Timestamp) -> Result<(), Error> {
    let listeners = Listeners::of(connection, &[EventKind::FileDeleted])?;
    if !listeners.is_empty()
        && let Some(file) = load(connection, id)?
    {
        listeners.note(connection, &file, now)?;
    }
    Ok(())
}

pub(crate) fn check_version(row: &FileRow, expected: Option<Timestamp>) -> Result<(), Error> {
    match expected {
        Some(expected) if expected.unix_micros() != row.updated_at => Err(Error::Outdated),
        _ => Ok(()),
    }
}

pub(crate) fn load(connection: &mut AnyConnection, id: FileId) -> Result<Option<FileRecord>, Error> {
    let row = find(connection, id)?;
    Ok(complete(connection, row.into_iter().collect())?.pop())
}

/// Returns the keys of a file's content and its derived objects.
pub(crate) fn keys(connection: &mut AnyConnection, row: &FileRow) -> Result<Vec<Key>, Error> {
    let derived = derived_objects::table
        .filter(derived_objects::file_id.eq(row.id))
        .order(derived_objects::id)
        .select(derived_objects::key)
        .load::<String>(connection)?;
    std::iter::once(&row.key).chain(&derived).map(|key| valid("files.key", row.id, key.parse(), key)).collect()
}

/// The columns of a file's row that describe its content.
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
    crc32: i64,
    preview_status: &'static str,
    taken_at: Option<i64>,
    duration_ms: Option<i64>,
    pages: Option<i64>,
    camera: Option<&'a str>,
    has_gps: bool,
}

impl<'a> ContentRow<'a> {
    fn new(content: &'a NewContent, now: Timestamp) -> Self {
        let Facts { kind, mime_type, width, height, mode } = &content.facts;
        let MetadataRecord { json: _, taken_at, duration_ms, pages, camera, has_gps } = &content.preview.metadata;
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
            crc32: content.crc32.0.into(),
            preview_status: content.preview.facts.status.as_str(),
            taken_at: *taken_at,
            duration_ms: *duration_ms,
            pages: *pages,
            camera: camera.as_deref(),
            has_gps: *has_gps,
        }
    }
}
