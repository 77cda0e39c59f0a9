use crate::{Error, Spooled, blocks};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tintype_domain::Key;

/// Stores objects by key. An object never changes: it is put once, read, and deleted.
///
/// Every method fails with [`Error::Unavailable`] if the backend does not answer, and with
/// [`Error::Io`] if the backend fails otherwise.
#[async_trait]
pub trait Storage: fmt::Debug + Send + Sync + 'static {
    /// Stores an object under a free key. Once this returns, the object survives a power cut.
    ///
    /// The object becomes visible only when all of its content is stored. If this fails, nothing
    /// stays under the key, unless it fails with [`Error::Unavailable`]: then the object may exist,
    /// or appear some time later. The object is only borrowed, so that it can be put under another
    /// key next.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] if the key is taken; its object is not overwritten. The caller must
    /// avoid simultaneous puts of one key, because a storage may let the last one win.
    /// [`Error::NoSpace`] if there is no room.
    async fn put(&self, object: &NewObject) -> Result<(), Error>;

    /// Returns the bytes of an object in `range`, or all of them, as a stream of bounded blocks.
    ///
    /// A range that ends after the object is cut at its end; [`Object::range`] says what is left.
    /// Once this has returned, the stream continues to its end even if the object is deleted in the
    /// meantime.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::RangeNotSatisfiable`] if the range begins after the object's
    /// end or ends before it begins. A range that begins exactly at the end is empty.
    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, Error>;

    /// Opens the file that an object lies in, and returns its size as well; `None` if objects do
    /// not lie in files.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    async fn open_file(&self, key: &Key) -> Result<Option<(File, u64)>, Error> {
        let _ = key;
        Ok(None)
    }

    /// Returns the size of an object in bytes.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    async fn size(&self, key: &Key) -> Result<u64, Error>;

    /// Removes an object, durably. Does nothing if there is none.
    ///
    /// # Errors
    /// Only what the backend itself fails with.
    async fn delete(&self, key: &Key) -> Result<(), Error>;

    /// Returns the keys below a folder, such as `photos/2025`, or all keys, in no particular order.
    ///
    /// Objects that are put or deleted in the meantime may be listed or not. A folder that does not
    /// exist is empty.
    fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, Error>>;

    /// Checks whether objects can be read and written now, and whether the mark is there, once it
    /// was [put](Self::mark).
    ///
    /// # Errors
    /// The error that a `put` or `get` would fail with at this moment.
    async fn check(&self) -> Result<(), Error>;

    /// Returns whether the storage has a mark, by which a library knows its storage from an empty
    /// one, such as the folder to which a disk was not mounted.
    async fn is_marked(&self) -> Result<bool, Error>;

    /// Marks the storage, durably. Does nothing if it is marked.
    async fn mark(&self) -> Result<(), Error>;

    /// Returns a URL at which anybody can fetch the object, without this program; `None` if only
    /// this program can reach objects. Does not check whether the object exists.
    ///
    /// # Errors
    /// Errors of a backend that has to be asked for credentials.
    async fn presign(&self, key: &Key, options: &PresignOptions) -> Result<Option<String>, Error> {
        let _ = (key, options);
        Ok(None)
    }

    /// Returns a folder on the storage's own file system, from which a spooled file can be placed
    /// without copying it; `None` if there is no such folder.
    fn spool_dir(&self) -> Option<&Path> {
        None
    }
}

/// An object to put.
#[derive(Debug, Clone)]
pub struct NewObject {
    /// Its key.
    pub key: Key,
    /// Its bytes.
    pub content: Content,
    /// What backends store with the object if they can.
    pub attributes: Attributes,
}

/// What a backend sends along with an object if clients fetch it directly: values of the HTTP
/// headers of the same names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// Its media type, such as `image/jpeg`.
    pub content_type: String,
    /// Whether it may be shown in place or must be downloaded.
    pub content_disposition: Option<String>,
}

