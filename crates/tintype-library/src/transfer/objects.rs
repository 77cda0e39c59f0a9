//! Copying an object and verifying its bytes.

use super::outcome::{SOURCE_STORAGE, TARGET_STORAGE, TransferError};
use super::route::Route;
use crate::library::{now, random_name};
use crate::serving;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tintype_domain::{Checksum, Key};
use tintype_persistence::{ObjectRecord, StoredFile};
use tintype_storage::{Attributes, Content, Error, NewObject, Storage};

/// Objects up to this size, in bytes, are copied through memory; larger ones through the spool.
pub(super) const SMALL_BYTES: u64 = 1 << 20;

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

impl Route {
    /// Puts an object into the target and looks for it in the source. Two names may mean the same
    /// storage, and then objects would be deleted when copying fails.
    pub(super) async fn refuse_overlap(&self) -> Result<(), TransferError> {
        let key = format!("overlap-{}", random_name()).parse::<Key>().map_err(TransferError::new(TARGET_STORAGE))?;
        let claimed = key.clone();
        self.fill(move |db, import| db.claim_imports(import, &[&claimed], now())).await?;
        let content = Content::Bytes(Bytes::from_static(b"tintype\n"));
        let new = NewObject { key: key.clone(), content, attributes: Attributes::default() };
        self.to.storage.put(&new).await.map_err(TransferError::new(TARGET_STORAGE))?;
        let found = self.from.storage.size(&key).await;
        self.delete(vec![key]).await?;
        match found {
            Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(TransferError::new(SOURCE_STORAGE)(error)),
            Ok(_) => {
                let text = "it is the source storage under another name; give the target one of its own";
                Err(TransferError::new(TARGET_STORAGE)(text))
            }
        }
    }

    /// Checks that the target's storage has the content of a file that the target's database has. A
    /// storage other than that of an earlier run does not.
    pub(super) async fn require_present(&self, file: &StoredFile) -> Result<(), TransferError> {
        let Some(content) = file.objects().first() else { return Ok(()) };
        let _permit = self.copies.acquire().await.map_err(TransferError::new(TARGET_STORAGE))?;
        let look = async || {
            let size = self.to.storage.size(&content.key).await.map_err(unreadable)?;
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
            let size = self.to.storage.size(&object.key).await.map_err(unreadable)?;
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
        let permit = self.copies.acquire().await.map_err(TransferError::new(SOURCE_STORAGE));
        let _permit = permit.map_err(Flaw::Fatal)?;
        let content = patiently(SOURCE_STORAGE, async || self.read(&self.from.storage, object).await).await?;
        let new = NewObject {
            key: object.key.clone(),
            content,
            attributes: serving::attributes(&object.key, &object.mime_type),
        };
        let put = patiently(TARGET_STORAGE, async || match self.to.storage.put(&new).await {
            Ok(()) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error @ Error::Unavailable { .. }) => Err(Failed::Unavailable(error)),
            Err(error) => Err(fatal_target(error).into()),
        });
        if !put.await? {
            // An interrupted run put it there, or somebody else.
            let found = patiently(TARGET_STORAGE, async || self.read(&self.to.storage, object).await).await;
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
    async fn read(&self, storage: &Arc<dyn Storage>, wanted: &ObjectRecord) -> Result<Content, Failed> {
        let found = storage.get(&wanted.key, None).await.map_err(unreadable)?;
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
        if checksum != wanted.checksum {
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
