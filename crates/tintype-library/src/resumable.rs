//! Uploads that come in several requests, to any of several servers.
//!
//! What has come lies in storage as parts, which rows own. The request that brings the last bytes,
//! or a job if that was interrupted, reads the parts and goes on as with bytes that came at once.

mod append;
mod by_link;
mod make;
mod metadata;

pub use append::{Append, Appending, PartChecksum};

use std::sync::Arc;

use tintype_auth::Actor;
use tintype_domain::{FieldErrors, FieldProblem, Key, Permission, UserId};
use tintype_persistence::{NewUpload, UploadKind, UploadRecord, UploadState};

use crate::library::{Inner, now, random_name};
use crate::{Error, Library, UploadProblem};
use make::LEASE;
use metadata::Metadata;

/// How many expired uploads one transaction removes.
const EXPIRY_BATCH: u32 = 20;

/// A resumable upload to begin.
#[derive(Debug)]
pub struct NewResumable {
    /// Whether it becomes a file by itself or is a part of one.
    pub becomes: Becomes,
    /// How many bytes it will have, if that is known.
    pub length: Option<u64>,
    /// What the client says of the file, as tus writes it.
    pub metadata: String,
}

/// What becomes of an upload once all its bytes have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// A file.
    File,
    /// A part of a file that is made of several uploads.
    Part,
}

/// A file to make of several uploads.
#[derive(Debug)]
pub struct Concatenation {
    /// What the uploads are known by, in the order of their bytes.
    pub parts: Vec<String>,
    /// The same as the client has sent it.
    pub sent: String,
    /// What the client says of the file, as tus writes it.
    pub metadata: String,
}

impl Library {
    /// Begins an upload whose bytes come in later requests.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::Upload`] if the metadata is not valid;
    /// [`Error::TooLarge`], [`Error::NoSpace`] as far as the length tells; [`Error::Busy`].
    pub async fn begin_resumable(&self, actor: &Actor, new: NewResumable) -> Result<UploadRecord, Error> {
        self.begin(actor, new, u64::MAX, None).await
    }

    /// Begins an upload of at most so many bytes, for the place of an upload link if one is given.
    pub(crate) async fn begin(
        &self,
        actor: &Actor,
        new: NewResumable,
        max_size: u64,
        reservation: Option<i64>,
    ) -> Result<UploadRecord, Error> {
        let user_id = creator(actor)?;
        self.inbox(actor)?;
        let kind = match new.becomes {
            Becomes::File => {
                Metadata::parse(&new.metadata)?;
                UploadKind::Whole
            }
            Becomes::Part => {
                metadata::check(&new.metadata)?;
                UploadKind::Partial
            }
        };
        if let Some(length) = new.length {
            self.check_length(kind, length, max_size).await?;
        }
        let new = NewUpload {
            name: unguessable()?,
            user_id,
            kind,
            length: new.length,
            expires_at: self.inner().expiry(),
            metadata: new.metadata,
            concat: None,
            reservation,
            sources: Vec::new(),
            job_at: now(),
        };
        self.inner().database(move |db| db.insert_upload(&new, now())).await
    }

    /// Returns an upload that `actor` has begun.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`] if there is none, somebody else has
    /// begun it, or it has expired; [`Error::TypeNotAllowed`] if that became of it.
    pub async fn resumable(&self, actor: &Actor, name: &str) -> Result<UploadRecord, Error> {
        let user_id = creator(actor)?;
        let name = name.to_owned();
        let upload = self.inner().database(move |db| db.upload(&name)).await?;
        let is_own = |upload: &UploadRecord| upload.user_id == Some(user_id) && upload.expires_at > now();
        let upload = upload.filter(is_own).ok_or(Error::NotFound)?;
        match upload.state {
            UploadState::Refused(mime_type) => Err(Error::TypeNotAllowed { mime_type }),
            _ => Ok(upload),
        }
    }

