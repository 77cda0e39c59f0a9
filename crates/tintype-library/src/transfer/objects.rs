//! Copying an object and verifying its bytes.

use super::outcome::{SOURCE_STORAGE, TARGET_STORAGE, TransferError};
use crate::serving;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tintype_domain::{Checksum, Key};
use tintype_persistence::{ObjectRecord, StoredFile};
use tintype_storage::{Attributes, Content, Error, NewObject, Spool, Storage};
use tokio::sync::Semaphore;

/// Objects up to this size, in bytes, are copied through memory; larger ones through the spool.
pub(super) const SMALL_BYTES: u64 = 1 << 20;

/// How many objects are copied at a time. Each takes at most
/// [`SMALL_BYTES`] of memory, plus the memory that the storages need.
pub(super) const COPIES_AT_A_TIME: usize = 32;

/// Why an object was not copied.
#[derive(Debug, thiserror::Error)]
pub(super) enum Flaw {
    #[error("missing")]
    Missing,
    #[error("damaged: {0}")]
    Damaged(String),
    #[error("unreadable: {0}")]
    Unreadable(Error),
    /// The target has an object of something else under its key.
    #[error("the target storage holds something else under this key")]
    Foreign,
    /// The failure is not about this object.
    #[error(transparent)]
    Fatal(TransferError),
}

/// Why an attempt failed: for good, or worth another attempt.
enum Failed {
    Flaw(Flaw),
    Unavailable(Error),
}

impl From<Flaw> for Failed {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

/// Copies objects from one storage into another.
#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) from: Arc<dyn Storage>,
    pub(super) to: Arc<dyn Storage>,
    pub(super) spool: Spool,
    /// A permit for each object that is copied or looked for at a time.
    copies: Semaphore,
}

/// Returns what is wrong with an object in its storage, as far as its size tells.
pub(super) async fn flaw(storage: &dyn Storage, object: &ObjectRecord) -> Result<Option<Flaw>, TransferError> {
    let look = async || {
        let size = storage.size(&object.key).await.map_err(unreadable)?;
        check_size(size, object.size)
    };
    match patiently(SOURCE_STORAGE, look).await {
        Ok(()) => Ok(None),
        Err(Flaw::Fatal(error)) => Err(error),
        Err(flaw) => Ok(Some(flaw)),
    }
}

/// An object to copy.
struct Copied<'o> {
    key: &'o Key,
    size: u64,
    /// `None` where it is not known.
    checksum: Option<Checksum>,
    attributes: Attributes,
}

impl Carrier {
    pub(super) fn new(from: Arc<dyn Storage>, to: Arc<dyn Storage>, spool: Spool) -> Self {
        Self { from, to, spool, copies: Semaphore::new(COPIES_AT_A_TIME) }
    }

    /// Checks that the target's storage has the content of a file that the target's database has. A
    /// storage other than that of an earlier run does not.
    pub(super) async fn require_present(&self, file: &StoredFile) -> Result<(), TransferError> {
        let Some(content) = file.objects().first() else { return Ok(()) };
        let _permit = self.copies.acquire().await.map_err(TransferError::new(TARGET_STORAGE))?;
        let look = async || {
            let size = self.to.size(&content.key).await.map_err(unreadable)?;
            check_size(size, content.size)
        };
        patiently(TARGET_STORAGE, look).await.map_err(|flaw| match flaw {
            Flaw::Fatal(error) => error,
            flaw => TransferError::new(TARGET_STORAGE)(format!(
                "`{}` is {flaw}, although the target database has its row; give the storage that was given before, or begin \
                 with both empty",
                content.key
            )),
        })
    }

