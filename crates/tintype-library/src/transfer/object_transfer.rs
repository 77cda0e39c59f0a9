//! Moving the objects of a library to another storage. Its rows stay where they are.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{join_all, try_join_all};
use futures_util::{TryStreamExt, stream};
use tintype_domain::{FileId, InvalidKey, Key};
use tintype_persistence::{Database, Export, ObjectRecord, Scope, StoredFile};
use tintype_storage::{Attributes, Content, Error, NewObject, Spool, Storage};

use super::objects::{Carrier, Flaw};
use super::outcome::{
    MAX_FAILURES, ObjectFailure, Progress, SOURCE_DATABASE, SOURCE_STORAGE, TARGET_STORAGE, TransferError, Transferred,
    unrelated,
};
use super::route::{PAGE, PAGES_AT_A_TIME, Place, bytes_of, call, is_served};

/// How many keys of the target are looked up together.
const KEYS: usize = 500;

/// Copies the objects of a library into another storage, which its database is to work with from
/// then on. The source and the database are only read.
///
/// An object says in the target of which library it is, and whether it is complete: that
/// is so after a run at whose beginning and end no server was at work. No server starts with a
/// target that is not, and the first one that starts removes the note: the target is in use then.
#[derive(Debug)]
pub struct ObjectTransfer {
    database: Database,
    objects: Carrier,
    export: Export,
    /// Whether the target was empty.
    is_first: bool,
    progress: Arc<Progress>,
}

/// What a storage that is being filled, or was filled, says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoveNote {
    Unfinished,
    Finished,
}

impl MoveNote {
    /// Returns the key of the object.
    pub(crate) fn key(self) -> Result<Key, InvalidKey> {
        let key = match self {
            Self::Unfinished => "tintype-move/unfinished.txt",
            Self::Finished => "tintype-move/finished.txt",
        };
        key.parse()
    }

    /// Returns whether a key is of such an object.
    pub(crate) fn is(key: &Key) -> bool {
        key.parts().next() == Some("tintype-move")
    }

