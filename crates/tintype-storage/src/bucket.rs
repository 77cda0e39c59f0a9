mod client;
mod error;
mod open;
mod upload;
mod url;

pub use url::BucketUrl;

use crate::blocks;
use crate::storage::within;
use crate::{Error, NewObject, Object, PresignOptions, PresignedFor, Storage};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use http::Method;
use object_store::path::Path;
use object_store::signer::SignedUrlOptions;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStoreExt};
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tintype_domain::Key;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Memory for content between the spool and the bucket, for all uploads together; in KiB, because
/// semaphores count in `u32`.
const MEMORY_KIB: u32 = 64 * 1024;

/// How long a download may stall before it fails: long enough to survive a restart of the service.
const STALL_LIMIT: Duration = Duration::from_secs(60);

/// Objects in a bucket of Amazon S3 or a service that speaks its protocol, of Google Cloud Storage
/// or of Azure.
///
/// Large content is sent in parts of 5 MiB, four at a time, and all content in flight takes at most
/// 64 MiB of memory. Every request has a time limit and is repeated if that may help. After about
/// eight seconds without an answer, an operation fails with [`Error::Unavailable`]. While large
/// content is sent, the service is asked regularly whether it still answers.
///
/// Before an object is put, the bucket is asked whether its key is taken. That is not atomic,
/// because not every service supports create-only puts: if puts race for one key, the last one
/// wins. The caller must make sure that they do not race.
#[derive(Debug, Clone)]
pub struct BucketStorage {
    inner: Arc<Inner>,
}

struct Inner {
    url: BucketUrl,
    store: Box<dyn client::Store>,
    memory: Semaphore,
    is_read_only: bool,
}

impl BucketStorage {
    /// Connects to a bucket with the credentials in an environment (for S3 `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY` and the others that Amazon's tools know). The URL takes precedence
    /// over the environment. The [mark](Storage::mark) is the object `.tintype` below the prefix;
    /// [`check`](Storage::check) fails until it is there.
    ///
    /// # Errors
    /// [`Error::Unavailable`], with a text that says what to do, if the bucket cannot be read from.
    pub async fn open(url: &BucketUrl, environment: &[(String, String)]) -> Result<Self, Error> {
        let storage = Self::connect(url, environment, false).await?;
        storage.is_marked().await?;
        Ok(storage)
    }

    /// Connects to a bucket that was [marked](Storage::mark) before, for reading only: its mark
    /// must exist, and [`put`](Storage::put) and [`delete`](Storage::delete) fail.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_read_only(url: &BucketUrl, environment: &[(String, String)]) -> Result<Self, Error> {
        let storage = Self::connect(url, environment, true).await?;
        storage.check().await?;
        Ok(storage)
    }

    async fn connect(url: &BucketUrl, environment: &[(String, String)], is_read_only: bool) -> Result<Self, Error> {
        let opened = timeout(client::patience(0), open::store(url, environment)).await;
        let store = opened.unwrap_or_else(|_| Err(error::timed_out(url)))?;
        let inner = Inner { url: url.clone(), store, memory: Semaphore::new(MEMORY_KIB as usize), is_read_only };
        Ok(Self { inner: Arc::new(inner) })
    }
}

impl Inner {
    fn path(&self, key: &Key) -> Path {
        self.path_of(key.as_str())
    }

    /// Returns the path of a name in the bucket.
    fn path_of(&self, name: &str) -> Path {
        let path = match &self.url.prefix {
            Some(prefix) => format!("{prefix}/{name}"),
            None => name.to_owned(),
        };
        // Every key is a valid path.
        Path::parse(&path).unwrap_or_else(|_| Path::from(path))
    }

