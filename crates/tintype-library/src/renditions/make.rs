use std::convert::Infallible;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::{Either, select};
use sha2::{Digest, Sha256};
use tintype_domain::{Checksum, FileId, FileRecord, Key, Kind, Variant};
use tintype_media::{Error as MediaError, Isolation, Rendered};
use tintype_persistence::{BeginRendition, Begun, NewDerived, NewRendition, ObjectRecord, RenditionRecord};
use tintype_storage::{Content, NewObject};

use super::picture::Picture;
use super::source::Source;
use super::state::busy;
use crate::admission::{Asker, Lane};
use crate::digest::digest;
use crate::library::{Inner, now};
use crate::meters::Rendition;
use crate::place::{FOLDER, PLACING_ATTEMPTS, random_suffix};
use crate::{Error, PictureProblem, serving};

/// How long others wait for a process that died while it made a rendition.
const LEASE: time::Duration = time::Duration::seconds(10);

/// How often a process that makes a rendition says that it still does.
const RENEW_EVERY: Duration = Duration::from_secs(3);

/// How often to look whether another process has made a rendition.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How many times to look before asking whether that process has given up.
const LOOKS: usize = 10;

/// The longest side that WebP can have.
const MAX_WEBP_SIDE: u32 = 16_383;

/// A rendition that somebody wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) file: FileId,
    /// The key of the content.
    pub(super) content: Key,
    /// What it is made of: the content, or a picture of that.
    pub(super) source: ObjectRecord,
    pub(super) picture: Picture,
    pub(super) asker: Asker,
}

impl Wanted {
    fn variant(&self) -> Variant {
        self.picture.variant()
    }

    fn new_key(&self, extension: &str) -> Key {
        Key::rendition(&FOLDER, now(), self.file, &random_suffix(), extension)
    }
}

impl Inner {
    /// Returns a rendition, which is made unless it is kept. It is made once, however many want it,
    /// and to its end, whoever stops waiting.
    pub(super) async fn rendition(self: &Arc<Self>, wanted: Wanted) -> Result<RenditionRecord, Error> {
        let (file, variant) = (wanted.file, wanted.variant());
        let looked_up = variant.clone();
        if let Some(kept) = self.glance(move |db| db.rendition(file, &looked_up)).await? {
            self.meters.count_rendition(Rendition::Kept);
            return Ok(kept);
        }
        let (mut waiting, flight) = self.renditions.flights.board((file, variant));
        if let Some(flight) = flight {
            let inner = self.clone();
            self.spawn(async move {
                let made = inner.make(wanted).await;
                flight.land(made.map_err(Arc::new));
            });
        }
        let result = waiting.wait_for(Option::is_some).await.map_err(Error::internal)?.clone();
        result.unwrap_or_else(|| Err(Arc::new(busy()))).map_err(|error| again(&error))
    }

    async fn make(self: &Arc<Self>, wanted: Wanted) -> Result<RenditionRecord, Error> {
        if let Some(problem) = self.renditions.problem(&wanted.source.key) {
            return Err(problem.into());
        }
        let _place = self.renditions.place(self.options.queue_timeout).await?;
        let deadline = Instant::now() + self.options.queue_timeout + self.options.decode_timeout;
        let key = wanted.new_key(wanted.picture.extension(&wanted.source.mime_type));
        loop {
            let begin = self.lease(&wanted, &key);
            match self.database(move |db| db.begin_rendition(&begin, &mut random_suffix, now())).await? {
                Begun::Made(kept) => return Ok(kept),
                Begun::Claimed(key) => {
                    let work = pin!(self.make_at(&wanted, key));
                    let Either::Left((result, _)) = select(work, pin!(self.keep_lease(&wanted))).await;
                    return result;
                }
                Begun::Taken if Instant::now() >= deadline => return Err(busy()),
                Begun::Taken => {
                    if let Some(kept) = self.await_rendition(&wanted).await? {
                        return Ok(kept);
                    }
                }
            }
        }
    }

