use futures_util::{StreamExt, TryStreamExt};
use tintype_domain::Key;

use crate::library::Inner;
use crate::transfer::MoveNote;
use crate::{Error, Library};

/// How many of the newest files are looked for in a storage.
const FILES_LOOKED_FOR: u32 = 16;

/// How many of the objects of a storage without a mark are looked up in the database.
const OBJECTS_LOOKED_UP: usize = 1000;

/// Why a storage is not put to use.
#[derive(Debug, thiserror::Error)]
pub enum AdoptionError {
    /// It is not the one that the database's files are in.
    #[error(
        "the database has files, but this storage has neither the mark `.tintype` nor any of them: mount what is \
         missing there, or correct `storage_url`; to begin with this one all the same, put an empty file `.tintype` \
         into it"
    )]
    Foreign,
    /// It is being filled.
    #[error("`tintype migrate` has not filled this storage to the end; run it again until it says that it has")]
    Unfinished,
    /// Database or storage cannot be used.
    #[error(transparent)]
    Unusable(#[from] Error),
}

impl Library {
    /// Makes sure that the storage is the one that the database's files are in, and marks it. The
    /// storage of a database without files gets the mark, and so does one from before there were
    /// marks, if it has an object of some file. Call it at the start.
    ///
    /// # Errors
    /// [`AdoptionError`].
    pub async fn adopt_storage(&self) -> Result<(), AdoptionError> {
        let inner = self.inner();
        if inner.has(&MoveNote::Unfinished.key().map_err(Error::internal)?).await? {
            return Err(AdoptionError::Unfinished);
        }
        let is_marked = inner.storage.is_marked().await.map_err(Error::from)?;
        if !inner.has_newest_files().await? {
            if !is_marked && !inner.has_some_object().await? {
                return Err(AdoptionError::Foreign);
            }
            tracing::error!(
                "none of the {FILES_LOOKED_FOR} newest files has its object in the storage: is it the one of this \
                 database?"
            );
        }
        without_room(inner.storage.mark().await)?;
        // From now on it is in use: `tintype migrate` does not fill it any more.
        let note = MoveNote::Finished.key().map_err(Error::internal)?;
        if inner.has(&note).await? {
            inner.storage.delete(&note).await.map_err(Error::from)?;
        }
        Ok(without_room(inner.storage.check().await)?)
    }
}

/// Puts up with a storage that has no room left: files can be served and deleted all the same.
fn without_room(result: Result<(), tintype_storage::Error>) -> Result<(), Error> {
    match result {
        Err(error @ tintype_storage::Error::NoSpace { .. }) => {
            let error = Error::from(error);
            tracing::error!(error = %crate::causes(&error), "there is no room for uploads");
            Ok(())
        }
        result => Ok(result?),
    }
}

impl Inner {
    /// Returns whether the storage has the content of one of the newest files, or there are no
    /// files.
    async fn has_newest_files(&self) -> Result<bool, Error> {
        let keys = self.database(|db| db.newest_keys(FILES_LOOKED_FOR)).await?;
        for key in &keys {
            if self.has(key).await? {
                return Ok(true);
            }
        }
        Ok(keys.is_empty())
    }

    async fn has(&self, key: &Key) -> Result<bool, Error> {
        match self.storage.size(key).await {
            Ok(_) => Ok(true),
            Err(tintype_storage::Error::NotFound { .. } | tintype_storage::Error::NotAnObject { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns whether some file owns one of the first objects in the storage.
    async fn has_some_object(&self) -> Result<bool, Error> {
        let mut keys = self.storage.list(None).take(OBJECTS_LOOKED_UP);
        while let Some(key) = keys.try_next().await? {
            if self.database(move |db| db.object(&key)).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
