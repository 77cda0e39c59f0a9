use super::{Inner, client, error};
use crate::blocks::{BLOCK_BYTES, Source};
use crate::{Content, Error, NewObject, Spooled, blocking};
use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::multipart::PartId;
use object_store::path::Path;
use object_store::{Attribute, Attributes, PutMultipartOptions, PutOptions};
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tintype_domain::Key;
use tokio::sync::SemaphorePermit;
use tokio::time::{sleep, timeout};

/// The size of a part: S3's minimum, so that a large object takes the least memory. Objects that do
/// not fit into [`MAX_PARTS`] such parts have larger ones.
const PART_BYTES: u64 = 5 << 20;

/// How many parts an object may have.
const MAX_PARTS: u64 = 10_000;

/// How many parts of one object are in flight at a time.
const PARTS_IN_FLIGHT: usize = 4;

/// How often the service is asked whether it still answers while a large object is sent.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// The pauses before each attempt to abort a failed upload in parts.
const ABORT_AFTER: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(20),
    Duration::from_secs(60),
    Duration::from_secs(300),
];

impl Inner {
    /// Puts an object under a key that nobody else uses.
    pub(super) async fn put(self: &Arc<Self>, object: &NewObject) -> Result<(), Error> {
        let path = self.path(&object.key);
        let attributes = attributes(object);
        let key = &object.key;
        match &object.content {
            Content::Bytes(bytes) => {
                let put = async {
                    self.refuse_taken(key).await?;
                    self.put_whole(key, &path, bytes.clone(), attributes).await
                };
                self.within(client::patience(bytes.len() as u64), put).await
            }
            Content::Spooled(spooled) if spooled.len() <= PART_BYTES => {
                let put = async {
                    self.refuse_taken(key).await?;
                    let _memory = self.reserve(spooled.len()).await?;
                    let bytes = read(spooled, 0..spooled.len()).await?;
                    self.put_whole(key, &path, bytes, attributes).await
                };
                self.within(client::patience(spooled.len()), self.while_alive(put)).await
            }
            Content::Spooled(spooled) => {
                self.within(client::patience(0), self.refuse_taken(key)).await?;
                self.put_in_parts(key, path, spooled, attributes).await
            }
        }
    }

