//! Backing up a library that is in use.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{join_all, try_join_all};
use futures_util::{TryStreamExt, stream};
use tintype_domain::{FileId, Key};
use tintype_persistence::{Database, Export, ObjectRecord, Scope, StoredFile};
use tintype_storage::Spool;

use super::backup_store::{BackupStore, is_object};
use super::hold::Hold;
use super::objects::Flaw;
use super::outcome::{
    BACKUP, BackedUp, MAX_FAILURES, ObjectFailure, Progress, SOURCE_DATABASE, SOURCE_STORAGE, TARGET_DATABASE,
    TransferError, unrelated,
};
use super::route::{PAGE, PAGES_AT_A_TIME, Place, Route, bytes_of, call};
use crate::library::now;

/// How many files' rows are copied together. Each transaction of the new database waits for the
/// disk.
const ROWS: u32 = 500;

/// How many keys of the backup are looked up together.
const KEYS: usize = 500;

/// Copies one state of a library, rows and objects, while servers go on.
///
/// Servers keep the objects of what is deleted until the copy is done. The rows are copied into a
/// database of their own first, then the objects that the backup does not have, each verified
/// against its row. Then that database is put beside the objects, and with that the backup has the
/// new state. Only then what the new state does not need is removed, so that the state before is
/// whole until there is another one, wherever the backup is stopped.
#[derive(Debug)]
pub struct Backup {
    /// To the new rows, and to the storage of the backup.
    route: Route,
    store: BackupStore,
    number: u64,
    /// The rows of the state before.
    previous: Option<Database>,
    /// The library's rows as they were at one moment.
    frozen: Database,
    export: Export,
    hold: Hold,
    progress: Arc<Progress>,
}

/// What has become of an object.
enum Copy {
    Unchanged,
    Copied,
    Failed(Flaw),
}

impl Backup {
    /// Looks at the library and at the backup, and keeps objects from being deleted from now on.
    ///
    /// # Errors
    /// The library or the backup cannot be used; the storage of the backup has something else, or
    /// is the library's own.
    pub async fn begin(library: Place, store: BackupStore, spool: Spool) -> Result<Self, TransferError> {
        let hold = Hold::take(&library.database).await?;
        let begun = hold.during(async {
            // Later than the lease: what is in these rows is deleted after it was taken.
            let frozen = call(&library.database, SOURCE_DATABASE, Database::freeze).await?;
            let export = call(&frozen, SOURCE_DATABASE, |db| db.export(Scope::Backup)).await?;
            require_mark(&library, &export).await?;
            store.begin().await?;
            let newest = store.all_rows().await?.pop();
            let number = newest.as_ref().map_or(0, |rows| rows.number) + 1;
            let previous = match newest {
                Some(rows) => Some(store.open(&rows).await?),
                None => None,
            };
            if let Some(previous) = &previous {
                refuse_another(previous, &export).await?;
            }
            let rows = store.create(number).await?;
            let begun = export.clone();
            let import = call(&rows, TARGET_DATABASE, move |db| db.begin_import(&begun)).await?;
            let to = Place { database: rows, storage: store.storage.clone() };
            let route = Route::new(library.clone(), to, spool, import);
            route.refuse_overlap().await?;
            Ok((route, number, previous, frozen, export))
        });
        let (route, number, previous, frozen, export) = begun.await?;
        let progress = Progress::of(&export);
        Ok(Self { route, store, number, previous, frozen, export, hold, progress })
    }

    /// Returns the progress, which changes while the backup runs.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Makes the backup. It can be used afterwards, even if some objects could not be copied.
    ///
    /// # Errors
    /// The backup cannot go on, and has the state before: for example, a storage has not answered
    /// for a minute, another backup of the library has begun, or a thousand objects, or all files,
    /// cannot be copied. It can be run again.
    pub async fn run(self) -> Result<BackedUp, TransferError> {
        let Self { route, store, number, previous, frozen, export, hold, progress } = self;
        let objects = Objects { route: &route, previous: previous.as_ref(), progress: &progress };
        let done = hold.during(async {
            copy_rows(&route, &frozen, &export).await?;
            // Its transaction ends.
            drop(frozen);
            let mut done = objects.copy().await?;
            let rows = store.put(number, &route.objects.spool).await?;
            for old in store.all_rows().await?.iter().filter(|old| **old != rows) {
                store.remove(old).await?;
            }
            done.removed = objects.remove_surplus().await?;
            Ok(done)
        });
        let done = done.await?;
        hold.release().await;
        Ok(done)
    }
}

/// Refuses a storage that is probably not the library's, such as a folder to which no disk is
/// mounted.
async fn require_mark(library: &Place, export: &Export) -> Result<(), TransferError> {
    if export.files == 0 || library.storage.is_marked().await.map_err(TransferError::new(SOURCE_STORAGE))? {
        return Ok(());
    }
    let text = "it has no mark `.tintype`, so no server has worked with it: is it the one of this database?";
    Err(TransferError::new(SOURCE_STORAGE)(text))
}

/// Refuses the backup of another library, of which nothing would stay.
async fn refuse_another(previous: &Database, export: &Export) -> Result<(), TransferError> {
    let theirs = call(previous, BACKUP, |db| db.export(Scope::Backup)).await?;
    if theirs.is_related(export) {
        return Ok(());
    }
    Err(TransferError::new(BACKUP)("it has the backup of another library; give each library a place of its own"))
}

