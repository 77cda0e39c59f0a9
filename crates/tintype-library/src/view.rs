use crate::{Error, Library};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::ops::Range;
use tintype_auth::Actor;
use tintype_domain::{Checksum, FileId, FileRecord, Key, ListQuery, MAX_LIMIT, Permission};
use tintype_persistence::{FilePage, MediaRecord, ObjectRecord, TagCount};
use tintype_storage::{Object, PresignOptions};

/// An object as its row describes it, before its bytes are read.
pub type Content = ObjectRecord;

/// An object, and the file that owns it.
pub type Media = MediaRecord;

impl Library {
    /// Returns a page of files and how many match in total.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission.
    pub async fn list(&self, actor: &Actor, query: ListQuery) -> Result<FilePage, Error> {
        actor.require(Permission::View)?;
        self.inner().database(move |db| db.list(&query)).await
    }

    /// Returns a file.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`].
    pub async fn get(&self, actor: &Actor, id: FileId) -> Result<FileRecord, Error> {
        actor.require(Permission::View)?;
        self.inner().glance(move |db| db.file(id)).await?.ok_or(Error::NotFound)
    }

    /// Returns tags whose names begin with `prefix`, whatever their case, and how many files have
    /// each, by name; at most [`MAX_LIMIT`].
    ///
    /// # Errors
    /// [`Error::Auth`] without permission.
    pub async fn tags(&self, actor: &Actor, prefix: String) -> Result<Vec<TagCount>, Error> {
        actor.require(Permission::View)?;
        self.inner().database(move |db| db.tags(&prefix, MAX_LIMIT)).await
    }

    /// Returns the ids of other files of the same content, at most [`MAX_LIMIT`].
    ///
    /// # Errors
    /// [`Error::Auth`] without permission.
    pub async fn duplicates(&self, actor: &Actor, file: &FileRecord) -> Result<Vec<FileId>, Error> {
        actor.require(Permission::View)?;
        let (id, checksum) = (file.id, file.checksum);
        self.inner().database(move |db| db.duplicates(id, &checksum, MAX_LIMIT)).await
    }

    /// Returns the object under a key: the content of a file, or a thumbnail. Does not
    /// ask who may have it, as [`media`](Self::media) does.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for objects that no file owns (yet).
    pub async fn content(&self, key: Key) -> Result<Content, Error> {
        self.inner().glance(move |db| db.object(&key)).await?.ok_or(Error::NotFound)
    }

    /// Opens the bytes of an object, or a range of them. Those of small objects are compared with
    /// their SHA-256, and kept in memory, if [`Options`](crate::Options) give any for that.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it was deleted in the meantime; [`Error::Internal`] if a file has
    /// lost its object, or has another one than was stored.
    pub async fn read(&self, content: &Content, range: Option<Range<u64>>) -> Result<Object, Error> {
        let cache = &self.inner().media_cache;
        if !cache.takes(content) {
            return Ok(whole(self.open(content, range).await?, content.key.clone()));
        }
        let bytes = match cache.body(content) {
            Some(bytes) => bytes,
            None => self.load(content).await?,
        };
        Ok(Object::of_bytes(&content.key, bytes, range)?)
    }

    /// Checks that an object is there and has the size that it was stored with, for whoever reads
    /// it by other means.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn check_size(&self, content: &Content) -> Result<(), Error> {
        match self.inner().storage.size(&content.key).await {
            Ok(size) if size == content.size => Ok(()),
            Ok(size) => Err(Damage::missing(content, size).into()),
            Err(tintype_storage::Error::NotFound { .. }) => Err(self.absence(content).await),
            Err(error) => Err(error.into()),
        }
    }

    /// Says what it means that storage does not have an object: it was deleted, which may not be
    /// known in memory yet, or it is lost.
    async fn absence(&self, content: &Content) -> Error {
        match self.content(content.key.clone()).await {
            Ok(_) => Damage::missing(content, 0).into(),
            Err(error) => {
                self.inner().media_cache.forget(std::slice::from_ref(&content.key));
                error
            }
        }
    }

    /// Opens the bytes of an object of the right size, or a range of them.
    async fn open(&self, content: &Content, range: Option<Range<u64>>) -> Result<Object, Error> {
        let (key, size) = (&content.key, content.size);
        let object = match self.inner().storage.get(key, range).await {
            Err(tintype_storage::Error::NotFound { .. }) => return Err(self.absence(content).await),
            Err(tintype_storage::Error::RangeNotSatisfiable { size: found, .. }) if found != size => {
                return Err(Damage::missing(content, found).into());
            }
            other => other?,
        };
        if object.size == size { Ok(object) } else { Err(Damage::missing(content, object.size).into()) }
    }

    /// Reads a small object, compares it with its SHA-256, and keeps it in memory.
    async fn load(&self, content: &Content) -> Result<Bytes, Error> {
        let mut body = self.open(content, None).await?.body;
        let mut bytes = body.try_next().await?.unwrap_or_default();
        while let Some(block) = body.try_next().await? {
            bytes = [bytes, block].concat().into();
        }
        if bytes.len() as u64 != content.size {
            return Err(Damage::missing(content, bytes.len() as u64).into());
        }
        let found = self.inner().calls.checksum(bytes.clone()).await?;
        if found != content.checksum {
            return Err(Damage { key: content.key.clone(), wrong: Wrong::Checksum(content.checksum, found) }.into());
        }
        self.inner().media_cache.keep_body(content, bytes.clone());
        Ok(bytes)
    }

    /// Returns a URL at which storage itself serves an object; `None` if the storage cannot do
    /// that.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the credentials for the storage cannot be obtained.
    pub async fn presign(&self, content: &Content, options: PresignOptions) -> Result<Option<String>, Error> {
        Ok(self.inner().storage.presign(&content.key, &options).await?)
    }
}

/// What storage holds is not what was put there.
#[derive(Debug, thiserror::Error)]
#[error("object `{key}` is damaged: {wrong}")]
struct Damage {
    key: Key,
    wrong: Wrong,
}

/// What is wrong with an object.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("{found} of {expected} bytes are there")]
    Size { expected: u64, found: u64 },
    #[error("its SHA-256 should be {}, and is {}", .0.to_hex(), .1.to_hex())]
    Checksum(Checksum, Checksum),
}

impl Damage {
    /// Returns what is wrong with an object of which so many bytes are there.
    fn missing(content: &Content, found: u64) -> Self {
        Self { key: content.key.clone(), wrong: Wrong::Size { expected: content.size, found } }
    }
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Self {
        Self::internal(damage)
    }
}

/// Returns an object whose body fails where it is shorter than its range, and logs that.
fn whole(object: Object, key: Key) -> Object {
    let left = object.range.end - object.range.start;
    let body = stream::unfold((object.body, left), move |(mut body, left)| {
        let key = key.clone();
        async move {
            match body.next().await {
                Some(Ok(block)) => {
                    let left = left.saturating_sub(block.len() as u64);
                    Some((Ok(block), (body, left)))
                }
                Some(Err(error)) => {
                    tracing::error!(%key, missing_bytes = left, %error, "an object cannot be read to its end");
                    Some((Err(error), (stream::empty().boxed(), 0)))
                }
                None if left > 0 => {
                    tracing::error!(%key, missing_bytes = left, "an object ends too early");
                    let source = format!("object `{key}` ends {left} bytes too early").into();
                    Some((Err(tintype_storage::Error::Unavailable { source }), (stream::empty().boxed(), 0)))
                }
                None => None,
            }
        }
    });
    Object { body: body.boxed(), ..object }
}
