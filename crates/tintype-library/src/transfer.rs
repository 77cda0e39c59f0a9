//! Copying a whole library into another database and another storage.

mod backup;
mod backup_store;
mod hold;
mod objects;
mod outcome;
mod route;

pub use backup::Backup;
pub use backup_store::BackupStore;
pub use outcome::{BackedUp, ObjectFailure, Progress, TransferError, Transferred};
pub use route::Place;

use crate::library::now;
use crate::remove::{HOLD_TIME, SWEEP, SWEEP_BATCH};
use futures_util::future::{join_all, try_join, try_join_all};
use futures_util::{TryStreamExt, stream};
use objects::Flaw;
use outcome::{MAX_FAILURES, SOURCE_DATABASE, TARGET_DATABASE, TARGET_STORAGE, unrelated};
use route::{COPIES_AT_A_TIME, PAGE, PAGES_AT_A_TIME, Route, bytes_of, call};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use tintype_domain::{FileId, Key};
use tintype_persistence::{Database, Export, ObjectRecord, Scope, StoredFile};
use tintype_storage::Spool;
use tokio::sync::Semaphore;

/// Copies a library into another database and another storage. Everything keeps its id, dates and
/// keys.
///
/// The source is only read. Files that the target already has are skipped, so the transfer can be
/// stopped or killed at any moment and run again; files that the source no longer has are removed
/// from the target. At every moment, each object in the target's storage is owned by a row or
/// listed as a stray, as with uploads: keys are claimed, objects are put, then rows and the end of
/// the claims are committed together.
#[derive(Debug)]
pub struct Transfer {
    route: Route,
    export: Export,
    progress: Arc<Progress>,
}

/// Files that are processed together.
#[derive(Debug, Default)]
struct Page {
    unchanged: Vec<StoredFile>,
    wanted: Vec<Wanted>,
    /// Files that only the target has.
    removed: Vec<FileId>,
}

/// A file that the target does not have, or that differs there.
#[derive(Debug)]
struct Wanted {
    file: StoredFile,
    old: Option<StoredFile>,
}

impl Wanted {
    /// Returns the objects that the target does not have.
    fn objects(&self) -> impl Iterator<Item = &ObjectRecord> {
        let old = self.old.as_ref().map(StoredFile::objects).unwrap_or_default();
        let same = |a: &ObjectRecord, b: &ObjectRecord| (&a.key, a.checksum, a.size) == (&b.key, b.checksum, b.size);
        self.file.objects().iter().filter(move |object| !old.iter().any(|old| same(old, object)))
    }
}

impl Transfer {
    /// Reads the source's users, permissions and tokens, and replaces those of the target.
    ///
    /// # Errors
    /// A database cannot be used; the source has no users; the target holds data that did not come
    /// from this source; both storages are the same.
    pub async fn begin(from: Place, to: Place, spool: Spool) -> Result<Self, TransferError> {
        Self::begin_with(Scope::Move, from, to, spool).await
    }

    /// Begins to put a library back from a backup, or goes on with it.
    ///
    /// # Errors
    /// As [`begin`](Self::begin); the storage to fill is not empty.
    pub async fn restore(backup: Place, to: Place, spool: Spool) -> Result<Self, TransferError> {
        // Else an earlier run has begun to fill it.
        if !call(&to.database, TARGET_DATABASE, Database::has_imported).await? {
            let found = to.storage.list(None).try_next().await.map_err(TransferError::new(TARGET_STORAGE))?;
            if let Some(key) = found {
                return Err(TransferError::new(TARGET_STORAGE)(format!("it is not empty: it has `{key}`")));
            }
        }
        Self::begin_with(Scope::Backup, backup, to, spool).await
    }

