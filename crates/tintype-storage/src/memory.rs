use crate::{Content, Error, NewObject, Object, Storage, blocking};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tintype_domain::Key;

/// Objects in memory, lost when the process ends; for tests and examples.
#[derive(Default)]
pub struct MemoryStorage {
    objects: Mutex<BTreeMap<Key, Bytes>>,
}

impl MemoryStorage {
    fn objects(&self) -> MutexGuard<'_, BTreeMap<Key, Bytes>> {
        // No holder of the lock can leave the map half changed.
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &Key) -> Result<Bytes, Error> {
        self.objects().get(key).cloned().ok_or_else(|| Error::NotFound { key: key.clone() })
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn put(&self, object: &NewObject) -> Result<(), Error> {
        let bytes = match &object.content {
            // A copy, because a slice would keep the buffer alive that it was cut from.
            Content::Bytes(bytes) => Bytes::copy_from_slice(bytes),
            Content::Spooled(spooled) => {
                let spooled = Arc::clone(spooled);
                blocking::run(move || spooled.read_all()).await?
            }
        };
        match self.objects().entry(object.key.clone()) {
            Entry::Occupied(taken) => Err(Error::AlreadyExists { key: taken.key().clone() }),
            Entry::Vacant(free) => {
                free.insert(bytes);
                Ok(())
            }
        }
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, Error> {
        Object::of_bytes(key, self.find(key)?, range)
    }

    async fn size(&self, key: &Key) -> Result<u64, Error> {
        Ok(self.find(key)?.len() as u64)
    }

    async fn delete(&self, key: &Key) -> Result<(), Error> {
        self.objects().remove(key);
        Ok(())
    }

    fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, Error>> {
        let prefix = folder.map_or_else(String::new, |folder| format!("{folder}/"));
        let keys: Vec<_> = self.objects().keys().filter(|key| key.as_str().starts_with(&prefix)).cloned().collect();
        stream::iter(keys).map(Ok).boxed()
    }

    async fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// It is always the one that it was.
    async fn is_marked(&self) -> Result<bool, Error> {
        Ok(true)
    }

    async fn mark(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStorage").field("objects", &self.objects().len()).finish()
    }
}
