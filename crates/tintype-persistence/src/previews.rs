//! Pictures of files and what files tell about themselves, where that is found out after a file was
//! stored.

use diesel::prelude::*;
use tintype_domain::{
    EventKind, FileId, FileRecord, JobKind, Key, MetadataRecord, PreviewFacts, PreviewStatus, Timestamp,
};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::derived::insert_derived;
use crate::dialect::lock_file;
use crate::error::Error;
use crate::events::Listeners;
use crate::files::{NewPreview, find, load};
use crate::jobs::{enqueue, enqueue_anew};
use crate::rows::{FileRow, PreviewRow, are_pictures, valid};
use crate::schema::{derived_objects, files, jobs, previews};
use crate::sql::Sql;
use crate::strays::{doom, redeem};

/// The columns of a file that lists filter and order by.
#[derive(AsChangeset)]
#[diesel(table_name = files, treat_none_as_null = true)]
struct Told<'a> {
    taken_at: Option<i64>,
    duration_ms: Option<i64>,
    pages: Option<i64>,
    camera: Option<&'a str>,
    has_gps: bool,
}

impl<'a> Told<'a> {
    fn new(metadata: &'a MetadataRecord) -> Self {
        let MetadataRecord { json: _, taken_at, duration_ms, pages, camera, has_gps } = metadata;
        Self {
            taken_at: *taken_at,
            duration_ms: *duration_ms,
            pages: *pages,
            camera: camera.as_deref(),
            has_gps: *has_gps,
        }
    }
}

impl Database {
    /// Records what was made of a file whose preview is pending, and ends its job, in one
    /// transaction. Pictures take the place of those that there were. Returns the keys that this
    /// doomed; `None` if the content is another one by now or somebody else was faster: nothing is
    /// recorded then.
    ///
    /// # Errors
    /// [`Error::ClaimLost`] if a key is not, or no longer, claimed.
    pub fn record_preview(
        &self,
        id: FileId,
        content: &Key,
        made: &NewPreview,
        now: Timestamp,
    ) -> Result<Option<Vec<Key>>, Error> {
        self.write(|connection| {
            let Some(row) = lock(connection, id, content)? else { return Ok(None) };
            if row.preview_status != PreviewStatus::Pending.as_str() {
                return Ok(None);
            }
            let mut doomed = Vec::new();
            if !made.derived.is_empty() {
                redeem(connection, &made.keys().collect::<Vec<_>>())?;
                doomed = doom_pictures(connection, id)?;
                insert_derived(connection, id.0, &made.derived, now)?;
            }
            diesel::update(files::table.filter(files::id.eq(id.0)))
                .set((files::preview_status.eq(made.facts.status.as_str()), Told::new(&made.metadata)))
                .execute(connection)?;
            replace(connection, id, &made.facts, &made.metadata)?;
            let job = jobs::kind.eq(JobKind::Preview.as_str()).and(jobs::subject.eq(id.0));
            diesel::delete(jobs::table.filter(job)).execute(connection)?;
            if made.facts.status == PreviewStatus::Ready {
                let listeners = Listeners::of(connection, &[EventKind::PreviewReady])?;
                if !listeners.is_empty()
                    && let Some(file) = load(connection, id)?
                {
                    listeners.note(connection, &file, now)?;
                }
            }
            Ok(Some(doomed))
        })
    }

    /// Records what a file tells about itself, unless its content is another one by now.
    pub fn record_metadata(&self, id: FileId, content: &Key, metadata: &MetadataRecord) -> Result<(), Error> {
        self.write(|connection| {
            if lock(connection, id, content)?.is_none() {
                return Ok(());
            }
            diesel::update(files::table.filter(files::id.eq(id.0))).set(Told::new(metadata)).execute(connection)?;
            let own = diesel::update(previews::table.filter(previews::file_id.eq(id.0)));
            if own.set(previews::metadata.eq(&metadata.json)).execute(connection)? == 0 {
                replace(connection, id, &PreviewFacts::PENDING, metadata)?;
            }
            Ok(())
        })
    }

    /// Has the preview of a file made again by a job from `at` on, and returns the file; `None` if
    /// there is no such file.
    pub fn retry_preview(&self, id: FileId, at: Timestamp) -> Result<Option<FileRecord>, Error> {
        self.write(|connection| {
            lock_file(connection, id)?;
            retry(connection, &[id.0], at)?;
            load(connection, id)
        })
    }

