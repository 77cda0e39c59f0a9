//! Previews and metadata that are made after their file was stored.

use std::sync::Arc;

use futures_util::TryStreamExt;
use tintype_auth::Actor;
use tintype_domain::{
    FileId, FileName, FileRecord, Key, MetadataRecord, Permission, PreviewFacts, PreviewSource, PreviewStatus,
};
use tintype_persistence::{Database, NewPreview};
use tintype_preview::{Examined, Wanted};
use tintype_storage::Spooled;

use crate::admission::{Admission, Asker, Lane};
use crate::calls::Calls;
use crate::library::{Inner, now};
use crate::metadata;
use crate::picture::{Made, Origin, look_of, to_look_at};
use crate::prepare::{Inspected, Later};
use crate::{Error, Library, Options};

/// How long a job leaves a preview to the process that is making it.
pub(crate) const LEASE: time::Duration = time::Duration::MINUTE;

/// How many files a statement changes at a time.
const BATCH: u32 = 500;

impl Library {
    /// Goes on with the previews that this library's only server was making when it ended, where a
    /// database has one server at a time. To be called at the start.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::NoSpace`], [`Error::Internal`].
    pub async fn resume_previews(&self) -> Result<(), Error> {
        self.inner().free(|db| db.resume_previews(now())).await
    }

    /// Tries again to make the preview of a file, and returns the file after a while: if it is
    /// pending then, the work goes on.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`].
    pub async fn retry_preview(&self, actor: &Actor, id: FileId) -> Result<FileRecord, Error> {
        actor.require(Permission::Change)?;
        let asker = Asker::of(actor);
        self.own(move |inner| async move {
            inner.database(move |db| db.retry_preview(id, now().plus(LEASE))).await?.ok_or(Error::NotFound)?;
            let working = inner.clone();
            let work = inner.start(async move {
                if let Err(error) = working.make_preview(asker, id).await {
                    tracing::info!(%id, %error, "a preview is left to a job");
                }
            });
            let _ = tokio::time::timeout(inner.options.preview_wait, work).await;
            inner.database(move |db| db.file(id)).await?.ok_or(Error::NotFound)
        })
        .await
    }
}

impl Inner {
    /// Lets the work on a preview that its upload could not wait for go on. If this process does
    /// not live to see its end, a job begins it anew.
    pub(crate) fn finish_later(self: &Arc<Self>, file: &FileRecord, later: Option<Later>) {
        let Some(later) = later else { return };
        let (inner, file) = (self.clone(), file.clone());
        self.spawn(async move {
            let finished = match later.await {
                Ok(Ok(made)) => inner.record(&file, made).await,
                Ok(Err(error)) => Err(error),
                Err(error) => Err(Error::internal(error)),
            };
            if let Err(error) = finished {
                tracing::info!(file = %file.id, %error, "a preview is left to a job");
            }
        });
    }

    /// Makes the preview of a file, if that is still to be done.
    pub(crate) async fn make_preview(self: &Arc<Self>, asker: Asker, id: FileId) -> Result<(), Error> {
        let file = self.database(move |db| db.file(id)).await?;
        let Some(file) = file.filter(|file| file.preview.facts.status == PreviewStatus::Pending) else {
            return Ok(());
        };
        let content = Arc::new(self.fetch(&file).await?);
        let inspected = self.inspect(asker, &content, file.name.as_str().to_owned()).await?;
        let made = match inspected.origin {
            Origin::Image(_) if !file.thumbnails.is_empty() => {
                let look = self.look(asker, &file).await?;
                Made::without_pictures(PreviewFacts::ready(PreviewSource::Image, look), inspected.metadata)
            }
            _ => {
                let edges = self.options.thumbnail_edges.clone();
                self.picture_inspected(asker, content, inspected, file_name(&file.key), edges).await?
            }
        };
        let metadata = self.completed(&file, made.metadata);
        self.record(&file, Made { metadata, ..made }).await
    }

    /// Makes pictures of a file that is kept already.
    pub(crate) async fn picture_kept(
        self: &Arc<Self>,
        asker: Asker,
        file: &FileRecord,
        edges: Vec<u32>,
    ) -> Result<Made, Error> {
        let content = Arc::new(self.fetch(file).await?);
        let inspected = self.inspect(asker, &content, file.name.as_str().to_owned()).await?;
        self.picture_inspected(asker, content, inspected, file_name(&file.key), edges).await
    }

    async fn picture_inspected(
        self: &Arc<Self>,
        asker: Asker,
        content: Arc<Spooled>,
        Inspected { metadata, origin, .. }: Inspected,
        name: FileName,
        edges: Vec<u32>,
    ) -> Result<Made, Error> {
        match origin {
            Origin::Image(image) => self.picture_image(asker, *image, metadata, name, &edges).await,
            Origin::Process(image) => self.clone().picture_other(asker, content, image, name, edges).await,
            Origin::Nowhere(facts) => Ok(Made::without_pictures(facts, metadata)),
        }
    }

