use std::net::IpAddr;
use std::sync::Arc;

use tintype_domain::{FileRecord, Key, Kind, Variant};
use tintype_persistence::RenditionRecord;

use super::make::Wanted;
use super::parameters::{Accepted, RenditionParameters};
use super::picture::Picture;
use crate::admission::Asker;
use crate::library::{Inner, now};
use crate::media_access::{Grant, MediaRequest};
use crate::media_cache::KnownRendition;
use crate::meters::Rendition;
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
        let picture = Picture::new(&complete, media.focal_point, request.accepted);
        let wanted = (media.object.key.clone(), picture.variant());
        let inner = self.inner();
        if let Some(kept) = inner.known_rendition(&wanted).await? {
            inner.meters.count_rendition(Rendition::Kept);
            return Ok((kept, grant));
        }
        let file = media.file;
        let source = match media.kind {
            Kind::Image => media.object.clone(),
            _ => inner.database(move |db| db.largest_picture(file)).await?.ok_or(Error::NoPicture)?,
        };
        let read_at = inner.media_cache.now();
        let content = media.object.key.clone();
        let kept = inner.rendition(Wanted { file, content, source, picture, asker: Asker::Network(request.from) });
        let RenditionRecord { id, object, last_used_at } = kept.await?;
        let known = Arc::new(KnownRendition::new(id, object.key.clone(), last_used_at));
        inner.note_use(&known);
        let variant = Some(wanted.1.clone());
        let media = Arc::new(Media { object, variant, ..Media::clone(&media) });
        inner.media_cache.keep_rendition(wanted, known, media.clone(), read_at);
        Ok((media, grant))
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

impl Inner {
    /// Returns a rendition that was served before, if it is still there: without a lookup, unless
    /// its row was read a while ago.
    async fn known_rendition(self: &Arc<Self>, wanted: &(Key, Variant)) -> Result<Option<Arc<Media>>, Error> {
        let Some(known) = self.media_cache.rendition(wanted) else { return Ok(None) };
        let media = match self.media_cache.media(&known.key) {
            Some(media) => media,
            None => match self.look_up(known.key.clone()).await {
                Ok(media) => media,
                // It was removed: to make room, or by another server.
                Err(Error::NotFound) => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        self.note_use(&known);
        Ok(Some(media))
    }

    /// Notes that a rendition is being used, unless that was done a while ago.
    fn note_use(self: &Arc<Self>, rendition: &KnownRendition) {
        let used_at = now();
        let noted_before = used_at.plus(-NOTE_EVERY);
        if !rendition.is_use_to_note(used_at, noted_before) {
            return;
        }
        let (inner, id) = (self.clone(), rendition.id);
        self.spawn(async move {
            if let Err(error) = inner.database(move |db| db.note_use(id, used_at, noted_before)).await {
                tracing::debug!(%error, "cannot note that a rendition is used");
            }
        });
    }
}
