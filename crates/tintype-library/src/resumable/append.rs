use std::sync::Arc;

use bytes::Bytes;
use sha1::{Digest, Sha1};
use tintype_auth::Actor;
use tintype_persistence::{NewPart, UploadKind, UploadRecord, UploadState};
use tintype_storage::{Attributes, Content, NewObject, SpoolWriter, Spooled};

use crate::library::{Inner, now, random_name};
use crate::place::{PLACING_ATTEMPTS, random_suffix};
use crate::{Error, Library, UploadProblem};

/// How many bytes to gather before they are put into storage: as many can be lost at most.
const PART_BYTES: u64 = 16 << 20;

/// Bytes to add to a resumable upload.
#[derive(Debug, Default)]
pub struct Append {
    /// Where they begin in the upload.
    pub offset: u64,
    /// How many there will be, if that is known.
    pub content_length: Option<u64>,
    /// How long the upload will be, if that was not said before.
    pub length: Option<u64>,
    /// What they have to be; else they are not added.
    pub checksum: Option<PartChecksum>,
}

/// The checksum of bytes that are added to an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartChecksum {
    /// SHA-1.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
}

/// The right to add bytes to a resumable upload, until somebody else gets it.
#[derive(Debug)]
pub struct Appending {
    library: Library,
    actor: Actor,
    upload: UploadRecord,
    holder: String,
    writer: SpoolWriter,
    limit: u64,
    checksum: Option<PartChecksum>,
    sha1: Sha1,
}

impl Library {
    /// Lets `actor` add bytes to its upload. Whoever had that right before loses it.
    ///
    /// # Errors
    /// As [`resumable`](Self::resumable); [`Error::Upload`]; [`Error::TooLarge`],
    /// [`Error::NoSpace`].
    pub async fn append(&self, actor: &Actor, name: &str, append: Append) -> Result<Appending, Error> {
        let mut upload = self.resumable(actor, name).await?;
        if upload.kind == UploadKind::Final {
            return Err(UploadProblem::MadeOfOthers.into());
        }
        if append.offset != upload.received {
            return Err(UploadProblem::OtherOffset.into());
        }
        let max_size = match upload.length {
            // It was compared when it was said.
            Some(_) => u64::MAX,
            None => self.inner().link_of(&upload).await?.and_then(|link| link.max_size).unwrap_or(u64::MAX),
        };
        match (upload.length, append.length) {
            (None, Some(length)) if length < upload.received => return Err(UploadProblem::OtherLength.into()),
            (None, Some(length)) => self.check_length(upload.kind, length, max_size).await?,
            (Some(known), Some(length)) if known != length => return Err(UploadProblem::OtherLength.into()),
            _ => {}
        }
        let limit = upload.length.or(append.length).unwrap_or(self.options().max_upload_bytes.min(max_size));
        let end = append.content_length.and_then(|length| length.checked_add(append.offset));
        if end.is_some_and(|end| end > limit) {
            return Err(Error::TooLarge { limit });
        }
        let holder = random_name();
        if !upload.is_complete() {
            let hold = self.inner().hold(&upload, &holder);
            let held = self.inner().database(move |db| db.hold_upload(&hold, append.offset, append.length)).await;
            upload = held.map_err(outdated)?;
        }
        Ok(Appending {
            writer: self.inner().spool.create(limit - append.offset),
            library: self.clone(),
            actor: actor.clone(),
            upload,
            holder,
            limit,
            checksum: append.checksum,
            sha1: Sha1::new(),
        })
    }
}

