use crate::{Attributes, Content, Error, NewObject, Spool, Spooled, Storage};
use bytes::Bytes;
use futures_util::TryStreamExt;
use std::ops::Range;
use std::sync::Arc;
use tintype_domain::Key;

/// A folder in the storage that is empty at the start and at the end of a test.
pub(super) struct Folder<'a> {
    storage: &'a dyn Storage,
    name: &'static str,
}

impl<'a> Folder<'a> {
    pub(super) async fn empty(storage: &'a dyn Storage, name: &'static str) -> Self {
        let folder = Self { storage, name };
        // An earlier run may have panicked half-way.
        folder.clear().await;
        folder
    }

    pub(super) fn key(&self, name: &str) -> Key {
        format!("conformance/{}/{name}", self.name).parse().expect("tests use valid keys")
    }

    pub(super) async fn put(&self, name: &str, bytes: impl Into<Bytes>) -> Result<(), Error> {
        self.put_content(name, Content::Bytes(bytes.into())).await
    }

    pub(super) async fn put_content(&self, name: &str, content: Content) -> Result<(), Error> {
        let object = NewObject { key: self.key(name), content, attributes: Attributes::default() };
        self.storage.put(&object).await
    }

    pub(super) async fn read(&self, name: &str, range: Option<Range<u64>>) -> Result<Vec<u8>, Error> {
        let object = self.storage.get(&self.key(name), range).await?;
        let body: Vec<Bytes> = object.body.try_collect().await?;
        let bytes = body.concat();
        assert_eq!(bytes.len() as u64, object.range.end - object.range.start, "the body is what its range says");
        Ok(bytes)
    }

    pub(super) async fn keys(&self) -> Vec<Key> {
        let top = format!("conformance/{}", self.name).parse().expect("tests use valid keys");
        let mut keys: Vec<_> = self.storage.list(Some(&top)).try_collect().await.expect("keys can be listed");
        keys.sort();
        keys
    }

    pub(super) async fn clear(&self) {
        for key in self.keys().await {
            self.storage.delete(&key).await.expect("an object can be deleted");
        }
    }
}

/// Returns bytes in which every position differs from its neighbours and from the same position in
/// other blocks.
pub(super) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251 + i / 65_521) as u8).collect()
}

pub(super) async fn spooled(storage: &dyn Storage, bytes: &[u8]) -> Arc<Spooled> {
    let dir = storage.spool_dir().map_or_else(std::env::temp_dir, ToOwned::to_owned);
    let spool = Spool::open(dir).expect("a spool can be opened");
    let mut writer = spool.create(u64::MAX);
    // Chunks that never end at the end of a block.
    for chunk in bytes.chunks(10_007) {
        writer.write(Bytes::copy_from_slice(chunk)).await.expect("a file can be written");
    }
    Arc::new(writer.finish().await.expect("a file can be finished"))
}
