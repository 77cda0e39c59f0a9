use crate::{Error, Library, serving};
use std::ops::Range;
use std::time::Duration;
use tintype_auth::Actor;
use tintype_domain::{FileId, FileRecord, Key, ListQuery, Permission};
use tintype_persistence::{FilePage, ObjectRecord};
use tintype_storage::{Object, PresignOptions, PresignedFor};

/// An object as its row describes it, before its bytes are read.
pub type Content = ObjectRecord;

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

    /// Returns the object under a key: the content of a file, or a thumbnail. Media are public:
    /// anybody who knows a key may read it.
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
        match self.inner().storage.get(&content.key, range).await {
            Err(missing @ tintype_storage::Error::NotFound { .. }) => {
                self.content(content.key.clone()).await?;
                Err(Error::internal(missing))
            }
            other => Ok(other?),
        }
    }

    /// Returns a URL at which storage itself serves an object for `lifetime`; `None` if the storage
    /// cannot do that.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the credentials for the storage cannot be obtained.
    pub async fn presign(
        &self,
        content: &Content,
        request: PresignedFor,
        lifetime: Duration,
    ) -> Result<Option<String>, Error> {
        let options = PresignOptions { request, lifetime, cache_control: Some(serving::CACHE_CONTROL.to_owned()) };
        Ok(self.inner().storage.presign(&content.key, &options).await?)
    }
}
