mod list;
mod tree;

use crate::storage::within;
use crate::{Content, Error, NewObject, Object, Spool, Spooled, Storage, blocking, blocks};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use rustix::io::Errno;
use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tintype_domain::Key;
use tree::Tree;

/// Objects as files below a folder of the local disk, each at the path that is its key.
///
/// A file is synced before it gets its name, and its folders before `put` returns; files have mode
/// 640 and folders 750, less the umask. No symbolic link below the root is ever followed. Folders
/// stay when their last object is deleted. The folder `.spool` in the root is where files are
/// received, and the file `.tintype` is the [mark](Storage::mark); no key can begin with a dot.
#[derive(Debug, Clone)]
pub struct LocalStorage {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    tree: Arc<Tree>,
    /// `None` if the storage is read-only.
    spool: Option<Spool>,
    /// Whether this process has made sure of the mark.
    is_marked: AtomicBool,
}

impl LocalStorage {
    /// Opens the storage in a folder, and creates the folder if it does not exist. Blocks briefly;
    /// meant for the start of a program.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be created, opened or written to.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Error> {
        let tree = Arc::new(Tree::create(root.into())?);
        let spool = Spool::open(tree.path().join(".spool"))?;
        Ok(Self { inner: Arc::new(Inner { tree, spool: Some(spool), is_marked: AtomicBool::new(false) }) })
    }

    /// Opens the storage in an existing folder, for reading only: [`put`](Storage::put) and
    /// [`delete`](Storage::delete) fail, and nothing is created. Blocks briefly.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be opened.
    pub fn open_read_only(root: impl Into<PathBuf>) -> Result<Self, Error> {
        let tree = Arc::new(Tree::open(root.into())?);
        Ok(Self { inner: Arc::new(Inner { tree, spool: None, is_marked: AtomicBool::new(false) }) })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.inner);
        blocking::run(move || work(&inner)).await
    }
}

#[async_trait]
impl Storage for LocalStorage {
    async fn put(&self, object: &NewObject) -> Result<(), Error> {
        let (key, content) = (object.key.clone(), object.content.clone());
        self.run(move |inner| inner.put(&key, &content)).await
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, Error> {
        // What the system has in memory is read here: a change of thread would take longer.
        let opened = self.inner.tree.open_cached(key);
        if let Some((file, size)) = &opened {
            let (size, range) = (*size, within(key, range.clone(), *size)?);
            if let Some(body) = blocks::of_cached_file(file, &range) {
                return Ok(Object { size, range, body });
            }
        }
        let key = key.clone();
        self.run(move |inner| {
            let (file, size) = opened.map_or_else(|| inner.tree.open_object(&key), Ok)?;
            let range = within(&key, range, size)?;
            let body = blocks::of_file(file, inner.tree.path_of(&key), range.clone())?;
            Ok(Object { size, range, body })
        })
        .await
    }

    async fn open_file(&self, key: &Key) -> Result<Option<(File, u64)>, Error> {
        let key = key.clone();
        self.run(move |inner| inner.tree.open_object(&key).map(Some)).await
    }

    async fn size(&self, key: &Key) -> Result<u64, Error> {
        if let Some((_, size)) = self.inner.tree.open_cached(key) {
            return Ok(size);
        }
        let key = key.clone();
        self.run(move |inner| inner.tree.size(&key)).await
    }

    async fn delete(&self, key: &Key) -> Result<(), Error> {
        let key = key.clone();
        self.run(move |inner| {
            inner.spool()?;
            inner.tree.remove(&key)
        })
        .await
    }

    fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, Error>> {
        list::stream(Arc::clone(&self.inner.tree), folder.cloned())
    }

    async fn check(&self) -> Result<(), Error> {
        self.run(|inner| {
            inner.tree.check()?;
            if inner.is_marked.load(Ordering::Relaxed) && !inner.tree.is_marked()? {
                return Err(Error::io("find the mark", inner.tree.path().join(tree::MARK))(Errno::NOENT));
            }
            inner.spool.as_ref().map_or(Ok(()), |spool| spool.write(b"x").map(drop))
        })
        .await
    }

    async fn is_marked(&self) -> Result<bool, Error> {
        self.run(|inner| inner.tree.is_marked()).await
    }

    async fn mark(&self) -> Result<(), Error> {
        self.run(|inner| {
            inner.spool()?;
            inner.tree.mark()?;
            inner.is_marked.store(true, Ordering::Relaxed);
            Ok(())
        })
        .await
    }

    fn spool_dir(&self) -> Option<&Path> {
        self.inner.spool.as_ref().map(Spool::dir)
    }
}

impl Inner {
    fn spool(&self) -> Result<&Spool, Error> {
        self.spool.as_ref().ok_or_else(|| Error::io("write to", self.tree.path())(Errno::ROFS))
    }

    fn put(&self, key: &Key, content: &Content) -> Result<(), Error> {
        match content {
            Content::Bytes(bytes) => self.place(key, &self.spool()?.write(bytes)?),
            Content::Spooled(spooled) => self.place(key, spooled),
        }
    }

    fn place(&self, key: &Key, spooled: &Spooled) -> Result<(), Error> {
        let spool = self.spool()?;
        spooled.sync()?;
        let folder = self.tree.create_folder_of(key)?;
        let linked = match spooled.link(&folder, key.file_name()) {
            // The file lies on another file system, or lost its last name when an object made from
            // it was deleted.
            Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::XDEV | Errno::NOENT)) => {
                let copy = spool.copy(spooled)?;
                copy.sync()?;
                copy.link(&folder, key.file_name())
            }
            linked => linked,
        };
        match linked {
            Ok(()) => self.tree.settle(key, &folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Error::AlreadyExists { key: key.clone() }),
            Err(error) => Err(Error::io("create", self.tree.path_of(key))(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Inner, LocalStorage, Spool, Tree};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    /// NFS, FAT and old overlay file systems have no anonymous files.
    #[tokio::test]
    async fn conforms_on_a_file_system_without_anonymous_files() {
        let dir = tempfile::tempdir().unwrap();
        let tree = Arc::new(Tree::create(dir.path().join("media")).unwrap());
        let spool = Some(Spool::open_without_anonymous(dir.path().join("media/.spool")).unwrap());
        let storage = LocalStorage { inner: Arc::new(Inner { tree, spool, is_marked: AtomicBool::new(false) }) };
        crate::conformance::all(&storage).await;
        let left = std::fs::read_dir(dir.path().join("media/.spool")).unwrap().count();
        assert_eq!(left, 0, "spooled files went when they were placed or refused");
    }
}