    fn refuse_read_only(&self) -> Result<(), Error> {
        if !self.is_read_only {
            return Ok(());
        }
        let source = io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "it was opened for reading alone");
        Err(Error::Io { operation: "write to", path: self.url.to_string().into(), source })
    }

    async fn within<T>(&self, limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        timeout(limit, work).await.unwrap_or_else(|_| Err(error::timed_out(&self.url)))
    }

    async fn head(&self, key: &Key) -> Result<ObjectMeta, Error> {
        self.store.head(&self.path(key)).await.map_err(|e| error::of_object(&e, key, &self.url))
    }

    /// Puts the mark that `check` looks for.
    async fn mark(&self) -> Result<(), Error> {
        let put = async { self.store.put(&self.path_of(".tintype"), Bytes::from_static(b"tintype\n").into()).await };
        self.within(client::patience(0), async { put.await.map(drop).map_err(|e| error::of_bucket(&e, &self.url)) })
            .await
    }

    /// Reads the mark, which needs everything that reading an object needs.
    async fn find_mark(&self) -> Result<(), Error> {
        let found = self.store.get(&self.path_of(".tintype")).await;
        let read = async { found?.bytes().await };
        read.await.map(drop).map_err(|e| error::of_bucket(&e, &self.url))
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, Error> {
        if let Some(range) = range.clone().filter(Range::is_empty) {
            return self.nothing_of(key, range).await;
        }
        let wanted = range.clone().map(|range| match range.end {
            u64::MAX => GetRange::Offset(range.start),
            _ => GetRange::Bounded(range),
        });
        let options = GetOptions { range: wanted, ..GetOptions::default() };
        match (self.store.get_opts(&self.path(key), options).await, range) {
            (Ok(found), _) => {
                let (size, range) = (found.meta.size, found.range.clone());
                Ok(Object { size, range, body: self.steady(found.into_stream()) })
            }
            (Err(error), Some(range)) if error::is_beyond_end(&error) => self.nothing_of(key, range).await,
            (Err(error), _) => Err(error::of_object(&error, key, &self.url)),
        }
    }

    /// Returns an empty range of an object, or the reason why there is none.
    async fn nothing_of(&self, key: &Key, range: Range<u64>) -> Result<Object, Error> {
        let size = self.head(key).await?.size;
        let range = within(key, Some(range), size)?;
        Ok(Object { size, range: range.start..range.start, body: stream::empty().boxed() })
    }

    /// Cuts a body into bounded blocks, and ends with an error if it stalls for too long.
    fn steady(
        &self,
        body: BoxStream<'static, object_store::Result<Bytes>>,
    ) -> BoxStream<'static, Result<Bytes, Error>> {
        let url = self.url.clone();
        stream::try_unfold((body, url), |(mut body, url)| async move {
            match timeout(STALL_LIMIT, body.try_next()).await {
                Ok(Ok(Some(bytes))) => Ok(Some((bytes, (body, url)))),
                Ok(Ok(None)) => Ok(None),
                Ok(Err(error)) => Err(error::of_bucket(&error, &url)),
                Err(_) => Err(error::timed_out(&url)),
            }
        })
        .map_ok(blocks::of_bytes)
        .try_flatten()
        .boxed()
    }
}

#[async_trait]
impl Storage for BucketStorage {
    async fn put(&self, object: &NewObject) -> Result<(), Error> {
        self.inner.refuse_read_only()?;
        self.inner.put(object).await
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, Error> {
        self.inner.within(client::patience(0), self.inner.get(key, range)).await
    }

    async fn size(&self, key: &Key) -> Result<u64, Error> {
        self.inner.within(client::patience(0), async { Ok(self.inner.head(key).await?.size) }).await
    }

    async fn delete(&self, key: &Key) -> Result<(), Error> {
        let inner = &self.inner;
        inner.refuse_read_only()?;
        let delete = async {
            let deleted = inner.store.delete(&inner.path(key)).await;
            match deleted.map_err(|e| error::of_object(&e, key, &inner.url)) {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(other) => Err(other),
            }
        };
        inner.within(client::patience(0), delete).await
    }

    fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, Error>> {
        let inner = Arc::clone(&self.inner);
        let top = folder
            .map(|folder| inner.path(folder))
            .or_else(|| inner.url.prefix.as_ref().map(|p| Path::from(p.as_str())));
        let found = self.inner.store.list(top.as_ref()).map_err(|e| error::of_bucket(&e, &self.inner.url));
        let skipped = inner.url.prefix.as_ref().map_or(0, |prefix| prefix.as_str().len() + 1);
        // Objects whose names are not keys, such as the mark, are not listed.
        found
            .try_filter_map(move |meta| {
                let key = meta.location.as_ref().get(skipped..).and_then(|key| key.parse().ok());
                std::future::ready(Ok(key))
            })
            .boxed()
    }

    async fn check(&self) -> Result<(), Error> {
        self.inner.within(client::patience(0), self.inner.find_mark()).await
    }

    async fn is_marked(&self) -> Result<bool, Error> {
        let inner = &self.inner;
        let head = async {
            match inner.store.get(&inner.path_of(".tintype")).await {
                Ok(_) => Ok(true),
                Err(error) if error::is_missing_object(&error) => Ok(false),
                Err(error) => Err(error::of_bucket(&error, &inner.url)),
            }
        };
        inner.within(client::patience(0), head).await
    }

    async fn mark(&self) -> Result<(), Error> {
        self.inner.refuse_read_only()?;
        self.inner.mark().await
    }

    async fn presign(&self, key: &Key, options: &PresignOptions) -> Result<Option<String>, Error> {
        let method = match options.request {
            PresignedFor::Get => Method::GET,
            PresignedFor::Head => Method::HEAD,
        };
        let inner = &self.inner;
        let path = inner.path(key);
        let cache_control = options.cache_control.iter().map(|value| ("response-cache-control", value));
        let disposition = options.content_disposition.iter().map(|value| ("response-content-disposition", value));
        let with_policy = SignedUrlOptions::default().with_query(cache_control.chain(disposition));
        let signed = async {
            let signed = match inner.store.signed_url_opts(method.clone(), &path, options.lifetime, &with_policy).await
            {
                Err(object_store::Error::NotSupported { .. }) => {
                    inner.store.signed_url(method, &path, options.lifetime).await
                }
                signed => signed,
            };
            signed.map_err(|e| error::of_bucket(&e, &inner.url))
        };
        Ok(Some(inner.within(client::patience(0), signed).await?.into()))
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the client, which holds secrets.
        f.debug_struct("Bucket").field("url", &self.url).finish_non_exhaustive()
    }
}
