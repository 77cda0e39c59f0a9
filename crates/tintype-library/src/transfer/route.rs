//! The source and the target of a transfer, and calls on both.

use super::objects::Carrier;
use super::outcome::{SOURCE_DATABASE, SOURCE_STORAGE, TARGET_DATABASE, TARGET_STORAGE, TransferError};
use crate::library::{now, random_name};
use crate::remove::{HOLD_TIME, SWEEP};
use bytes::Bytes;
use futures_util::future::try_join_all;
use std::sync::Arc;
use tintype_domain::Key;
use tintype_persistence::{Database, Error, Import, StoredFile};
use tintype_storage::{Attributes, Content, NewObject, Spool, Storage};

/// How many files are compared, claimed and committed together.
pub(super) const PAGE: u32 = 100;

/// How many pages are processed at a time, so that a large file does not keep all others waiting.
pub(super) const PAGES_AT_A_TIME: usize = 4;

/// How many strays are copied together.
const STRAYS: u32 = 1000;

/// Returns whether a server works on a library: a single running server always sweeps it.
pub(super) async fn is_served(database: &Database) -> Result<bool, TransferError> {
    call(database, SOURCE_DATABASE, |db| db.is_leased(SWEEP, now(), now().plus(HOLD_TIME))).await
}

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
    pub(super) from: Database,
    pub(super) to: Database,
    pub(super) objects: Carrier,
    pub(super) import: Import,
}

impl Route {
    pub(super) fn new(from: Place, to: Place, spool: Spool, import: Import) -> Self {
        let objects = Carrier::new(from.storage, to.storage, spool);
        Self { from: from.database, to: to.database, objects, import }
    }

    /// Runs a database call on the source.
    pub(super) async fn source<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, TransferError> {
        call(&self.from, SOURCE_DATABASE, work).await
    }

    /// Puts an object into the target and looks for it in the source. Two names may mean the same
    /// storage, and then objects would be deleted when copying fails.
    pub(super) async fn refuse_overlap(&self) -> Result<(), TransferError> {
        let key = format!("overlap-{}", random_name()).parse::<Key>().map_err(TransferError::new(TARGET_STORAGE))?;
        let claimed = key.clone();
        self.fill(move |db, import| db.claim_imports(import, &[&claimed], now())).await?;
        let content = Content::Bytes(Bytes::from_static(b"tintype\n"));
        let new = NewObject { key: key.clone(), content, attributes: Attributes::default() };
        self.objects.to.put(&new).await.map_err(TransferError::new(TARGET_STORAGE))?;
        let found = self.objects.from.size(&key).await;
        self.delete(vec![key]).await?;
        match found {
            Err(tintype_storage::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(TransferError::new(SOURCE_STORAGE)(error)),
            Ok(_) => {
                let text = "it is the source storage under another name; give the target one of its own";
                Err(TransferError::new(TARGET_STORAGE)(text))
            }
        }
    }

    /// Deletes doomed objects of the target.
    pub(super) async fn delete(&self, keys: Vec<Key>) -> Result<(), TransferError> {
        if keys.is_empty() {
            return Ok(());
        }
        let deleting = keys.iter().map(|key| self.objects.to.delete(key));
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
        call(&self.to, TARGET_DATABASE, move |db| work(db, &import)).await
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
