use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::{Either, select};
use tintype_auth::Actor;
use tintype_domain::{FieldErrors, Timestamp};
use tintype_persistence::{UploadHold, UploadRecord, UploadState};
use tintype_storage::Spooled;

use super::metadata::Metadata;
use crate::library::{Inner, now, random_name};
use crate::place::Arrival;
use crate::upload_links::types_of;
use crate::{Details, Error, Upload, UploadProblem};

/// How long nobody else makes a file after the process that was making it has died.
pub(super) const LEASE: time::Duration = time::Duration::seconds(30);

/// How often the lease is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(10);

impl Inner {
    /// Returns when an upload expires that was continued now.
    pub(super) fn expiry(&self) -> Timestamp {
        let lifetime = i64::try_from(self.options.upload_expires.as_micros()).unwrap_or(i64::MAX);
        now().plus(time::Duration::microseconds(lifetime))
    }

    /// Returns what makes a holder the one who may go on with an upload, now.
    pub(super) fn hold(&self, upload: &UploadRecord, holder: &str) -> UploadHold {
        let (holder, job_at) = (holder.to_owned(), now().plus(LEASE));
        UploadHold { number: upload.number, holder, expires_at: self.expiry(), job_at }
    }

    /// Makes the file of an upload whose bytes have all come, as if they had come in one request.
    pub(crate) async fn make_file(
        self: &Arc<Self>,
        actor: &Actor,
        upload: &UploadRecord,
    ) -> Result<UploadRecord, Error> {
        let number = upload.number;
        let holder = random_name();
        let hold = self.hold(upload, &holder);
        if !self.database(move |db| db.lease_upload(&hold, now())).await? {
            let now = self.database(move |db| db.upload_by_number(number)).await?.ok_or(Error::NotFound)?;
            return if now.state == UploadState::Receiving { Err(UploadProblem::InUse.into()) } else { Ok(now) };
        }
        let made = {
            let work = pin!(self.make_leased(actor, upload, &holder));
            let Either::Left((made, _)) = select(work, pin!(self.keep_upload(upload, &holder))).await;
            made
        };
        match made {
            Ok(()) => {}
            Err(Error::TypeNotAllowed { mime_type }) => {
                let refused_for = mime_type.clone();
                let doomed = self.database(move |db| db.refuse_upload(number, &holder, &refused_for)).await?;
                self.remove_objects(doomed).await;
                return Err(Error::TypeNotAllowed { mime_type });
            }
            // Somebody else has it, or has removed it.
            Err(Error::Outdated) => return Err(UploadProblem::InUse.into()),
            Err(error) => {
                if let Err(error) = self.database(move |db| db.release_upload(number, &holder)).await {
                    tracing::debug!(%error, "the file of an upload can be made only when the lease is over");
                }
                return Err(error);
            }
        }
        self.database(move |db| db.upload_by_number(number)).await?.ok_or(Error::NotFound)
    }

    /// Makes the file of an upload if its client, or the server that it spoke to, did not live to
    /// see that.
    pub(crate) async fn make_file_late(self: &Arc<Self>, number: i64) -> Result<(), Error> {
        let upload = self.database(move |db| db.upload_by_number(number)).await?;
        let is_open = |upload: &UploadRecord| upload.state == UploadState::Receiving && upload.is_complete();
        let Some(upload) = upload.filter(is_open) else { return Ok(()) };
        let Some(user) = upload.user_id else { return Ok(()) };
        let actor = Actor::of_user(self.database(move |db| db.user_by_id(user)).await?)?;
        match self.make_file(&actor, &upload).await {
            Ok(_) | Err(Error::TypeNotAllowed { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Says again and again that somebody is making the file.
    async fn keep_upload(self: &Arc<Self>, upload: &UploadRecord, holder: &str) -> Infallible {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let hold = self.hold(upload, holder);
            let leased = self.database(move |db| db.lease_upload(&hold, now())).await;
            if let Err(error) = leased {
                tracing::warn!(%error, "cannot say that the file of an upload is being made");
            }
        }
    }

    async fn make_leased(self: &Arc<Self>, actor: &Actor, upload: &UploadRecord, holder: &str) -> Result<(), Error> {
        let Metadata { file_name, details } = Metadata::parse(&upload.metadata)?;
        let (details, allowed_types) = match self.link_of(upload).await? {
            // The maker of the link says who may fetch its files, not who uploads them.
            Some(link) => (Details { visibility: link.visibility, ..details }, types_of(&link)?),
            None => (details, Vec::new()),
        };
        let content = self.gather(upload).await?;
        let sent = Upload::new(content, &file_name)
            .map_err(|problem| UploadProblem::InvalidFields(FieldErrors::one("f", problem)))?;
        let (number, holder) = (upload.number, holder.to_owned());
        let (_, doomed) = self
            .keep(
                actor,
                sent.only(allowed_types),
                details,
                Arrival { reservation: upload.reservation, ..Arrival::of(actor)? },
                move |db, file| db.finish_upload(number, &holder, file, now()),
                |(file, _)| file,
            )
            .await?;
        let inner = self.clone();
        self.spawn(async move { inner.remove_objects(doomed).await });
        Ok(())
    }

    /// Puts the bytes of an upload together in the spool.
    async fn gather(self: &Arc<Self>, upload: &UploadRecord) -> Result<Spooled, Error> {
        let of = upload.clone();
        let parts = self.database(move |db| db.upload_parts(&of)).await?;
        let mut writer = self.spool.create(upload.received);
        for (key, size) in parts {
            let object = self.storage.get(&key, None).await.map_err(|error| match error {
                missing @ tintype_storage::Error::NotFound { .. } => Error::internal(missing),
                error => error.into(),
            })?;
            if object.size != size {
                return Err(Error::internal(format!("`{key}` has {} bytes instead of {size}", object.size)));
            }
            let mut body = object.body;
            while let Some(block) = body.try_next().await? {
                writer.write(block).await?;
            }
        }
        if writer.written() != upload.received {
            return Err(Error::internal(format!("upload {} lacks some of its bytes", upload.number)));
        }
        Ok(writer.finish().await?)
    }
}
