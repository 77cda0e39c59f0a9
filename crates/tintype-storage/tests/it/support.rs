//! What several tests need.

use bytes::Bytes;
use futures_util::TryStreamExt;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use tintype_domain::Key;
use tintype_storage::{Attributes, Content, Error, NewObject, Storage};

pub(crate) fn key(key: &str) -> Key {
    key.parse().unwrap()
}

pub(crate) fn object(name: &str, content: Content) -> NewObject {
    NewObject { key: key(name), content, attributes: Attributes::default() }
}

pub(crate) async fn put(storage: &dyn Storage, name: &str, bytes: impl Into<Bytes>) -> Result<(), Error> {
    storage.put(&object(name, Content::Bytes(bytes.into()))).await
}

pub(crate) async fn read(storage: &dyn Storage, name: &str) -> Result<Bytes, Error> {
    let body: Vec<Bytes> = storage.get(&key(name), None).await?.body.try_collect().await?;
    Ok(body.concat().into())
}

pub(crate) async fn keys(storage: &dyn Storage) -> Vec<Key> {
    let mut keys: Vec<_> = storage.list(None).try_collect().await.unwrap();
    keys.sort();
    keys
}

/// Says loudly that a test did not run: past the harness, which keeps what passing tests print to
/// itself.
pub(crate) fn skipped(why: &str) {
    let thread = std::thread::current();
    let mut error_output = std::io::stderr().lock();
    writeln!(error_output, "SKIPPED {}: {why}", thread.name().unwrap_or("a test")).unwrap();
}

/// A disk of its own, unmounted when dropped.
pub(crate) struct TmpfsMount(TempDir);

impl TmpfsMount {
    /// Mounts one with options such as `size=1m`; `None` where that is not permitted.
    pub(crate) fn new(options: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(dir.path()).output();
        mount.is_ok_and(|mount| mount.status.success()).then_some(Self(dir))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn remount(&self, option: &str) {
        let options = format!("remount,{option}");
        let mount = Command::new("mount").args(["-o", &options]).arg(self.path()).output().unwrap();
        assert!(mount.status.success(), "{mount:?}");
    }
}

impl Drop for TmpfsMount {
    fn drop(&mut self) {
        // Lazily, because a storage may still hold it.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).output();
    }
}