impl Default for Attributes {
    /// Returns the attributes of bytes of which nothing is known.
    fn default() -> Self {
        Self { content_type: "application/octet-stream".to_owned(), content_disposition: None }
    }
}

/// What a presigned URL is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignOptions {
    /// The method of the request.
    pub request: PresignedFor,
    /// How long the URL can be used.
    pub lifetime: Duration,
    /// The `Cache-Control` of the answer. Google Cloud Storage and Azure do not send it; Garage
    /// (2.5) does not send it in answers to `HEAD`.
    pub cache_control: Option<String>,
    /// The `Content-Disposition` of the answer, in place of the one that is stored, within the same
    /// limits.
    pub content_disposition: Option<String>,
}

/// The method of the request that a presigned URL is for: the signature covers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresignedFor {
    /// The bytes, or ranges of them.
    Get,
    /// The headers of the object, without its bytes.
    Head,
}

/// The bytes of a new object.
#[derive(Debug, Clone)]
pub enum Content {
    /// Bytes in memory; for small objects.
    Bytes(Bytes),
    /// A file that was received into a [`Spool`](crate::Spool).
    Spooled(Arc<Spooled>),
}

/// An object that is being read.
pub struct Object {
    /// The size of the whole object in bytes, whatever the range.
    pub size: u64,
    /// Which bytes the body holds.
    pub range: Range<u64>,
    /// The bytes, in blocks of at most 256 KiB. Nothing follows an error.
    pub body: BoxStream<'static, Result<Bytes, Error>>,
}

impl Object {
    /// Returns the bytes of an object in `range`, or all of them, from memory.
    ///
    /// # Errors
    /// [`Error::RangeNotSatisfiable`], as of [`Storage::get`].
    pub fn of_bytes(key: &Key, bytes: Bytes, range: Option<Range<u64>>) -> Result<Self, Error> {
        let size = bytes.len() as u64;
        let range = within(key, range, size)?;
        // Within the length of a buffer, hence within `usize`.
        let body = bytes.slice(range.start as usize..range.end as usize);
        Ok(Self { size, range, body: blocks::of_bytes(body) })
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("size", &self.size).field("range", &self.range).finish_non_exhaustive()
    }
}

/// Returns the part of `range` that lies in an object of `size` bytes.
pub(crate) fn within(key: &Key, range: Option<Range<u64>>, size: u64) -> Result<Range<u64>, Error> {
    match range {
        None => Ok(0..size),
        Some(range) if range.start > size || range.start > range.end => {
            Err(Error::RangeNotSatisfiable { key: key.clone(), range, size })
        }
        Some(range) => Ok(range.start..range.end.min(size)),
    }
}

macro_rules! forward {
    ($pointer:ident) => {
        #[async_trait]
        impl<S: Storage + ?Sized> Storage for $pointer<S> {
            async fn put(&self, object: &NewObject) -> Result<(), Error> {
                (**self).put(object).await
            }

            async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, Error> {
                (**self).get(key, range).await
            }

            async fn open_file(&self, key: &Key) -> Result<Option<(File, u64)>, Error> {
                (**self).open_file(key).await
            }

            async fn size(&self, key: &Key) -> Result<u64, Error> {
                (**self).size(key).await
            }

            async fn delete(&self, key: &Key) -> Result<(), Error> {
                (**self).delete(key).await
            }

            fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, Error>> {
                (**self).list(folder)
            }

            async fn check(&self) -> Result<(), Error> {
                (**self).check().await
            }

            async fn is_marked(&self) -> Result<bool, Error> {
                (**self).is_marked().await
            }

            async fn mark(&self) -> Result<(), Error> {
                (**self).mark().await
            }

            async fn presign(&self, key: &Key, options: &PresignOptions) -> Result<Option<String>, Error> {
                (**self).presign(key, options).await
            }

            fn spool_dir(&self) -> Option<&Path> {
                (**self).spool_dir()
            }
        }
    };
}

forward!(Box);
forward!(Arc);
