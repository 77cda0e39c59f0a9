//! Behaviours every storage must show, for the tests of whoever implements [`Storage`].
//!
//! Each function shows one, works below a folder of its own in `conformance/`, and leaves nothing behind; [`all`] runs
//! those that [`Storage`] promises. [`lets_one_of_many_racing_puts_win`] is for storages that promise more. They panic where
//! the behaviour is missing.
//!
//! ```
//! use tintype_storage::{MemoryStorage, conformance};
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(
//! conformance::all(&MemoryStorage::default())
//! # );
//! ```

mod lists;
mod puts;
mod reads;

pub use lists::{deletes_for_good, lists_what_is_there};
pub use puts::{
    keeps_objects, keeps_one_of_many_racing_puts, keeps_spooled_files, lets_one_of_many_racing_puts_win,
    never_overwrites, takes_every_name,
};
pub use reads::{finishes_reading_what_is_deleted, reads_ranges, streams_large_objects};

use crate::{Attributes, Content, Error, NewObject, Spool, Spooled, Storage};
use bytes::Bytes;
use futures_util::TryStreamExt;
use std::ops::Range;
use std::sync::Arc;
use tintype_domain::Key;

/// Runs every behaviour.
///
/// # Panics
/// Where one is missing.
pub async fn all(storage: &dyn Storage) {
    storage.check().await.expect("a working storage is ready");
    keeps_objects(storage).await;
    keeps_spooled_files(storage).await;
    takes_every_name(storage).await;
    never_overwrites(storage).await;
    keeps_one_of_many_racing_puts(storage).await;
    reads_ranges(storage).await;
    streams_large_objects(storage).await;
    finishes_reading_what_is_deleted(storage).await;
    deletes_for_good(storage).await;
    lists_what_is_there(storage).await;
}

/// A folder in the storage that is empty at first and in the end.
struct Folder<'a> {
    storage: &'a dyn Storage,
    name: &'static str,
}

impl<'a> Folder<'a> {
    async fn empty(storage: &'a dyn Storage, name: &'static str) -> Self {
        let folder = Self { storage, name };
        // An earlier run may have panicked half-way.
        folder.clear().await;
        folder
    }

    fn key(&self, name: &str) -> Key {
        format!("conformance/{}/{name}", self.name).parse().expect("tests use valid keys")
    }

    async fn put(&self, name: &str, bytes: impl Into<Bytes>) -> Result<(), Error> {
        self.put_content(name, Content::Bytes(bytes.into())).await
    }

    async fn put_content(&self, name: &str, content: Content) -> Result<(), Error> {
        let object = NewObject { key: self.key(name), content, attributes: Attributes::default() };
        self.storage.put(&object).await
    }

    async fn read(&self, name: &str, range: Option<Range<u64>>) -> Result<Vec<u8>, Error> {
        let object = self.storage.get(&self.key(name), range).await?;
        let body: Vec<Bytes> = object.body.try_collect().await?;
        let bytes = body.concat();
        assert_eq!(bytes.len() as u64, object.range.end - object.range.start, "the body is what its range says");
        Ok(bytes)
    }

    async fn keys(&self) -> Vec<Key> {
        let top = format!("conformance/{}", self.name).parse().expect("tests use valid keys");
        let mut keys: Vec<_> = self.storage.list(Some(&top)).try_collect().await.expect("keys can be listed");
        keys.sort();
        keys
    }

    async fn clear(&self) {
        for key in self.keys().await {
            self.storage.delete(&key).await.expect("an object can be deleted");
        }
    }
}

/// Returns bytes in which every position can be told from its neighbours and from its like in every other block.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251 + i / 65_521) as u8).collect()
}

async fn spooled(storage: &dyn Storage, bytes: &[u8]) -> Arc<Spooled> {
    let dir = storage.spool_dir().map_or_else(std::env::temp_dir, ToOwned::to_owned);
    let spool = Spool::open(dir).expect("a spool can be opened");
    let mut writer = spool.create(u64::MAX);
    // Chunks that never end where a block does.
    for chunk in bytes.chunks(10_007) {
        writer.write(Bytes::copy_from_slice(chunk)).await.expect("a file can be written");
    }
    Arc::new(writer.finish().await.expect("a file can be finished"))
}