    /// Waits a moment for a rendition that another process makes. Looking does not write, as asking
    /// for the right to make it would.
    async fn await_rendition(self: &Arc<Self>, wanted: &Wanted) -> Result<Option<RenditionRecord>, Error> {
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK_EVERY).await;
            let (file, variant) = (wanted.file, wanted.variant());
            if let Some(kept) = self.database(move |db| db.rendition(file, &variant)).await? {
                return Ok(Some(kept));
            }
        }
        Ok(None)
    }

    fn lease(&self, wanted: &Wanted, key: &Key) -> BeginRendition {
        BeginRendition {
            file: wanted.file,
            variant: wanted.variant(),
            key: key.clone(),
            holder: self.holder.clone(),
            leased_until: now().plus(LEASE),
        }
    }

    /// Keeps other processes from making the rendition.
    async fn keep_lease(self: &Arc<Self>, wanted: &Wanted) -> Infallible {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let lease = self.lease(wanted, &wanted.source.key);
            if let Err(error) = self.database(move |db| db.extend_rendition(&lease, now())).await {
                tracing::warn!(%error, "cannot say that a rendition is being made: others may make it as well");
            }
        }
    }

    /// Makes a rendition and keeps it under a claimed key.
    async fn make_at(self: &Arc<Self>, wanted: &Wanted, mut key: Key) -> Result<RenditionRecord, Error> {
        let made = match self.render_of(wanted).await {
            Ok(made) => made,
            Err(error) => return Err(self.abandon(wanted, vec![key], error).await),
        };
        let extension = made.format.extension();
        if !key.as_str().ends_with(&format!(".{extension}")) {
            self.discard(vec![key]).await;
            key = self.claim_another(wanted, extension).await?;
        }
        let bytes = Bytes::from(made.bytes);
        let object = NewDerived {
            variant: wanted.variant(),
            key: self.put_rendition(wanted, key, &bytes, made.format.mime_type(), extension).await?,
            width: made.width,
            height: made.height,
            mime_type: made.format.mime_type().to_owned(),
            size: bytes.len() as u64,
            checksum: Checksum(Sha256::digest(&bytes).into()),
        };
        let key = object.key.clone();
        let (file, content, holder) = (wanted.file, wanted.content.clone(), self.holder.clone());
        let new = NewRendition { file, content, holder, object };
        let finished = self.database(move |db| db.finish_rendition(&new, now())).await;
        match self.or_discard(finished, vec![key.clone()]).await? {
            Some(kept) if kept.object.key == key => {
                tracing::info!(file = %wanted.file, %key, "made a rendition");
                self.meters.count_rendition(Rendition::Made);
                Ok(kept)
            }
            other => {
                self.discard(vec![key]).await;
                other.ok_or(Error::NotFound)
            }
        }
    }

    /// Makes a rendition that there is once more, of a content or a picture that is sound; `None`
    /// if this version makes none like it.
    pub(crate) async fn rendition_again(
        self: &Arc<Self>,
        file: &FileRecord,
        variant: &Variant,
    ) -> Result<Option<Rendered>, Error> {
        let Some(picture) = Picture::of(variant) else { return Ok(None) };
        let (id, content) = (file.id, file.key.clone());
        let source = match file.facts.kind {
            Kind::Image => self.database(move |db| db.object(&content)).await?,
            _ => self.database(move |db| db.largest_picture(id)).await?,
        };
        let source = source.ok_or(Error::NotFound)?;
        if digest(&*self.storage, &source.key).await?.checksum != source.checksum {
            return Err(Error::internal(format!("`{}` is damaged in storage", source.key)));
        }
        let wanted = Wanted { file: id, content: file.key.clone(), source, picture, asker: Asker::Operator };
        Ok(Some(self.render_of(&wanted).await?))
    }

    async fn claim_another(self: &Arc<Self>, wanted: &Wanted, extension: &str) -> Result<Key, Error> {
        let key = wanted.new_key(extension);
        Ok(self.database(move |db| db.claim(&key, &[], &mut random_suffix, now())).await?.original)
    }

    /// Puts a rendition into storage, and returns its key: another one if somebody else's object is
    /// under the first.
    async fn put_rendition(
        self: &Arc<Self>,
        wanted: &Wanted,
        mut key: Key,
        bytes: &Bytes,
        mime_type: &str,
        extension: &str,
    ) -> Result<Key, Error> {
        for _ in 0..PLACING_ATTEMPTS {
            let attributes = serving::attributes(&key, mime_type);
            let object = NewObject { key: key.clone(), content: Content::Bytes(bytes.clone()), attributes };
            match self.storage.put(&object).await {
                Ok(()) => return Ok(key),
                Err(tintype_storage::Error::AlreadyExists { .. }) => {
                    self.database(move |db| db.forget(&[key], now())).await?;
                    key = self.claim_another(wanted, extension).await?;
                }
                Err(error) => {
                    let error = Error::from(error);
                    // What was sent may still arrive: then the sweeper deletes it later.
                    let keys = if matches!(error, Error::Unavailable(_)) { Vec::new() } else { vec![key] };
                    return Err(self.abandon(wanted, keys, error).await);
                }
            }
        }
        Err(Error::internal("storage holds objects under every key that was tried"))
    }

    /// Undoes the claims of keys and lets others try to make the rendition.
    async fn abandon(self: &Arc<Self>, wanted: &Wanted, keys: Vec<Key>, error: Error) -> Error {
        if let Error::Picture(problem) = error {
            self.renditions.remember(wanted.source.key.clone(), problem);
        }
        self.discard(keys).await;
        let (file, variant, holder) = (wanted.file, wanted.variant(), self.holder.clone());
        if let Err(error) = self.database(move |db| db.abandon_rendition(file, &variant, &holder)).await {
            tracing::debug!(%error, "others can make a rendition only when the lease is over");
        }
        error
    }

    /// Renders the picture, of the largest thumbnail if there is no decoder for the original here.
    async fn render_of(self: &Arc<Self>, wanted: &Wanted) -> Result<Rendered, Error> {
        match self.render_from(wanted, &wanted.source).await {
            Err(Error::Picture(PictureProblem::Undecodable)) => {
                let file = wanted.file;
                let made = self.database(move |db| db.largest_picture(file)).await?;
                let made = made.filter(|made| made.key != wanted.source.key);
                self.render_from(wanted, &made.ok_or(PictureProblem::Undecodable)?).await
            }
            rendered => rendered,
        }
    }

    /// Decodes an object, as admission lets it, and renders the picture.
    async fn render_from(self: &Arc<Self>, wanted: &Wanted, source: &ObjectRecord) -> Result<Rendered, Error> {
        let (key, size) = (&source.key, source.size);
        let source = match Source::open(&*self.storage, &self.spool, key, size).await {
            Err(Error::NotFound) => {
                let content = key.clone();
                self.database(move |db| db.object(&content)).await?.ok_or(Error::NotFound)?;
                return Err(Error::internal(format!("`{key}` is not in storage")));
            }
            source => source?,
        };
        let limits = self.limits();
        let open = move || source.into_image(&limits);
        let image = self.compute(Lane::Headers, wanted.asker, 0, open).await?.map_err(problem)?;
        let options = wanted.picture.options();
        let (lane, mut limits) = self.decoding_limits(&image);
        let image = image.with_limits(limits.clone());
        let bytes = image.cost(std::slice::from_ref(&options));
        let is_huge = image.facts().width.max(image.facts().height) > MAX_WEBP_SIDE;
        if !self.admission.could_admit(lane, bytes) {
            return Err(PictureProblem::TooLarge.into());
        }
        let inner = self.clone();
        let work = move || {
            limits.deadline = Instant::now().checked_add(inner.options.decode_timeout);
            let mut image = image.with_limits(limits);
            if let Some(decoder) = inner.options.decoder.clone() {
                image = image.with_isolation(Isolation::Process(decoder));
            }
            let mut thumbnailer = inner.thumbnailers.take();
            let made = thumbnailer.renderer().render(&mut image, std::slice::from_ref(&options));
            inner.thumbnailers.give(thumbnailer);
            made
        };
        let made = self.compute(lane, wanted.asker, bytes, work).await?.map_err(|error| {
            tracing::info!(%key, %error, "no rendition");
            match error {
                MediaError::Encode { .. } if is_huge => PictureProblem::TooLarge.into(),
                error => problem(error),
            }
        })?;
        made.into_iter().next().ok_or_else(|| Error::internal("no picture was made"))
    }
}

/// Says what it means that a picture cannot be made.
fn problem(error: MediaError) -> Error {
    match error {
        MediaError::Unsupported { .. } | MediaError::Malformed { .. } | MediaError::Panicked { .. } => {
            PictureProblem::Undecodable.into()
        }
        MediaError::TooManyPixels { .. } | MediaError::TooMuchMemory { .. } => PictureProblem::TooLarge.into(),
        // Perhaps the machine was too busy.
        MediaError::DeadlineExceeded | MediaError::Cancelled => busy(),
        MediaError::Io { source } if matches!(source.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) => {
            PictureProblem::Undecodable.into()
        }
        MediaError::Io { .. } => Error::Unavailable(error.into()),
        error => Error::internal(error),
    }
}

/// Returns an error that says the same, for each of those who waited.
fn again(error: &Error) -> Error {
    match error {
        Error::NotFound => Error::NotFound,
        Error::Picture(problem) => Error::Picture(*problem),
        Error::Busy { retry_after } => Error::Busy { retry_after: *retry_after },
        Error::NoSpace(_) => Error::NoSpace(crate::causes(error).into()),
        Error::Unavailable(_) => Error::Unavailable(crate::causes(error).into()),
        _ => Error::internal(crate::causes(error)),
    }
}
