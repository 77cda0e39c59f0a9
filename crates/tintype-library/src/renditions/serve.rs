use std::net::IpAddr;
use std::sync::Arc;

use tintype_domain::{FileRecord, Key, Kind};

use super::make::Wanted;
use super::parameters::{Accepted, RenditionParameters};
use super::picture::Picture;
use crate::admission::Asker;
use crate::library::now;
use crate::media_access::{Grant, MediaRequest};
use crate::view::Media;
use crate::{Error, Library};

/// How often the use of a rendition is noted: a write for each answer would be too much.
const NOTE_EVERY: time::Duration = time::Duration::HOUR;

/// A request for media whose query may ask for a rendition.
#[derive(Debug, Clone, Copy)]
pub struct RenditionRequest<'a> {
    /// What the request shows.
    pub media: MediaRequest<'a>,
    /// Which formats the client takes.
    pub accepted: Accepted,
    /// Where it comes from.
    pub from: IpAddr,
}

impl Library {
    /// Returns the rendition that a request asks for, of the file whose content is under the key.
    /// It is made unless it is kept. Thumbnails have no renditions: they are returned as they are.
    ///
    /// Nothing is decoded for somebody who may not have the result.
    ///
    /// # Errors
    /// As [`media`](Self::media); [`Error::Invalid`], [`Error::NeedsLink`]; [`Error::NoPicture`],
    /// [`Error::Picture`]; [`Error::Busy`], [`Error::NoSpace`].
    pub async fn rendition(&self, request: RenditionRequest<'_>, key: Key) -> Result<(Arc<Media>, Grant), Error> {
        let (media, grant) = self.media(request.media, key).await?;
        if media.variant.is_some() {
            return Ok((media, grant));
        }
        let options = &self.options().renditions;
        let sent = |name: &str| request.media.parameters.get(name).map(|text| String::from_utf8_lossy(text).into());
        let asked = RenditionParameters::parse(sent, options.max_edge)?;
        let complete = options.complete(&asked)?;
        match grant {
            Grant::Link { .. } => options.check_signed(&asked)?,
            Grant::Everybody | Grant::Token { .. } => options.check_unsigned(&asked)?,
        }
        let (file, content, asker) = (media.file, media.object.key.clone(), Asker::Network(request.from));
        let source = match media.kind {
            Kind::Image => media.object.clone(),
            _ => self.inner().database(move |db| db.largest_picture(file)).await?.ok_or(Error::NoPicture)?,
        };
        let picture = Picture::new(&complete, media.focal_point, request.accepted);
        let kept = self.inner().rendition(Wanted { file, content, source, picture, asker }).await?;
        let noted_before = now().plus(-NOTE_EVERY);
        if kept.last_used_at < noted_before {
            let inner = self.inner().clone();
            self.inner().spawn(async move {
                if let Err(error) = inner.database(move |db| db.note_use(kept.id, now(), noted_before)).await {
                    tracing::debug!(%error, "cannot note that a rendition is used");
                }
            });
        }
        Ok((Arc::new(Media { object: kept.object, ..Media::clone(&media) }), grant))
    }

    /// Checks that a signed link can give a rendition of a file.
    ///
    /// # Errors
    /// [`Error::NoPicture`]; [`Error::NeedsLink`] if there are no such renditions at all;
    /// [`Error::Invalid`].
    pub fn check_rendition(&self, file: &FileRecord, asked: &RenditionParameters) -> Result<(), Error> {
        let options = &self.options().renditions;
        options.complete(asked)?;
        options.check_signed(asked)?;
        let is_there = file.facts.kind == Kind::Image || !file.preview.thumbnails.is_empty();
        if is_there { Ok(()) } else { Err(Error::NoPicture) }
    }
}
