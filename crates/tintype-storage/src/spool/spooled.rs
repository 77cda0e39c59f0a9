use super::file::SpoolFile;
use crate::Error;
use bytes::Bytes;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};
use tintype_domain::{Checksum, Crc32};

/// A completely received file: counted, hashed, and on its way to storage.
///
/// Its file is removed when this is dropped. An object that was made from it stays: it has its own
/// name in the storage, and this remains readable beside it.
pub struct Spooled {
    file: SpoolFile,
    len: u64,
    checksum: Checksum,
    crc32: Crc32,
    durability: Mutex<Durability>,
}

#[derive(Clone, Copy)]
enum Durability {
    Unknown,
    Reached,
    /// The kernel reports a failed write only once: a second sync would wrongly succeed.
    Lost,
}

impl Spooled {
    pub(super) fn new(file: SpoolFile, len: u64, checksum: Checksum, crc32: Crc32) -> Self {
        Self { file, len, checksum, crc32, durability: Mutex::new(Durability::Unknown) }
    }

    /// Returns how many bytes it holds.
    #[expect(clippy::len_without_is_empty, reason = "a size in bytes, not a collection")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns the SHA-256 digest of its bytes.
    pub fn checksum(&self) -> Checksum {
        self.checksum
    }

    /// Returns the CRC-32 of its bytes.
    pub fn crc32(&self) -> Crc32 {
        self.crc32
    }

    /// Opens it for reading from the first byte, independently of every other handle. Blocks.
    ///
    /// # Errors
    /// The operating system's error, such as that too many files are open.
    pub fn open(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Returns the folder it lies in, for messages.
    #[cfg(feature = "s3")]
    pub(crate) fn dir(&self) -> &std::path::Path {
        self.file.dir()
    }

    /// Makes its bytes survive a power cut. Blocks.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        let mut durability = self.durability.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match *durability {
            Durability::Reached => return Ok(()),
            Durability::Unknown => self.file.file().sync_all(),
            Durability::Lost => Err(io::Error::other("its bytes were lost by an earlier failure")),
        };
        *durability = if result.is_ok() { Durability::Reached } else { Durability::Lost };
        result.map_err(|error| self.failed("sync a file in", error))
    }

    /// Links the file under a name in `folder`, unless the name is taken.
    pub(crate) fn link(&self, folder: impl AsFd, name: &str) -> io::Result<()> {
        self.file.link(folder, name)
    }

    /// Reads all of it into memory. Blocks.
    pub(crate) fn read_all(&self) -> Result<Bytes, Error> {
        let mut bytes = Vec::with_capacity(self.len as usize);
        let read = self.open().and_then(|mut file| file.read_to_end(&mut bytes));
        read.map_err(|error| self.failed("read a file in", error))?;
        Ok(bytes.into())
    }

    pub(crate) fn failed(&self, operation: &'static str, error: io::Error) -> Error {
        Error::io(operation, self.file.dir())(error)
    }
}

impl fmt::Debug for Spooled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spooled").field("len", &self.len).field("checksum", &self.checksum).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Durability;
    use crate::Spool;

    #[test]
    fn a_sync_that_failed_is_not_asked_again() {
        let dir = tempfile::tempdir().unwrap();
        let spooled = Spool::open(dir.path()).unwrap().write(b"bytes").unwrap();
        *spooled.durability.lock().unwrap() = Durability::Lost;
        // The kernel would report success now.
        assert!(spooled.file.file().sync_all().is_ok());
        assert!(spooled.sync().is_err());
        assert!(spooled.sync().is_err());
    }
}