    /// Returns what is known of a file that may be kept without its metadata.
    fn completed(&self, file: &FileRecord, metadata: MetadataRecord) -> MetadataRecord {
        match self.options.strip_metadata {
            Some(_) => metadata::merged(&file.metadata.json, &metadata),
            None => metadata,
        }
    }

    /// Returns what content that a process has to read tells about itself.
    pub(crate) async fn told(&self, asker: Asker, content: Arc<Spooled>) -> Result<MetadataRecord, Error> {
        let Examined { metadata, .. } = self.examine(asker, content, Wanted::Metadata).await?;
        Ok(metadata::record(metadata, self.options.strip_metadata))
    }

    /// Reads again what a file tells about itself.
    pub(crate) async fn read_metadata(self: &Arc<Self>, id: FileId) -> Result<(), Error> {
        let Some(file) = self.database(move |db| db.file(id)).await? else { return Ok(()) };
        let content = Arc::new(self.fetch(&file).await?);
        let asker = Asker::Operator;
        let inspected = self.inspect(asker, &content, file.name.as_str().to_owned()).await?;
        let metadata = match inspected.origin {
            Origin::Process(..) => self.told(asker, content).await?,
            Origin::Image(_) | Origin::Nowhere(_) => inspected.metadata,
        };
        let metadata = self.completed(&file, metadata);
        self.database(move |db| db.record_metadata(id, &file.key, &metadata)).await
    }

    /// Puts the pictures of a file into storage and commits what was made of it, unless it has
    /// other content by now.
    async fn record(self: &Arc<Self>, file: &FileRecord, made: Made) -> Result<(), Error> {
        let Made { facts, metadata, pictures } = made;
        if facts.status == PreviewStatus::Pending {
            return Err(Error::internal("the picture could not be made now"));
        }
        let derived = self.place_pictures(&file_name(&file.key), &pictures).await?;
        let keys: Vec<Key> = derived.iter().map(|derived| derived.key.clone()).collect();
        let preview = NewPreview { facts, metadata, derived };
        let (id, content) = (file.id, file.key.clone());
        let recorded = self.database(move |db| db.record_preview(id, &content, &preview, now())).await;
        match self.or_discard(recorded, keys.clone()).await? {
            Some(doomed) => self.remove_objects(doomed).await,
            None => self.discard(keys).await,
        }
        Ok(())
    }

    /// Returns what a small thumbnail of an image looks like.
    async fn look(self: &Arc<Self>, asker: Asker, file: &FileRecord) -> Result<Option<tintype_domain::Look>, Error> {
        let Some(small) = to_look_at(&file.thumbnails, |thumbnail| thumbnail.edge) else { return Ok(None) };
        let object = match self.storage.get(&small.key, None).await {
            Err(tintype_storage::Error::NotFound { .. }) => return Ok(None),
            object => object?,
        };
        let bytes = object.body.try_collect::<Vec<_>>().await?.concat();
        self.compute(Lane::Headers, asker, 0, move || look_of(&bytes)).await
    }

    /// Brings the content of a file into the spool.
    async fn fetch(self: &Arc<Self>, file: &FileRecord) -> Result<Spooled, Error> {
        let object = self.storage.get(&file.key, None).await.map_err(|error| match error {
            missing @ tintype_storage::Error::NotFound { .. } => Error::internal(missing),
            error => error.into(),
        })?;
        let mut writer = self.spool.create(file.size);
        let mut body = object.body;
        while let Some(block) = body.try_next().await? {
            writer.write(block).await?;
        }
        let spooled = writer.finish().await?;
        if spooled.checksum() != file.checksum {
            return Err(Error::internal(format!("`{}` is damaged in storage", file.key)));
        }
        Ok(spooled)
    }
}

/// Returns the name that a key ends with.
pub(crate) fn file_name(key: &Key) -> FileName {
    let key = key.as_str();
    FileName::from_upload(key.rsplit_once('/').map_or(key, |(_, name)| name))
}

/// Asks the servers of a library to make previews again and to read metadata again. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Rereading {
    calls: Arc<Calls>,
}

impl Rereading {
    /// Opens the work of a migrated database. Blocking calls run on threads of the present tokio
    /// runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(database: Database, options: &Options) -> Self {
        Self { calls: Arc::new(Calls::new(database, Admission::new(options))) }
    }

    /// Has all previews that failed made again by jobs, and returns how many there were.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Unavailable`], [`Error::NoSpace`],
    /// [`Error::Internal`].
    pub async fn retry_previews(&self, actor: &Actor) -> Result<usize, Error> {
        actor.require_admin()?;
        let mut all = 0;
        loop {
            match self.calls.database(|db| db.retry_previews(BATCH, now())).await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }

    /// Has what all files tell about themselves read again by jobs, and returns how many files
    /// there are.
    ///
    /// # Errors
    /// As [`retry_previews`](Self::retry_previews).
    pub async fn reread_metadata(&self, actor: &Actor) -> Result<usize, Error> {
        actor.require_admin()?;
        let (mut all, mut after) = (0, FileId(0));
        while let Some((last, some)) = self.calls.database(move |db| db.reread_metadata(after, BATCH, now())).await? {
            all += some;
            after = last;
        }
        Ok(all)
    }
}