    async fn begin_with(scope: Scope, from: Place, to: Place, spool: Spool) -> Result<Self, TransferError> {
        let export = call(&from.database, SOURCE_DATABASE, move |db| db.export(scope)).await?;
        let begun = export.clone();
        let import = call(&to.database, TARGET_DATABASE, move |db| db.begin_import(&begun)).await?;
        let copies = Semaphore::new(COPIES_AT_A_TIME);
        let route = Route { from, to, spool, import, copies };
        route.refuse_overlap().await?;
        Ok(Self { route, export, progress: Arc::default() })
    }

    /// Returns how many files the source has.
    pub fn files(&self) -> u64 {
        self.export.files
    }

    /// Returns how many bytes the objects of the source have.
    pub fn bytes(&self) -> u64 {
        self.export.bytes
    }

    /// Returns the progress, which changes while the transfer runs.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Copies the library. The target can be used afterwards, even if some objects could not be
    /// copied.
    ///
    /// # Errors
    /// The transfer cannot go on: for example, a storage has not answered for a minute, or it does
    /// not seem to belong to the source because a thousand objects, or all files, cannot be copied.
    /// It can be run again.
    pub async fn run(&self) -> Result<Transferred, TransferError> {
        let mut done = Transferred { is_served: self.is_served().await?, ..Transferred::default() };
        let pages = stream::try_unfold(Some(FileId(0)), |after| self.next_page(after));
        let mut carried = pin!(pages.map_ok(|page| self.carry(page)).try_buffer_unordered(PAGES_AT_A_TIME));
        while let Some(page) = carried.try_next().await? {
            done.add(page);
            if done.failures.len() >= MAX_FAILURES {
                return Err(unrelated(&done.failures));
            }
        }
        if !done.failures.is_empty() && done.moved + done.unchanged == 0 {
            return Err(unrelated(&done.failures));
        }
        self.route.copy_strays(&self.route.from.database).await?;
        self.sweep().await?;
        let export = self.export.clone();
        self.route.fill(move |db, import| db.finish_import(import, &export)).await?;
        done.is_served |= self.is_served().await?;
        done.failures.sort_by(|a, b| (a.file.0, &a.key).cmp(&(b.file.0, &b.key)));
        Ok(done)
    }

    /// Returns whether a server sweeps the source: a single running server always does.
    async fn is_served(&self) -> Result<bool, TransferError> {
        self.route.source(|db| db.is_leased(SWEEP, now(), now().plus(HOLD_TIME))).await
    }

    /// Compares the next files of source and target; `None` after the last ones.
    async fn next_page(&self, after: Option<FileId>) -> Result<Option<(Page, Option<FileId>)>, TransferError> {
        let Some(after) = after else { return Ok(None) };
        const END: FileId = FileId(i64::MAX);
        let last = self.export.last_file;
        let theirs = self.route.source(move |db| db.stored_files(after, last, PAGE));
        let ours = call(&self.route.to.database, TARGET_DATABASE, move |db| db.stored_files(after, END, PAGE));
        let (theirs, ours) = try_join(theirs, ours).await?;
        // After a full page, there may be more files.
        let ends = [&theirs, &ours].map(|page| page.get(PAGE as usize - 1).map(StoredFile::id));
        let end = ends.into_iter().flatten().min();
        let is_within = |file: &StoredFile| end.is_none_or(|end| file.id() <= end);
        let mut ours: BTreeMap<_, _> = ours.into_iter().filter(is_within).map(|file| (file.id(), file)).collect();
        let mut page = Page::default();
        for file in theirs.into_iter().filter(is_within) {
            match ours.remove(&file.id()) {
                Some(old) if old == file => page.unchanged.push(file),
                old => page.wanted.push(Wanted { file, old }),
            }
        }
        page.removed.extend(ours.into_keys());
        Ok(Some((page, end)))
    }