    /// Returns whether the target has an object of that size.
    pub(super) async fn has_object(&self, object: &ObjectRecord) -> Result<bool, TransferError> {
        let _permit = self.copies.acquire().await.map_err(TransferError::new(TARGET_STORAGE))?;
        let look = async || {
            let size = self.to.size(&object.key).await.map_err(unreadable)?;
            check_size(size, object.size)
        };
        match patiently(TARGET_STORAGE, look).await {
            Ok(()) => Ok(true),
            Err(Flaw::Fatal(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Copies an object, whose key is claimed, and verifies its bytes against the source's row.
    pub(super) async fn copy_object(&self, object: &ObjectRecord) -> Result<(), Flaw> {
        let ObjectRecord { key, size, checksum, mime_type, .. } = object;
        let attributes = serving::attributes(key, mime_type);
        self.copy(&Copied { key, size: *size, checksum: Some(*checksum), attributes }).await
    }

    /// As [`copy_object`](Self::copy_object), and replaces what the target has under its key, which
    /// is its own.
    pub(super) async fn copy_over(&self, object: &ObjectRecord) -> Result<(), Flaw> {
        match self.copy_object(object).await {
            Err(Flaw::Foreign) => {
                self.to.delete(&object.key).await.map_err(fatal_target)?;
                self.copy_object(object).await
            }
            copied => copied,
        }
    }

    /// Copies bytes of which only the size is known.
    pub(super) async fn copy_unverified(&self, key: &Key, size: u64) -> Result<(), Flaw> {
        self.copy(&Copied { key, size, checksum: None, attributes: Attributes::default() }).await
    }

    async fn copy(&self, object: &Copied<'_>) -> Result<(), Flaw> {
        let permit = self.copies.acquire().await.map_err(TransferError::new(SOURCE_STORAGE));
        let _permit = permit.map_err(Flaw::Fatal)?;
        let content = patiently(SOURCE_STORAGE, async || self.read(&self.from, object).await).await?;
        let new = NewObject { key: object.key.clone(), content, attributes: object.attributes.clone() };
        let put = patiently(TARGET_STORAGE, async || match self.to.put(&new).await {
            Ok(()) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error @ Error::Unavailable { .. }) => Err(Failed::Unavailable(error)),
            Err(error) => Err(fatal_target(error).into()),
        });
        if !put.await? {
            // An interrupted run put it there, or somebody else.
            let found = patiently(TARGET_STORAGE, async || self.read(&self.to, object).await).await;
            found.map_err(|flaw| match flaw {
                Flaw::Missing | Flaw::Damaged(_) | Flaw::Foreign => Flaw::Foreign,
                // It may be ours.
                Flaw::Unreadable(error) => fatal_target(error),
                Flaw::Fatal(_) => flaw,
            })?;
        }
        Ok(())
    }

    /// Reads an object whole and checks its bytes.
    async fn read(&self, storage: &Arc<dyn Storage>, wanted: &Copied<'_>) -> Result<Content, Failed> {
        let found = storage.get(wanted.key, None).await.map_err(unreadable)?;
        check_size(found.size, wanted.size)?;
        let mut body = found.body;
        let (content, checksum) = if wanted.size <= SMALL_BYTES {
            let mut bytes = BytesMut::with_capacity(wanted.size as usize);
            while let Some(block) = body.try_next().await.map_err(unreadable)? {
                bytes.extend_from_slice(&block);
            }
            let bytes: Bytes = bytes.freeze();
            let checksum = Checksum(Sha256::digest(&bytes).into());
            (Content::Bytes(bytes), checksum)
        } else {
            let mut writer = self.spool.create(wanted.size);
            while let Some(block) = body.try_next().await.map_err(unreadable)? {
                writer.write(block).await.map_err(fatal_target)?;
            }
            let spooled = writer.finish().await.map_err(fatal_target)?;
            let checksum = spooled.checksum();
            (Content::Spooled(Arc::new(spooled)), checksum)
        };
        if wanted.checksum.is_some_and(|wanted| wanted != checksum) {
            return Err(Flaw::Damaged("its checksum is another one".to_owned()).into());
        }
        Ok(content)
    }
}

fn check_size(found: u64, wanted: u64) -> Result<(), Failed> {
    if found == wanted {
        return Ok(());
    }
    Err(Flaw::Damaged(format!("it has {found} bytes instead of {wanted}")).into())
}

fn fatal_target(error: Error) -> Flaw {
    Flaw::Fatal(TransferError::new(TARGET_STORAGE)(error))
}

fn unreadable(error: Error) -> Failed {
    match error {
        Error::NotFound { .. } => Flaw::Missing.into(),
        Error::Unavailable { .. } => Failed::Unavailable(error),
        error => Flaw::Unreadable(error).into(),
    }
}

/// Tries until a storage answers, for about a minute.
async fn patiently<T>(part: &'static str, attempt: impl AsyncFn() -> Result<T, Failed>) -> Result<T, Flaw> {
    let result = crate::patience::patiently(attempt, |failed| matches!(failed, Failed::Unavailable(_))).await;
    result.map_err(|failed| match failed {
        Failed::Flaw(flaw) => flaw,
        Failed::Unavailable(error) => Flaw::Fatal(TransferError::new(part)(error)),
    })
}
