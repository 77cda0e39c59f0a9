use crate::{Error, Library, serving};
use std::ops::Range;
use std::time::Duration;
use tintype_auth::Actor;
use tintype_domain::{FileId, FileRecord, Key, ListQuery, Permission};
use tintype_persistence::{FilePage, ObjectRecord};
use tintype_storage::{Object, PresignOptions, PresignedFor};

/// What lies under a key, before its bytes are read.
pub type Content = ObjectRecord;

impl Library {
    /// Returns a page of files and how many match in all.
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

    /// Returns what lies under a key: a file's content or a thumbnail. Media are public: whoever knows a key may read.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for objects that no file owns (yet).
    pub async fn content(&self, key: Key) -> Result<Content, Error> {
        self.inner().database(move |db| db.object(&key)).await?.ok_or(Error::NotFound)
    }

    /// Opens the bytes of what lies under a key, all or a range of them.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it was deleted meanwhile; [`Error::Internal`] where a file has lost its object.
    pub async fn read(&self, content: &Content, range: Option<Range<u64>>) -> Result<Object, Error> {
        match self.inner().storage.get(&content.key, range).await {
            Err(missing @ tintype_storage::Error::NotFound { .. }) => {
                self.content(content.key.clone()).await?;
                Err(Error::internal(missing))
            }
            other => Ok(other?),
        }
    }

    /// Returns a URL under which storage itself serves what lies under a key for `lifetime`; `None` where it serves nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the keys to the storage cannot be had.
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