    /// Makes the files of a page in the target equal to those in the source.
    async fn carry(&self, page: Page) -> Result<Transferred, TransferError> {
        let Page { unchanged, wanted, removed } = page;
        let mut done =
            Transferred { unchanged: unchanged.len() as u64, removed: removed.len() as u64, ..Transferred::default() };
        try_join_all(unchanged.iter().map(|file| self.route.require_present(file))).await?;
        self.progress.add(unchanged.len(), unchanged.iter().map(bytes_of).sum());
        if wanted.is_empty() && removed.is_empty() {
            return Ok(done);
        }
        let wanted = Arc::new(wanted);
        let claimed = Arc::clone(&wanted);
        self.route
            .fill(move |db, import| {
                let keys: Vec<&Key> = claimed.iter().flat_map(Wanted::objects).map(|object| &object.key).collect();
                db.claim_imports(import, &keys, now())
            })
            .await?;
        let copied = try_join_all(wanted.iter().map(|wanted| self.copy_file(wanted))).await?;
        let mut complete = Vec::with_capacity(wanted.len());
        for (index, (wanted, flaws)) in wanted.iter().zip(copied).enumerate() {
            if flaws.is_empty() {
                complete.push(index);
                done.moved += 1;
                done.bytes += wanted.objects().map(|object| object.size).sum::<u64>();
            } else {
                done.failures.extend(self.leave_out(wanted, flaws).await?);
            }
        }
        let doomed = self
            .route
            .fill(move |db, import| {
                let files: Vec<_> = complete.into_iter().filter_map(|index| Some(&wanted.get(index)?.file)).collect();
                db.import_files(import, &files, &removed, now())
            })
            .await?;
        self.route.delete(doomed).await?;
        Ok(done)
    }

    /// Copies the objects of a file that the target does not have, and returns those that could not
    /// be copied.
    async fn copy_file(&self, wanted: &Wanted) -> Result<Vec<(Key, Flaw)>, TransferError> {
        let copy = async |object: &ObjectRecord| {
            let result = self.route.copy_object(object).await;
            self.progress.add(0, object.size);
            (object.clone(), result)
        };
        let copied = join_all(wanted.objects().map(copy)).await;
        let mut flaws = Vec::new();
        let mut bytes = 0;
        for (object, result) in copied {
            bytes += object.size;
            match result {
                Ok(()) => {}
                Err(Flaw::Fatal(error)) => return Err(error),
                Err(flaw) => flaws.push((object.key.clone(), flaw)),
            }
        }
        self.progress.add(1, bytes_of(&wanted.file) - bytes);
        Ok(flaws)
    }

    /// Undoes the copies of a file that is incomplete, and returns the failures to report.
    async fn leave_out(&self, wanted: &Wanted, flaws: Vec<(Key, Flaw)>) -> Result<Vec<ObjectFailure>, TransferError> {
        let is_foreign = |key: &Key| flaws.iter().any(|(k, flaw)| k == key && matches!(flaw, Flaw::Foreign));
        let keys = wanted.objects().map(|object| object.key.clone());
        let (foreign, ours): (Vec<_>, Vec<_>) = keys.partition(is_foreign);
        // The object under a foreign key does not belong to this library, so it must not be
        // deleted.
        let doomed = self
            .route
            .fill(move |db, import| {
                db.forget_imports(import, &foreign, now())?;
                db.doom_imports(import, &ours)
            })
            .await?;
        self.route.delete(doomed).await?;
        let id = wanted.file.id();
        let present = self.route.source(move |db| db.stored_files(FileId(id.0 - 1), id, 1)).await?;
        if present.first() != Some(&wanted.file) {
            // The file was changed or deleted in the meantime, so the next run takes care of it.
            return Ok(Vec::new());
        }
        let failure = |(key, flaw): (Key, Flaw)| ObjectFailure { file: id, key, problem: flaw.to_string() };
        Ok(flaws.into_iter().map(failure).collect())
    }

    /// Deletes objects that interrupted runs have put into the target and that the source no longer
    /// has.
    async fn sweep(&self) -> Result<(), TransferError> {
        self.route.fill(Database::doom_claimed_imports).await?;
        loop {
            let keys = self.route.fill(|db, _| db.doomed(SWEEP_BATCH)).await?;
            if keys.is_empty() {
                return Ok(());
            }
            self.route.delete(keys).await?;
        }
    }
}