    /// Has failed previews made again, of up to `limit` files. Returns how many there were.
    pub fn retry_previews(&self, limit: u32, now: Timestamp) -> Result<usize, Error> {
        self.write(|connection| {
            let failed = files::table.filter(files::preview_status.eq(PreviewStatus::Failed.as_str()));
            let ids = failed.order(files::id).limit(limit.into()).select(files::id).load::<i64>(connection)?;
            retry(connection, &ids, now)?;
            Ok(ids.len())
        })
    }

    /// Has what files tell about themselves read again by jobs, of up to `limit` files after one.
    /// Returns the last of them, and how many they are.
    pub fn reread_metadata(&self, after: FileId, limit: u32, now: Timestamp) -> Result<Option<(FileId, usize)>, Error> {
        self.write(|connection| {
            let later = files::table.filter(files::id.gt(after.0)).order(files::id).limit(limit.into());
            let ids = later.select(files::id).load::<i64>(connection)?;
            enqueue(connection, JobKind::Metadata, &ids, now)?;
            Ok(ids.last().map(|last| (FileId(*last), ids.len())))
        })
    }

    /// Lets the jobs of previews begin at once where a database has one server at a time: whoever
    /// was making these is gone.
    pub fn resume_previews(&self, now: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let AnyConnection::Sqlite(connection) = connection else { return Ok(()) };
            let waiting = jobs::kind.eq(JobKind::Preview.as_str()).and(jobs::attempts.eq(0_i64));
            let waiting = waiting.and(jobs::not_before.gt(now.unix_micros()));
            diesel::update(jobs::table.filter(waiting))
                .set(jobs::not_before.eq(now.unix_micros()))
                .execute(connection)?;
            Ok(())
        })
    }

    /// Adds jobs for pending previews that have none: of files from before there were previews, and
    /// of those that a server of an older version has stored since.
    pub fn adopt_previews(&self, now: Timestamp) -> Result<usize, Error> {
        // Usually there is none; finding that out must not cost a write.
        let pending = files::preview_status.eq(PreviewStatus::Pending.as_str());
        if self
            .read(|connection| {
                Ok(files::table.filter(pending).select(files::id).first::<i64>(connection).optional()?)
            })?
            .is_none()
        {
            return Ok(0);
        }
        self.write(|connection| {
            let mut sql = Sql::<()>::new("INSERT INTO jobs (kind, subject, attempts, not_before, created_at) SELECT ");
            sql.bind(JobKind::Preview.as_str()).push(", id, 0, ").bind(now.unix_micros()).push(", ");
            sql.bind(now.unix_micros()).push(" FROM files WHERE preview_status = ");
            sql.bind(PreviewStatus::Pending.as_str()).push(" ORDER BY id ON CONFLICT DO NOTHING");
            Ok(sql.execute(connection)?)
        })
    }
}

/// Locks a file and returns its row, if it still has that content.
fn lock(connection: &mut AnyConnection, id: FileId, content: &Key) -> Result<Option<FileRow>, Error> {
    lock_file(connection, id)?;
    Ok(find(connection, id)?.filter(|row| row.key == content.as_str()))
}

fn doom_pictures(connection: &mut AnyConnection, id: FileId) -> Result<Vec<Key>, Error> {
    let own = || derived_objects::table.filter(derived_objects::file_id.eq(id.0)).filter(are_pictures());
    let keys = own().select(derived_objects::key).load::<String>(connection)?;
    let keys = keys.iter().map(|key| valid("derived_objects.key", id.0, key.parse(), key));
    let keys = keys.collect::<Result<Vec<Key>, _>>()?;
    doom(connection, &keys)?;
    diesel::delete(own()).execute(connection)?;
    Ok(keys)
}

fn replace(
    connection: &mut AnyConnection,
    id: FileId,
    facts: &PreviewFacts,
    metadata: &MetadataRecord,
) -> QueryResult<()> {
    let row = PreviewRow::new(id.0, facts, metadata);
    diesel::delete(previews::table.filter(previews::file_id.eq(id.0))).execute(connection)?;
    diesel::insert_into(previews::table).values(row).execute(connection)?;
    Ok(())
}

fn retry(connection: &mut AnyConnection, ids: &[i64], at: Timestamp) -> QueryResult<()> {
    let files = files::table.filter(files::id.eq_any(ids));
    diesel::update(files).set(files::preview_status.eq(PreviewStatus::Pending.as_str())).execute(connection)?;
    let rows = previews::table.filter(previews::file_id.eq_any(ids));
    diesel::update(rows).set(previews::reason.eq(None::<&str>)).execute(connection)?;
    ids.iter().try_for_each(|id| enqueue_anew(connection, JobKind::Preview, *id, at))
}