impl Appending {
    /// Adds the next bytes, and waits if the storage is slower than they arrive.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the upload would become too long; [`Error::Upload`] if somebody else
    /// continues the upload; errors of storage and database. What was put into storage before is
    /// kept.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), Error> {
        if let Some(PartChecksum::Sha1(_)) = self.checksum {
            self.sha1.update(&bytes);
        }
        self.writer.write(bytes).await.map_err(|error| match error {
            tintype_storage::Error::TooLarge { .. } => Error::TooLarge { limit: self.limit },
            error => error.into(),
        })?;
        // Bytes with a checksum are kept as a whole, or not at all.
        if self.writer.written() >= PART_BYTES && self.checksum.is_none() {
            self.keep().await?;
        }
        Ok(())
    }

    /// Keeps all bytes and, if they were the last ones, makes the file.
    ///
    /// # Errors
    /// As [`write`](Self::write) and [`Library::upload`]. If only the file could not be made, the
    /// bytes are kept, and it is made later, unless its type is not allowed.
    pub async fn finish(mut self) -> Result<UploadRecord, Error> {
        self.keep().await?;
        let Self { library, actor, upload, .. } = self;
        if !is_to_be_made(&upload) {
            return Ok(upload);
        }
        library.own(|inner| async move { inner.make_file(&actor, &upload).await }).await
    }

    /// Keeps what has come, if that is of use, after the client was interrupted. That goes on by
    /// itself: whoever asked for it may end with the connection.
    pub fn interrupt(mut self) {
        if self.checksum.is_some() {
            return;
        }
        let inner = self.library.inner().clone();
        inner.clone().spawn(async move {
            match self.keep().await {
                Ok(()) if is_to_be_made(&self.upload) => {
                    if let Err(error) = inner.make_file(&self.actor, &self.upload).await {
                        tracing::warn!(%error, "the file of an interrupted upload is made later, if at all");
                    }
                }
                Ok(()) => {}
                Err(error) => tracing::info!(%error, "the last bytes of an interrupted upload are lost"),
            }
        });
    }

    /// Puts what was written into storage.
    async fn keep(&mut self) -> Result<(), Error> {
        let size = self.writer.written();
        if size == 0 && self.checksum.is_none() {
            return Ok(());
        }
        let start = self.upload.received;
        let next = self.library.inner().spool.create(self.limit.saturating_sub(start + size));
        let content = std::mem::replace(&mut self.writer, next).finish().await?;
        let is_right = match self.checksum {
            None => true,
            Some(PartChecksum::Sha256(expected)) => content.checksum().0 == expected,
            Some(PartChecksum::Sha1(expected)) => <[u8; 20]>::from(self.sha1.clone().finalize()) == expected,
        };
        if !is_right {
            return Err(UploadProblem::OtherChecksum.into());
        }
        if size > 0 {
            let (upload, holder) = (self.upload.clone(), self.holder.clone());
            let put = |inner: Arc<Inner>| async move { inner.put_part(&upload, &holder, content).await };
            self.upload = self.library.own(put).await?;
        }
        Ok(())
    }
}

impl Inner {
    /// Puts bytes into storage that follow those of an upload, and commits them.
    async fn put_part(
        self: &Arc<Self>,
        upload: &UploadRecord,
        holder: &str,
        content: Spooled,
    ) -> Result<UploadRecord, Error> {
        let (start, size) = (upload.received, content.len());
        let content = Arc::new(content);
        let wanted = super::key(upload, start)?;
        for _ in 0..PLACING_ATTEMPTS {
            let wanted = wanted.clone();
            let claim = self.database(move |db| db.claim(&wanted, &[], &mut random_suffix, now())).await?;
            let key = claim.original;
            let content = Content::Spooled(content.clone());
            let object = NewObject { key: key.clone(), content, attributes: Attributes::default() };
            match self.storage.put(&object).await {
                Ok(()) => {
                    let hold = self.hold(upload, holder);
                    let part = NewPart { start, size, key: key.clone() };
                    let appended = self.database(move |db| db.append_part(&hold, &part)).await.map_err(outdated);
                    return self.or_discard(appended, vec![key]).await;
                }
                Err(tintype_storage::Error::AlreadyExists { .. }) => {
                    self.database(move |db| db.forget(&[key], now())).await?;
                }
                // It may still arrive: the sweeper deletes it when nothing can be under way any
                // more.
                Err(error @ tintype_storage::Error::Unavailable { .. }) => return Err(error.into()),
                Err(error) => {
                    self.discard(vec![key]).await;
                    return Err(error.into());
                }
            }
        }
        Err(Error::internal("storage holds objects under every key that was tried"))
    }
}

fn is_to_be_made(upload: &UploadRecord) -> bool {
    upload.is_complete() && upload.kind == UploadKind::Whole && upload.state == UploadState::Receiving
}

fn outdated(error: Error) -> Error {
    match error {
        Error::Outdated => UploadProblem::OtherOffset.into(),
        error => error,
    }
}