async fn copy_rows(route: &Route, frozen: &Database, export: &Export) -> Result<(), TransferError> {
    let (mut after, last) = (FileId(0), export.last_file);
    loop {
        let page = call(frozen, SOURCE_DATABASE, move |db| db.stored_files(Scope::Backup, after, last, ROWS)).await?;
        let Some(end) = page.last().map(StoredFile::id) else { break };
        after = end;
        route.fill(move |db, import| db.import_rows(import, &page.iter().collect::<Vec<_>>(), &[], now())).await?;
    }
    route.copy_strays(frozen).await?;
    let export = export.clone();
    route.fill(move |db, import| db.finish_import(import, &export)).await
}

/// The objects of the new rows, on their way into the backup.
struct Objects<'b> {
    route: &'b Route,
    previous: Option<&'b Database>,
    progress: &'b Progress,
}

impl Objects<'_> {
    async fn copy(&self) -> Result<BackedUp, TransferError> {
        let pages = stream::try_unfold(FileId(0), |after| async move {
            let next = move |db: &Database| db.stored_files(Scope::Backup, after, FileId(i64::MAX), PAGE);
            let page = call(&self.route.to, TARGET_DATABASE, next).await?;
            let last = page.last().map(StoredFile::id);
            Ok::<_, TransferError>(last.map(|last| (page, last)))
        });
        let mut done = BackedUp::default();
        let mut copied = pin!(pages.map_ok(|page| self.copy_page(page)).try_buffer_unordered(PAGES_AT_A_TIME));
        while let Some(page) = copied.try_next().await? {
            done.add(page);
            if done.failures.len() >= MAX_FAILURES {
                return Err(unrelated(&done.failures));
            }
        }
        if !done.failures.is_empty() && done.files == 0 {
            return Err(unrelated(&done.failures));
        }
        done.failures.sort_by(|a, b| (a.file.0, &a.key).cmp(&(b.file.0, &b.key)));
        Ok(done)
    }

    /// Copies the objects of files, and leaves out of the rows those that could not be copied.
    async fn copy_page(&self, page: Vec<StoredFile>) -> Result<BackedUp, TransferError> {
        let objects: Vec<ObjectRecord> = page.iter().flat_map(|file| file.objects().to_vec()).collect();
        let objects = Arc::new(objects);
        let known = self.known(&objects).await?;
        let mut copies = Vec::with_capacity(objects.len());
        for copy in join_all(objects.iter().zip(known).map(|(object, known)| self.copy_object(object, known))).await {
            copies.push(copy?);
        }
        let mut done = BackedUp::default();
        let mut copies = copies.into_iter();
        for file in &page {
            let mut has_content = true;
            for (index, object) in file.objects().iter().enumerate() {
                match copies.next() {
                    Some(Copy::Failed(flaw)) => {
                        // The first object is the content.
                        has_content &= index > 0;
                        let (key, problem) = (object.key.clone(), flaw.to_string());
                        done.failures.push(ObjectFailure { file: file.id(), key, problem });
                    }
                    Some(Copy::Copied) => {
                        done.copied += 1;
                        done.copied_bytes += object.size;
                    }
                    Some(Copy::Unchanged) | None => done.unchanged += 1,
                }
            }
            done.files += u64::from(has_content);
        }
        let lost: Vec<Key> = done.failures.iter().map(|failure| failure.key.clone()).collect();
        if !lost.is_empty() {
            call(&self.route.to, TARGET_DATABASE, move |db| db.leave_out(&lost)).await?;
        }
        self.progress.add(page.len(), page.iter().map(bytes_of).sum());
        Ok(done)
    }

    /// Returns which of the objects the state before has.
    async fn known(&self, objects: &Arc<Vec<ObjectRecord>>) -> Result<Vec<bool>, TransferError> {
        let Some(previous) = self.previous else { return Ok(vec![false; objects.len()]) };
        let objects = Arc::clone(objects);
        let is_known = move |db: &Database| {
            let keys: Vec<Key> = objects.iter().map(|object| object.key.clone()).collect();
            let known = db.owned_among(&keys)?;
            let is_same = |object: &ObjectRecord| known.get(&object.key) == Some(&(object.size, object.checksum));
            Ok(objects.iter().map(is_same).collect())
        };
        call(previous, BACKUP, is_known).await
    }

    async fn copy_object(&self, object: &ObjectRecord, is_known: bool) -> Result<Copy, TransferError> {
        if is_known && self.route.objects.has_object(object).await? {
            return Ok(Copy::Unchanged);
        }
        // What is there under its key is damaged.
        match self.route.objects.copy_over(object).await {
            Ok(()) => Ok(Copy::Copied),
            Err(Flaw::Fatal(error)) => Err(error),
            Err(flaw) => Ok(Copy::Failed(flaw)),
        }
    }

    /// Removes the objects that the new rows do not have, and returns how many there were.
    async fn remove_surplus(&self) -> Result<u64, TransferError> {
        let mut removed = 0;
        let mut keys = pin!(self.route.objects.to.list(None).try_chunks(KEYS));
        while let Some(mut keys) = keys.try_next().await.map_err(|error| TransferError::new(BACKUP)(error.1))? {
            keys.retain(is_object);
            let surplus = call(&self.route.to, TARGET_DATABASE, move |db| db.unowned(&keys)).await?;
            try_join_all(surplus.iter().map(|key| self.delete(key))).await?;
            removed += surplus.len() as u64;
        }
        Ok(removed)
    }

    async fn delete(&self, key: &Key) -> Result<(), TransferError> {
        self.route.objects.to.delete(key).await.map_err(TransferError::new(BACKUP))
    }
}
