//! Moving the rows of a library to another database. Its objects stay where they are.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use tintype_domain::{FileId, Key};
use tintype_persistence::{Database, Error, Export, Import, ListedStray, ObjectRecord, Scope, StoredFile};
use tintype_storage::Storage;
use tokio::sync::Semaphore;

use super::objects::{COPIES_AT_A_TIME, Flaw, flaw};
use super::outcome::{
    MAX_FAILURES, ObjectFailure, Progress, SOURCE_DATABASE, SOURCE_STORAGE, TARGET_DATABASE, TransferError,
    Transferred, unrelated,
};
use super::pages::{Page, Wanted, pages};
use super::route::{PAGES_AT_A_TIME, Place, bytes_of, call, is_served};
use crate::library::now;

/// How many strays are copied together.
const STRAYS: u32 = 1000;

/// Copies the rows of a library, as they are at one moment, into another database, which is to work
/// with the same storage. Nothing is copied, deleted or written there.
///
/// Everything is copied that has to do with the storage, renditions and what is to be deleted
/// included, so that the other database goes on where this one ended. It can be used only after a
/// run at whose beginning and end no server was at work: two databases that work with the same
/// storage would delete each other's objects.
#[derive(Debug)]
pub struct RowTransfer {
    from: Database,
    /// The rows as they were at one moment.
    frozen: Database,
    to: Database,
    storage: Arc<dyn Storage>,
    /// A permit for each object that is looked for at a time.
    looks: Semaphore,
    import: Import,
    export: Export,
    progress: Arc<Progress>,
}

impl RowTransfer {
    /// Reads the source's users, permissions and tokens, and replaces those of the target.
    ///
    /// # Errors
    /// A database cannot be used; the source has no users; the target holds data that did not come
    /// from this source, or in another way.
    pub async fn begin(from: Place, to: Database) -> Result<Self, TransferError> {
        let frozen = call(&from.database, SOURCE_DATABASE, Database::freeze).await?;
        let export = call(&frozen, SOURCE_DATABASE, |db| db.export(Scope::Half)).await?;
        let begun = export.clone();
        let import = call(&to, TARGET_DATABASE, move |db| db.begin_import(&begun)).await?;
        let Place { database: from, storage } = from;
        let progress = Progress::of(&export);
        let looks = Semaphore::new(COPIES_AT_A_TIME);
        Ok(Self { from, frozen, to, storage, looks, import, export, progress })
    }

    /// Returns the progress, which changes while the transfer runs.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Copies the rows. The objects of each file whose rows are copied are looked for in the
    /// storage: where they are missing or have another size, the rows are copied all the same.
    ///
    /// # Errors
    /// The transfer cannot go on, or the storage does not seem to belong to the source because a
    /// thousand objects, or some of each file, are missing. It can be run again.
    pub async fn run(&self) -> Result<Transferred, TransferError> {
        let mut done = Transferred { is_served: is_served(&self.from).await?, ..Transferred::default() };
        let pages = pages(Scope::Half, &self.frozen, &self.to, self.export.last_file);
        let mut carried = pin!(pages.map_ok(|page| self.carry(page)).try_buffer_unordered(PAGES_AT_A_TIME));
        while let Some(page) = carried.try_next().await? {
            done.add(page);
            if done.failures.len() >= MAX_FAILURES {
                return Err(unrelated(&done.failures));
            }
        }
        done.failures.sort_by(|a, b| (a.file.0, &a.key).cmp(&(b.file.0, &b.key)));
        let flawed = done.failures.chunk_by(|a, b| a.file == b.file).count() as u64;
        if flawed > 0 && flawed == done.moved && done.unchanged == 0 {
            return Err(unrelated(&done.failures));
        }
        self.copy_strays().await?;
        done.is_served |= is_served(&self.from).await?;
        if !done.is_served {
            let export = self.export.clone();
            self.fill(move |db, import| db.finish_import(import, &export)).await?;
        }
        Ok(done)
    }

    /// Makes the rows of a page in the target equal to those in the source.
    async fn carry(&self, page: Page) -> Result<Transferred, TransferError> {
        let Page { unchanged, wanted, removed } = page;
        let mut done = Transferred {
            moved: wanted.len() as u64,
            unchanged: unchanged.len() as u64,
            removed: removed.len() as u64,
            ..Transferred::default()
        };
        self.progress.add(unchanged.len(), unchanged.iter().map(bytes_of).sum());
        if wanted.is_empty() && removed.is_empty() {
            return Ok(done);
        }
        let failures = try_join_all(wanted.iter().map(|wanted| self.failures(&wanted.file))).await?;
        done.failures.extend(failures.into_iter().flatten());
        self.fill(move |db, import| {
            let files: Vec<&StoredFile> = wanted.iter().map(|Wanted { file, .. }| file).collect();
            db.import_rows(import, &files, &removed, now())
        })
        .await?;
        Ok(done)
    }

    /// Returns which objects of a file the storage does not have.
    async fn failures(&self, file: &StoredFile) -> Result<Vec<ObjectFailure>, TransferError> {
        let look = async |object| {
            let _permit = self.looks.acquire().await.map_err(TransferError::new(SOURCE_STORAGE))?;
            flaw(&*self.storage, object).await
        };
        let flaws = try_join_all(file.objects().iter().map(look)).await?;
        self.progress.add(1, bytes_of(file));
        let id = file.id();
        let failure = |(object, flaw): (&ObjectRecord, Option<Flaw>)| {
            Some(ObjectFailure { file: id, key: object.key.clone(), problem: flaw?.to_string() })
        };
        let failures: Vec<ObjectFailure> = file.objects().iter().zip(flaws).filter_map(failure).collect();
        if failures.is_empty() {
            return Ok(failures);
        }
        let before = FileId(id.0 - 1);
        let present = call(&self.from, SOURCE_DATABASE, move |db| db.stored_files(Scope::Half, before, id, 1)).await?;
        // Else it was changed or deleted in the meantime, so the next run takes care of it.
        Ok(if present.first() == Some(file) { failures } else { Vec::new() })
    }

    /// Lists what no row owns as the source does: what is to be deleted is left to the servers of
    /// the target.
    async fn copy_strays(&self) -> Result<(), TransferError> {
        let parts = call(&self.frozen, SOURCE_DATABASE, Database::all_upload_parts).await?;
        let parts: Vec<Key> = parts.into_iter().map(|(key, _)| key).collect();
        self.fill(move |db, import| db.replace_strays(import, &parts)).await?;
        let mut after: Option<Key> = None;
        loop {
            let from = after.take();
            let listed = call(&self.frozen, SOURCE_DATABASE, move |db| db.listed_strays(from.as_ref(), STRAYS)).await?;
            let Some(last) = listed.last().map(ListedStray::key) else { return Ok(()) };
            after = Some(last.clone());
            self.fill(move |db, import| db.list_strays(import, &listed)).await?;
        }
    }

    async fn fill<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database, &Import) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, TransferError> {
        let import = self.import.clone();
        call(&self.to, TARGET_DATABASE, move |db| work(db, &import)).await
    }
}
