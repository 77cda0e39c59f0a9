//! Hashing an object in storage.

use futures_util::TryStreamExt;
use sha2::{Digest as _, Sha256};
use tintype_domain::{Checksum, Crc32, Key};
use tintype_storage::Storage;

use crate::Error;
use crate::pace::Pace;

/// Size and hashes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) size: u64,
    pub(crate) checksum: Checksum,
    pub(crate) crc32: Crc32,
}

/// Reads and hashes an object; each block is hashed on a blocking thread.
pub(crate) async fn digest(storage: &dyn Storage, key: &Key) -> Result<Digest, Error> {
    digest_at(storage, key, &mut Pace::unlimited()).await
}

/// Reads and hashes an object at a pace.
pub(crate) async fn digest_at(storage: &dyn Storage, key: &Key, pace: &mut Pace) -> Result<Digest, Error> {
    let mut body = storage.get(key, None).await?.body;
    let mut size = 0;
    let mut hashes = (Sha256::new(), crc32fast::Hasher::new());
    while let Some(block) = body.try_next().await? {
        size += block.len() as u64;
        pace.take(block.len()).await;
        let hash = move || {
            hashes.0.update(&block);
            hashes.1.update(&block);
            hashes
        };
        hashes = tokio::task::spawn_blocking(hash).await.map_err(Error::internal)?;
    }
    let (sha256, crc32) = hashes;
    Ok(Digest { size, checksum: Checksum(sha256.finalize().into()), crc32: Crc32(crc32.finalize()) })
}
