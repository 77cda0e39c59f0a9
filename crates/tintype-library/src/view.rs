use crate::{Error, Library};
use futures_util::{StreamExt, stream};
use std::ops::Range;
use tintype_auth::Actor;
use tintype_domain::{FileId, FileRecord, Key, ListQuery, MAX_LIMIT, Permission};
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
        self.inner().database(move |db| db.file(id)).await?.ok_or(Error::NotFound)
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
        self.inner().database(move |db| db.object(&key)).await?.ok_or(Error::NotFound)
    }

    /// Opens the bytes of an object, or a range of them.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it was deleted in the meantime; [`Error::Internal`] if a file has
    /// lost its object.
    pub async fn read(&self, content: &Content, range: Option<Range<u64>>) -> Result<Object, Error> {
        let (key, size) = (&content.key, content.size);
        let object = match self.inner().storage.get(key, range).await {
            Err(tintype_storage::Error::NotFound { .. }) => {
                self.content(key.clone()).await?;
                return Err(Damage { key: key.clone(), expected: size, found: None }.into());
            }
            Err(tintype_storage::Error::RangeNotSatisfiable { size: found, .. }) if found != size => {
                return Err(Damage { key: key.clone(), expected: size, found: Some(found) }.into());
            }
            other => other?,
        };
        if object.size != size {
            return Err(Damage { key: key.clone(), expected: size, found: Some(object.size) }.into());
        }
        Ok(whole(object, key.clone()))
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
#[error("object `{key}` is damaged: {} of {expected} bytes are there", found.unwrap_or(0))]
struct Damage {
    key: Key,
    expected: u64,
    /// `None` where there is no object at all.
    found: Option<u64>,
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
