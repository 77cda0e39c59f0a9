//! Resumable uploads by whoever has an upload link.

use std::time::Duration;

use tintype_auth::{Actor, Parameters};
use tintype_domain::Permission;
use tintype_persistence::UploadRecord;

use super::NewResumable;
use crate::media_access::LinkSigner;
use crate::upload_links::LinkUpload;
use crate::{Error, Library};

impl Library {
    /// Begins an upload by a link whose bytes come in later requests. Returns it with its maker,
    /// who acts for whoever has the link, and with what signs its URL.
    ///
    /// # Errors
    /// As [`begin_resumable`](Self::begin_resumable); only whole files can come by links.
    pub async fn begin_resumable_by_link(
        &self,
        by: LinkUpload,
        new: NewResumable,
    ) -> Result<(UploadRecord, Actor, LinkSigner), Error> {
        let LinkUpload { maker, place, expires_at, max_size, .. } = by;
        let begun = async {
            let signer = self.signer(Duration::ZERO).await?.until(expires_at);
            Ok::<_, Error>((self.begin(&maker, new, max_size, Some(place.id())).await?, signer))
        };
        match begun.await {
            Ok((upload, signer)) => {
                place.settle();
                Ok((upload, maker, signer))
            }
            Err(error) => {
                place.release().await;
                Err(error)
            }
        }
    }

    /// Returns who acts for whoever has the signed URL of an upload by a link: the maker of the
    /// link. `None` if the URL is not signed.
    ///
    /// # Errors
    /// [`Error::Auth`] if the URL is not valid or has expired, or the maker may not upload any
    /// more; [`Error::NotFound`] if no such upload came by a link.
    pub async fn maker_of_upload(
        &self,
        path: &str,
        parameters: &Parameters,
        name: &str,
    ) -> Result<Option<Actor>, Error> {
        if self.judge_link(path, parameters).await?.is_none() {
            return Ok(None);
        }
        let name = name.to_owned();
        let found = self.inner().database(move |db| match db.upload(&name)? {
            Some(UploadRecord { user_id: Some(user), reservation: Some(_), .. }) => db.user_by_id(user).map(Some),
            _ => Ok(None),
        });
        let invalid = tintype_auth::Error::InvalidLink;
        let maker = Actor::of_user(found.await?.ok_or(Error::NotFound)?).map_err(|_| invalid)?;
        maker.require(Permission::Create).map_err(|_| invalid)?;
        Ok(Some(maker))
    }
}
