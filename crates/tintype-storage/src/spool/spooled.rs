use super::file::SpoolFile;
use crate::{Error, blocking};
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, mem};
use tintype_domain::Checksum;

/// A file that was received whole: counted, hashed, and on its way to storage.
///
/// Clones are handles of the same file. It is removed when the last of them is dropped, unless it was placed in a
/// storage, to which it then belongs.
#[derive(Clone)]
pub struct Spooled(Arc<Inner>);

struct Inner {
    /// `None` only while it is being dropped.
    file: Option<SpoolFile>,
    len: u64,
    checksum: Checksum,
    durability: Mutex<Durability>,
}

#[derive(Clone, Copy)]
enum Durability {
    Unknown,
    Reached,
    /// The kernel reports a failed write once and forgets it: asking again would get a lie for an answer.
    Lost,
}

impl Spooled {
    pub(super) fn new(file: SpoolFile, len: u64, checksum: Checksum) -> Self {
        Self(Arc::new(Inner { file: Some(file), len, checksum, durability: Mutex::new(Durability::Unknown) }))
    }

    /// Returns how many bytes it holds.
    #[expect(clippy::len_without_is_empty, reason = "a size in bytes, not a collection")]
    pub fn len(&self) -> u64 {
        self.0.len
    }

    /// Returns the SHA-256 digest of its bytes.
    pub fn checksum(&self) -> Checksum {
        self.0.checksum
    }

    /// Opens it for reading, from the first byte, independent of every other handle. Blocks.
    ///
    /// # Errors
    /// What the operating system says, such as that too many files are open.
    pub fn open(&self) -> io::Result<File> {
        self.file()?.reopen()
    }

    /// Makes its bytes survive a power cut. Blocks.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        let mut durability = self.0.durability.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match *durability {
            Durability::Reached => return Ok(()),
            Durability::Unknown => self.file().and_then(|file| file.file().sync_all()),
            Durability::Lost => Err(io::Error::other("its bytes were lost by an earlier failure")),
        };
        *durability = if result.is_ok() { Durability::Reached } else { Durability::Lost };
        result.map_err(|error| self.failed("sync a file in", error))
    }

    /// Gives the file the name in `folder`, unless something bears that name already.
    pub(crate) fn link(&self, folder: impl AsFd, name: &str) -> io::Result<()> {
        self.file()?.link(folder, name)
    }

    /// Reads all of it into memory.
    pub(crate) async fn read_all(&self) -> Result<Bytes, Error> {
        let this = self.clone();
        blocking::run(move || {
            let mut bytes = Vec::with_capacity(this.len() as usize);
            let read = this.open().and_then(|mut file| file.read_to_end(&mut bytes));
            read.map_err(|error| this.failed("read a file in", error))?;
            Ok(bytes.into())
        })
        .await
    }

    pub(crate) fn failed(&self, operation: &'static str, error: io::Error) -> Error {
        let dir = self.0.file.as_ref().map_or(Path::new(""), SpoolFile::dir);
        Error::io(operation, dir)(error)
    }

    fn file(&self) -> io::Result<&SpoolFile> {
        self.0.file.as_ref().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // To give back the blocks of a large file takes a while: not on a thread that serves others.
        let file = mem::take(&mut self.file);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || drop(file));
        }
    }
}

impl fmt::Debug for Spooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spooled").field("len", &self.0.len).field("checksum", &self.0.checksum).finish_non_exhaustive()
    }
}
