//! Copying a whole library into another database and another storage.

mod backup;
mod backup_store;
mod hold;
mod object_transfer;
mod objects;
mod outcome;
mod pages;
mod route;
mod row_transfer;

pub use backup::Backup;
pub use backup_store::BackupStore;
pub use object_transfer::ObjectTransfer;
pub use outcome::{BackedUp, ObjectFailure, Progress, TransferError, Transferred};
pub use route::Place;
pub use row_transfer::RowTransfer;

pub(crate) use object_transfer::MoveNote;

use crate::library::now;
use crate::remove::SWEEP_BATCH;
use futures_util::TryStreamExt;
use futures_util::future::{join_all, try_join_all};
use objects::Flaw;
use outcome::{MAX_FAILURES, SOURCE_DATABASE, TARGET_DATABASE, TARGET_STORAGE, unrelated};
use pages::{Page, Wanted, pages};
use route::{PAGES_AT_A_TIME, Route, bytes_of, call, is_served};
use std::pin::pin;
use std::sync::Arc;
use tintype_domain::{FileId, Key};
use tintype_persistence::{Database, Export, ObjectRecord, Scope};
use tintype_storage::Spool;

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
        let route = Route::new(from, to, spool, import);
        route.refuse_overlap().await?;
        let progress = Progress::of(&export);
        Ok(Self { route, export, progress })
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
        let mut done = Transferred { is_served: is_served(&self.route.from).await?, ..Transferred::default() };
        let pages = pages(Scope::Move, &self.route.from, &self.route.to, self.export.last_file);
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
        self.route.copy_strays(&self.route.from).await?;
        self.sweep().await?;
        let export = self.export.clone();
        self.route.fill(move |db, import| db.finish_import(import, &export)).await?;
        done.is_served |= is_served(&self.route.from).await?;
        done.failures.sort_by(|a, b| (a.file.0, &a.key).cmp(&(b.file.0, &b.key)));
        Ok(done)
    }

    /// Makes the files of a page in the target equal to those in the source.
    async fn carry(&self, page: Page) -> Result<Transferred, TransferError> {
        let Page { unchanged, wanted, removed } = page;
        let mut done =
            Transferred { unchanged: unchanged.len() as u64, removed: removed.len() as u64, ..Transferred::default() };
        try_join_all(unchanged.iter().map(|file| self.route.objects.require_present(file))).await?;
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
            let result = self.route.objects.copy_object(object).await;
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
        let present = self.route.source(move |db| db.stored_files(Scope::Move, FileId(id.0 - 1), id, 1)).await?;
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