    /// Makes a file of several uploads that `actor` has begun. If only that fails, for a reason
    /// that may pass, it is done later.
    ///
    /// # Errors
    /// As [`begin_resumable`](Self::begin_resumable) and [`upload`](Self::upload);
    /// [`Error::NotFound`] if one of the uploads is not there.
    pub async fn concatenate(&self, actor: &Actor, of: Concatenation) -> Result<UploadRecord, Error> {
        let user_id = creator(actor)?;
        self.inbox(actor)?;
        Metadata::parse(&of.metadata)?;
        let (mut sources, mut length) = (Vec::new(), 0_u64);
        for name in &of.parts {
            let part = self.resumable(actor, name).await?;
            if part.kind != UploadKind::Partial || !part.is_complete() {
                return Err(UploadProblem::NotAPart.into());
            }
            length = length.saturating_add(part.received);
            sources.push(part.number);
        }
        self.check_length(UploadKind::Final, length, u64::MAX).await?;
        let new = NewUpload {
            name: unguessable()?,
            user_id,
            kind: UploadKind::Final,
            length: Some(length),
            expires_at: self.inner().expiry(),
            metadata: of.metadata,
            concat: Some(of.sent),
            reservation: None,
            sources,
            job_at: now().plus(LEASE),
        };
        let actor = actor.clone();
        self.own(|inner| async move {
            let upload = inner.database(move |db| db.insert_upload(&new, now())).await?;
            match inner.make_file(&actor, &upload).await {
                Err(Error::Busy { .. } | Error::Unavailable(_) | Error::Internal(_)) => Ok(upload),
                Err(error @ Error::TypeNotAllowed { .. }) => Err(error),
                Err(error) => {
                    inner.remove_resumable(upload.number).await?;
                    Err(error)
                }
                made => made,
            }
        })
        .await
    }

    /// Ends an upload that `actor` has begun. A file that it has become stays.
    ///
    /// # Errors
    /// As [`resumable`](Self::resumable).
    pub async fn end_resumable(&self, actor: &Actor, name: &str) -> Result<(), Error> {
        let number = self.resumable(actor, name).await?.number;
        self.own(move |inner| async move { inner.remove_resumable(number).await }).await
    }

    /// Checks that there may be so many bytes, and that there is room for them.
    async fn check_length(&self, kind: UploadKind, length: u64, max_size: u64) -> Result<(), Error> {
        let limit = self.options().max_upload_bytes.min(max_size);
        if length > limit {
            return Err(Error::TooLarge { limit });
        }
        if length == 0 && kind != UploadKind::Partial {
            return Err(UploadProblem::InvalidFields(FieldErrors::one("f", FieldProblem::EmptyFile)).into());
        }
        let spool = self.inner().spool.clone();
        let free = tokio::task::spawn_blocking(move || spool.free_bytes()).await.map_err(Error::internal)??;
        if length > free {
            return Err(Error::NoSpace(format!("{length} bytes are announced, and {free} are free").into()));
        }
        Ok(())
    }
}

impl Inner {
    /// Removes uploads that nobody has continued for too long. Their objects are left to the
    /// sweeper.
    pub(crate) async fn expire_resumables(self: &Arc<Self>) -> Result<(), Error> {
        while self.free(|db| db.expire_uploads(now(), EXPIRY_BATCH)).await? == EXPIRY_BATCH as usize {}
        Ok(())
    }

    async fn remove_resumable(self: &Arc<Self>, number: i64) -> Result<(), Error> {
        let doomed = self.free(move |db| db.remove_upload(number)).await?;
        self.remove_objects(doomed).await;
        Ok(())
    }
}

/// Returns the user who may begin uploads; nobody else may go on with them.
fn creator(actor: &Actor) -> Result<UserId, Error> {
    actor.require(Permission::Create)?;
    // A file belongs to a user, and the operator is none.
    Ok(actor.user().ok_or(tintype_auth::Error::Forbidden(Permission::Create))?.id)
}

/// Returns a name that nobody can guess.
fn unguessable() -> Result<String, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| tintype_auth::Error::NoRandomness)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(random)))
}

/// Returns where the bytes of an upload from `start` on are to lie.
fn key(upload: &UploadRecord, start: u64) -> Result<Key, Error> {
    format!("uploads/{}/{start}-{}", upload.name, random_name()).parse().map_err(Error::internal)
}
