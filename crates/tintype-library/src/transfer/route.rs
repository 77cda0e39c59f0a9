//! The source and the target of a transfer, and calls on both.

use super::outcome::{SOURCE_DATABASE, TARGET_DATABASE, TARGET_STORAGE, TransferError};
use crate::library::now;
use futures_util::future::try_join_all;
use std::sync::Arc;
use tintype_domain::Key;
use tintype_persistence::{Database, Error, Import, StoredFile};
use tintype_storage::{Spool, Storage};
use tokio::sync::Semaphore;

/// How many files are compared, claimed and committed together.
pub(super) const PAGE: u32 = 100;

/// How many pages are processed at a time, so that a large file does not keep all others waiting.
pub(super) const PAGES_AT_A_TIME: usize = 4;

/// How many objects are copied at a time. Each takes at most
/// [`SMALL_BYTES`](super::objects::SMALL_BYTES) of memory, plus the memory that the storages need.
pub(super) const COPIES_AT_A_TIME: usize = 32;

/// How many strays are copied together.
const STRAYS: u32 = 1000;

/// Where a library is kept.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its rows.
    pub database: Database,
    /// Its objects.
    pub storage: Arc<dyn Storage>,
}

/// The source, the target, and everything that copying needs.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) from: Place,
    pub(super) to: Place,
    pub(super) spool: Spool,
    pub(super) import: Import,
    /// A permit for each object that is copied at a time.
    pub(super) copies: Semaphore,
}

impl Route {
    /// Runs a database call on the source.
    pub(super) async fn source<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, TransferError> {
        call(&self.from.database, SOURCE_DATABASE, work).await
    }

    /// Deletes doomed objects of the target.
    pub(super) async fn delete(&self, keys: Vec<Key>) -> Result<(), TransferError> {
        if keys.is_empty() {
            return Ok(());
        }
        let deleting = keys.iter().map(|key| self.to.storage.delete(key));
        try_join_all(deleting).await.map_err(TransferError::new(TARGET_STORAGE))?;
        self.fill(move |db, import| db.forget_imports(import, &keys, now())).await
    }

    /// Prevents the target from giving out keys that the source has used up.
    pub(super) async fn copy_strays(&self, source: &Database) -> Result<(), TransferError> {
        let mut after: Option<Key> = None;
        loop {
            let from = after.take();
            let strays = call(source, SOURCE_DATABASE, move |db| db.strays(from.as_ref(), STRAYS)).await?;
            let Some((last, _)) = strays.last() else { return Ok(()) };
            after = Some(last.clone());
            self.fill(move |db, import| db.import_strays(import, &strays, now())).await?;
        }
    }

    /// Runs a database call on the target.
    pub(super) async fn fill<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database, &Import) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, TransferError> {
        let import = self.import.clone();
        call(&self.to.database, TARGET_DATABASE, move |db| work(db, &import)).await
    }
}

/// Runs a database call on a blocking thread.
pub(super) async fn call<T: Send + 'static>(
    database: &Database,
    part: &'static str,
    call: impl FnOnce(&Database) -> Result<T, Error> + Send + 'static,
) -> Result<T, TransferError> {
    let database = database.clone();
    let result = tokio::task::spawn_blocking(move || call(&database)).await;
    result.map_err(TransferError::new(part))?.map_err(TransferError::new(part))
}

pub(super) fn bytes_of(file: &StoredFile) -> u64 {
    file.objects().iter().map(|object| object.size).sum()
}