    /// Refuses a key that has an object: somebody copied it there, or it is left from before a
    /// restore of the database.
    async fn refuse_taken(&self, key: &Key) -> Result<(), Error> {
        match self.head(key).await {
            Ok(_) => Err(Error::AlreadyExists { key: key.clone() }),
            Err(Error::NotFound { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    async fn put_whole(&self, key: &Key, path: &Path, bytes: Bytes, attributes: Attributes) -> Result<(), Error> {
        // Overwriting, so that it can be repeated when an answer was lost.
        let options = PutOptions { attributes, ..PutOptions::default() };
        let put = self.store.put_opts(path, bytes.into(), options).await;
        put.map(drop).map_err(|e| self.not_put(&e, key))
    }

    async fn put_in_parts(
        self: &Arc<Self>,
        key: &Key,
        path: Path,
        spooled: &Spooled,
        attributes: Attributes,
    ) -> Result<(), Error> {
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let begun = async { self.store.create_multipart_opts(&path, options).await.map_err(|e| self.not_put(&e, key)) };
        let id = self.within(client::patience(0), begun).await?;
        let put = async {
            let parts = self.send_parts(key, &path, &id, spooled).await?;
            self.within(client::completing_patience(), self.complete(key, &path, &id, parts, spooled.len())).await
        };
        let result = self.while_alive(put).await;
        if result.is_err() {
            let inner = Arc::clone(self);
            // In the background, because the service may be down.
            tokio::spawn(async move { inner.abort(path, id).await });
        }
        result
    }

    /// Waits for work that may take long, as long as the service answers a small request every now
    /// and then.
    async fn while_alive<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let ended = async {
            loop {
                sleep(ASK_EVERY).await;
                if let Err(error) = self.within(client::ANSWER_LIMIT, self.find_mark()).await {
                    return error;
                }
            }
        };
        match select(pin!(work), pin!(ended)).await {
            Either::Left((result, _)) => result,
            Either::Right((error, _)) => Err(error),
        }
    }

    async fn send_parts(&self, key: &Key, path: &Path, id: &String, spooled: &Spooled) -> Result<Vec<PartId>, Error> {
        let part_bytes = part_bytes(spooled.len());
        let parts = (0..spooled.len()).step_by(part_bytes as usize).enumerate();
        let sending = parts.map(|(index, start)| async move {
            let end = spooled.len().min(start + part_bytes);
            let _memory = self.reserve(end - start).await?;
            let bytes = read(spooled, start..end).await?;
            let put =
                async { self.store.put_part(path, id, index, bytes.into()).await.map_err(|e| self.not_put(&e, key)) };
            self.within(client::patience(end - start), put).await
        });
        stream::iter(sending).buffered(PARTS_IN_FLIGHT).try_collect().await
    }

    async fn complete(&self, key: &Key, path: &Path, id: &String, parts: Vec<PartId>, size: u64) -> Result<(), Error> {
        let Err(error) = self.store.complete_multipart(path, id, parts).await else { return Ok(()) };
        // If the answer was lost and the request repeated, the upload is gone and the object is in
        // its place.
        match self.head(key).await {
            Ok(meta) if meta.size == size => Ok(()),
            _ => Err(self.not_put(&error, key)),
        }
    }

    /// Tells the service to drop the parts it has. If that fails, the bucket's lifecycle rules have
    /// to do it.
    async fn abort(&self, path: Path, id: String) {
        for pause in ABORT_AFTER {
            sleep(pause).await;
            let abort = self.store.abort_multipart(&path, &id);
            if timeout(client::patience(0), abort).await.is_ok_and(|aborted| aborted.is_ok()) {
                return;
            }
        }
    }

    /// Waits until so much memory may be used for content in flight.
    async fn reserve(&self, bytes: u64) -> Result<Option<SemaphorePermit<'_>>, Error> {
        // Receiving an upload takes that much memory anyway; waiting behind large uploads is not
        // worth it.
        if bytes <= BLOCK_BYTES as u64 {
            return Ok(None);
        }
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX).min(super::MEMORY_KIB);
        self.memory.acquire_many(kib).await.map(Some).map_err(Error::unavailable)
    }

    /// `NotFound` in answer to a put means that the bucket is missing.
    fn not_put(&self, error: &object_store::Error, key: &Key) -> Error {
        match error::of_object(error, key, &self.url) {
            Error::NotFound { .. } => error::trouble(format!("`{}` has lost an upload, or does not exist", self.url)),
            other => other,
        }
    }
}

fn attributes(object: &NewObject) -> Attributes {
    let stored = &object.attributes;
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::ContentType, stored.content_type.clone().into());
    if let Some(value) = &stored.content_disposition {
        attributes.insert(Attribute::ContentDisposition, value.clone().into());
    }
    attributes
}

async fn read(spooled: &Spooled, range: Range<u64>) -> Result<Bytes, Error> {
    let file = spooled.open().map_err(|error| spooled.failed("open a file in", error))?;
    let source = Source::new(file, spooled.dir().to_owned());
    blocking::run(move || source.block(range.start, (range.end - range.start) as usize)).await
}

fn part_bytes(size: u64) -> u64 {
    PART_BYTES.max(size.div_ceil(MAX_PARTS))
}

#[cfg(test)]
mod tests {
    use super::{MAX_PARTS, PART_BYTES, part_bytes};

    #[test]
    fn there_are_never_too_many_parts() {
        assert_eq!(part_bytes(PART_BYTES + 1), PART_BYTES);
        for size in [PART_BYTES * MAX_PARTS, PART_BYTES * MAX_PARTS + 1, 5 << 40] {
            let part = part_bytes(size);
            assert!(part >= PART_BYTES && size.div_ceil(part) <= MAX_PARTS, "{size}: {part}");
        }
    }
}
