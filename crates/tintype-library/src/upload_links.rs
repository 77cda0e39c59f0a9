use std::time::Duration;

use tintype_auth::{Actor, Parameters};
use tintype_domain::{FileRecord, Permission, Timestamp, UserId, Visibility};
use tintype_persistence::{NewUploadLink, UploadLinkRecord, UploadRecord};

use crate::content::{Details, Inbox, Upload};
use crate::library::{Inner, now};
use crate::media_access::LinkSigner;
use crate::reservation::Place;
use crate::{AllowedType, Error, Library};

/// What an upload link is to be like.
#[derive(Debug, Clone)]
pub struct UploadLinkOptions {
    /// How long it is valid, at most [`Options::max_link_lifetime`](crate::Options).
    pub lifetime: Duration,
    /// The largest file in bytes, if it is less than the server's.
    pub max_size: Option<u64>,
    /// The types that it allows; those of the server if empty.
    pub allowed_types: Vec<AllowedType>,
    /// How many files may come by it.
    pub uploads: u64,
    /// The visibility of its files; `None` for the default of the server.
    pub visibility: Option<Visibility>,
    /// What its maker says about it.
    pub description: String,
}

/// The right to upload one file by a link.
#[derive(Debug)]
pub struct LinkUpload {
    /// Takes the file.
    pub inbox: Inbox,
    pub(crate) maker: Actor,
    pub(crate) place: Place,
    allowed_types: Vec<AllowedType>,
    visibility: Option<Visibility>,
    pub(crate) expires_at: Timestamp,
    pub(crate) max_size: u64,
}

impl LinkUpload {
    /// Gives the place back, so that a refused upload does not count.
    pub async fn cancel(self) {
        self.place.release().await;
    }
}

impl Library {
    /// Makes a link by which people without a token upload files for `actor`, and returns it with
    /// what signs it.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission.
    pub async fn create_upload_link(
        &self,
        actor: &Actor,
        options: UploadLinkOptions,
    ) -> Result<(i64, LinkSigner), Error> {
        actor.require(Permission::Create)?;
        let user = actor.user().ok_or(tintype_auth::Error::Forbidden(Permission::Create))?.id;
        let signer = self.signer(options.lifetime).await?;
        let types: Vec<_> = options.allowed_types.iter().map(ToString::to_string).collect();
        let link = NewUploadLink {
            description: options.description,
            max_size: options.max_size,
            allowed_types: types.join(","),
            visibility: options.visibility,
            uploads: options.uploads,
            expires_at: signer.expires_at(),
        };
        let id = self.inner().database(move |db| db.create_upload_link(user, &link, now())).await?;
        Ok((id, signer))
    }

    /// Returns upload links of `actor`, of an admin all, the newest first, each with what signs it,
    /// and how many there are: at most `limit`, after leaving out `offset`.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission.
    pub async fn upload_links(
        &self,
        actor: &Actor,
        limit: u32,
        offset: u64,
    ) -> Result<(Vec<(UploadLinkRecord, LinkSigner)>, u64), Error> {
        actor.require(Permission::Create)?;
        let owner = owner(actor);
        let (links, count) = self.inner().database(move |db| db.upload_links(owner, limit, offset)).await?;
        let signer = self.signer(Duration::ZERO).await?;
        let signed = |link: UploadLinkRecord| {
            let signer = signer.clone().until(link.link.expires_at);
            (link, signer)
        };
        Ok((links.into_iter().map(signed).collect(), count))
    }

    /// Deletes an upload link of `actor`, of an admin any.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`].
    pub async fn delete_upload_link(&self, actor: &Actor, id: i64) -> Result<(), Error> {
        actor.require(Permission::Create)?;
        let owner = owner(actor);
        if self.inner().database(move |db| db.delete_upload_link(id, owner)).await? {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    }

    /// Lets whoever has the URL of a link upload one file. The place is reserved until it is used
    /// or dropped.
    ///
    /// # Errors
    /// [`Error::Auth`] if the link is not valid, has expired or was deleted, or its maker may not
    /// upload any more; [`Error::LinkUsedUp`]; [`Error::Busy`] while the queue is full.
    pub async fn begin_upload_by_link(
        &self,
        path: &str,
        parameters: &Parameters,
        id: i64,
    ) -> Result<LinkUpload, Error> {
        let invalid = tintype_auth::Error::InvalidLink;
        self.judge_link(path, parameters).await?.ok_or(invalid)?;
        let found = self.inner().database(move |db| db.upload_link(id)).await?;
        let (UploadLinkRecord { link, .. }, user) = found.ok_or(invalid)?;
        if link.expires_at <= now() {
            return Err(tintype_auth::Error::ExpiredLink.into());
        }
        let maker = Actor::of_user(user).map_err(|_| invalid)?;
        maker.require(Permission::Create).map_err(|_| invalid)?;
        let max_size = link.max_size.unwrap_or(u64::MAX);
        let inbox = self.inbox(&maker)?.at_most(max_size);
        let allowed_types = types_of(&link)?;
        let place = Place::reserve(self.inner(), id).await?;
        let (visibility, expires_at) = (link.visibility, link.expires_at);
        Ok(LinkUpload { inbox, maker, place, allowed_types, visibility, expires_at, max_size })
    }

    /// Stores a file that came by a link, for the maker of the link.
    ///
    /// # Errors
    /// As [`upload`](Self::upload); [`Error::LinkUsedUp`] if the link was deleted meanwhile.
    pub async fn upload_by_link(&self, by: LinkUpload, upload: Upload, details: Details) -> Result<FileRecord, Error> {
        let LinkUpload { maker, place, allowed_types, visibility, .. } = by;
        // The maker of the link says who may fetch its files, not who uploads them.
        let details = Details { visibility, ..details };
        self.store(&maker, upload.only(allowed_types), details, Some(place)).await
    }
}

impl Inner {
    /// Returns the link by which an upload comes, if it comes by one.
    ///
    /// # Errors
    /// [`Error::LinkUsedUp`] if the link was deleted, or the place was lost.
    pub(crate) async fn link_of(&self, upload: &UploadRecord) -> Result<Option<NewUploadLink>, Error> {
        let Some(place) = upload.reservation else { return Ok(None) };
        let link = self.database(move |db| db.link_of_reservation(place)).await?;
        link.map(|record| Some(record.link)).ok_or(Error::LinkUsedUp)
    }
}

/// Returns the types that a link allows.
pub(crate) fn types_of(link: &NewUploadLink) -> Result<Vec<AllowedType>, Error> {
    let types = link.allowed_types.split(',').filter(|text| !text.is_empty()).map(str::parse);
    types.collect::<Result<_, String>>().map_err(Error::internal)
}

/// Returns whose links the actor manages: all where `None`.
fn owner(actor: &Actor) -> Option<UserId> {
    actor.user().filter(|_| !actor.is_admin()).map(|user| user.id)
}