    /// Returns its text, if a storage has it.
    async fn read(self, storage: &dyn Storage, part: &'static str) -> Result<Option<String>, TransferError> {
        let key = self.key().map_err(TransferError::new(part))?;
        match storage.get(&key, None).await {
            Ok(object) => {
                let blocks: Vec<Bytes> = object.body.try_collect().await.map_err(TransferError::new(part))?;
                Ok(Some(String::from_utf8_lossy(&blocks.concat()).into_owned()))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(TransferError::new(part)(error)),
        }
    }

    async fn put(self, storage: &dyn Storage, text: &str) -> Result<(), TransferError> {
        let key = self.key().map_err(TransferError::new(TARGET_STORAGE))?;
        let content = Content::Bytes(Bytes::copy_from_slice(text.as_bytes()));
        match storage.put(&NewObject { key, content, attributes: Attributes::default() }).await {
            Ok(()) | Err(Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(TransferError::new(TARGET_STORAGE)(error)),
        }
    }

    async fn remove(self, storage: &dyn Storage) -> Result<(), TransferError> {
        let key = self.key().map_err(TransferError::new(TARGET_STORAGE))?;
        storage.delete(&key).await.map_err(TransferError::new(TARGET_STORAGE))
    }
}

impl ObjectTransfer {
    /// Looks at the library and at the target, and notes there that it is not complete.
    ///
    /// # Errors
    /// The library or the target cannot be used; the target has something else; both storages are
    /// the same.
    pub async fn begin(library: Place, to: Arc<dyn Storage>, spool: Spool) -> Result<Self, TransferError> {
        let Place { database, storage: from } = library;
        let export = call(&database, SOURCE_DATABASE, |db| db.export(Scope::Half)).await?;
        if MoveNote::Unfinished.read(&*from, SOURCE_STORAGE).await?.is_some() {
            let text = "`tintype migrate` has not filled it to the end; give the one that the server works with";
            return Err(TransferError::new(SOURCE_STORAGE)(text));
        }
        let objects = Carrier::new(from, to, spool);
        let progress = Progress::of(&export);
        let mut transfer = Self { database, objects, export, is_first: false, progress };
        transfer.enter().await?;
        Ok(transfer)
    }

    /// Makes sure that the target is empty or has objects of this library only, and notes that it
    /// is not complete.
    async fn enter(&mut self) -> Result<(), TransferError> {
        let to = &*self.objects.to;
        let note = self.note();
        let unfinished = MoveNote::Unfinished.read(to, TARGET_STORAGE).await?;
        let found = match unfinished {
            None => MoveNote::Finished.read(to, TARGET_STORAGE).await?,
            unfinished => unfinished,
        };
        if found.as_ref().is_some_and(|found| *found != note) {
            let text = "it was begun to be filled from another library; give an empty one";
            return Err(TransferError::new(TARGET_STORAGE)(text));
        }
        if found.is_none() {
            let first = to.list(None).try_next().await.map_err(TransferError::new(TARGET_STORAGE))?;
            if let Some(key) = first {
                let text = format!("it has `{key}`, and no move to it was begun; give an empty one");
                return Err(TransferError::new(TARGET_STORAGE)(text));
            }
            self.is_first = true;
        }
        MoveNote::Unfinished.put(to, &note).await?;
        if MoveNote::Unfinished.read(&*self.objects.from, SOURCE_STORAGE).await?.is_some() {
            MoveNote::Unfinished.remove(to).await?;
            let text = "it is the source storage under another name; give the target one of its own";
            return Err(TransferError::new(TARGET_STORAGE)(text));
        }
        MoveNote::Finished.remove(to).await
    }

    fn note(&self) -> String {
        let origin = &self.export.origin;
        format!("{origin}\nThe objects of this library come, or have come, here by `tintype migrate`.\n")
    }

    /// Returns the progress, which changes while the transfer runs.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Copies the objects, renditions and parts of unfinished uploads included, and verifies each
    /// against its row. Those that an earlier run has copied are known by their size. Then what the
    /// library no longer has is removed from the target.
    ///
    /// # Errors
    /// The transfer cannot go on: for example, a storage has not answered for a minute, or it does
    /// not seem to belong to the database because a thousand objects, or some of each file, cannot
    /// be copied. It can be run again.
    pub async fn run(&self) -> Result<Transferred, TransferError> {
        let mut done = Transferred { is_served: is_served(&self.database).await?, ..Transferred::default() };
        let pages = stream::try_unfold(FileId(0), |after| async move {
            let next = move |db: &Database| db.stored_files(Scope::Half, after, FileId(i64::MAX), PAGE);
            let page = call(&self.database, SOURCE_DATABASE, next).await?;
            let last = page.last().map(StoredFile::id);
            Ok::<_, TransferError>(last.map(|last| (page, last)))
        });
        let mut copied = pin!(pages.map_ok(|page| self.copy_page(page)).try_buffer_unordered(PAGES_AT_A_TIME));
        while let Some(page) = copied.try_next().await? {
            done.add(page);
            if done.failures.len() >= MAX_FAILURES {
                return Err(unrelated(&done.failures));
            }
        }
        if !done.failures.is_empty() && done.moved + done.unchanged == 0 {
            return Err(unrelated(&done.failures));
        }
        done.failures.sort_by(|a, b| (a.file.0, &a.key).cmp(&(b.file.0, &b.key)));
        self.copy_parts().await?;
        done.removed = self.remove_surplus().await?;
        done.is_served |= is_served(&self.database).await?;
        if !done.is_served {
            let to = &*self.objects.to;
            to.mark().await.map_err(TransferError::new(TARGET_STORAGE))?;
            MoveNote::Finished.put(to, &self.note()).await?;
            MoveNote::Unfinished.remove(to).await?;
        }
        Ok(done)
    }

    async fn copy_page(&self, page: Vec<StoredFile>) -> Result<Transferred, TransferError> {
        let mut done = Transferred::default();
        for part in try_join_all(page.iter().map(|file| self.copy_file(file))).await? {
            done.add(part);
        }
        Ok(done)
    }

    async fn copy_file(&self, file: &StoredFile) -> Result<Transferred, TransferError> {
        let copied = join_all(file.objects().iter().map(|object| self.copy_object(object))).await;
        self.progress.add(1, bytes_of(file));
        let mut done = Transferred::default();
        for (object, copied) in file.objects().iter().zip(copied) {
            match copied {
                Ok(true) => done.bytes += object.size,
                Ok(false) => {}
                Err(Flaw::Fatal(error)) => return Err(error),
                Err(flaw) => {
                    let key = object.key.clone();
                    let owned = call(&self.database, SOURCE_DATABASE, move |db| db.owned_object(&key)).await?;
                    // Else it was deleted or replaced in the meantime.
                    if owned.is_some_and(|owned| owned.checksum == object.checksum) {
                        let (key, problem) = (object.key.clone(), flaw.to_string());
                        done.failures.push(ObjectFailure { file: file.id(), key, problem });
                    }
                }
            }
        }
        match (done.failures.is_empty(), done.bytes) {
            (false, _) => {}
            (true, 0) => done.unchanged = 1,
            (true, _) => done.moved = 1,
        }
        Ok(done)
    }

    /// Copies an object, and returns whether the target had none.
    async fn copy_object(&self, object: &ObjectRecord) -> Result<bool, Flaw> {
        if !self.is_first && self.objects.has_object(object).await.map_err(Flaw::Fatal)? {
            return Ok(false);
        }
        // What it has under the key was made again since.
        self.objects.copy_over(object).await.map(|()| true)
    }

    /// Copies what has come of uploads that have not become files. Of that, only the size is known.
    async fn copy_parts(&self) -> Result<(), TransferError> {
        let parts = call(&self.database, SOURCE_DATABASE, Database::all_upload_parts).await?;
        let copied = parts.iter().map(|(key, size)| self.objects.copy_unverified(key, *size));
        for (copied, (key, _)) in join_all(copied).await.into_iter().zip(&parts) {
            match copied {
                Err(Flaw::Fatal(error)) => return Err(error),
                // The upload has ended by now, or it cannot be continued here either.
                Err(flaw) => tracing::debug!(%flaw, %key, "a part of an upload is left out"),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Removes from the target what the library no longer has, and returns how many objects.
    async fn remove_surplus(&self) -> Result<u64, TransferError> {
        let mut removed = 0;
        let mut keys = pin!(self.objects.to.list(None).try_chunks(KEYS));
        while let Some(mut keys) = keys.try_next().await.map_err(|error| TransferError::new(TARGET_STORAGE)(error.1))? {
            keys.retain(|key| !MoveNote::is(key));
            let surplus = call(&self.database, SOURCE_DATABASE, move |db| db.surplus(&keys)).await?;
            let deleted = surplus.iter().map(|key| self.objects.to.delete(key));
            try_join_all(deleted).await.map_err(TransferError::new(TARGET_STORAGE))?;
            removed += surplus.len() as u64;
        }
        Ok(removed)
    }
}
