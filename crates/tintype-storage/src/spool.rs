mod file;
mod spooled;
mod writer;

pub use file::open_regular;
pub use spooled::Spooled;
pub use writer::SpoolWriter;

pub(crate) use file::FOLDER_MODE;

use crate::Error;
use file::Folder;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder for incoming bytes on their way to storage: written, counted and hashed in one pass, up
/// to a limit.
///
/// Several spools, in one process or many, may share a folder.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: Arc<Folder>,
}

impl Spool {
    /// Opens a folder, creates it if it does not exist, and removes the spooled files that a crash
    /// left in it. It never removes a file that a living process still writes or reads, or a file
    /// that is not a spooled one.
    ///
    /// Blocks briefly; meant for the start of a program.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be created or written to, or is a symbolic link.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let folder = Folder::open(dir.into())?;
        folder.remove_leftovers()?;
        Ok(Self { folder: Arc::new(folder) })
    }

    /// Opens a folder as if its file system had no anonymous files.
    #[cfg(test)]
    pub(crate) fn open_without_anonymous(dir: PathBuf) -> Result<Self, Error> {
        Ok(Self { folder: Arc::new(Folder::open_without_anonymous(dir)?) })
    }

    /// Starts a file of at most `limit_bytes` bytes. It is created when its first block is written.
    pub fn create(&self, limit_bytes: u64) -> SpoolWriter {
        SpoolWriter::new(Arc::clone(&self.folder), limit_bytes)
    }

    /// Returns the folder.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Returns how many bytes there is room for on the file system of the folder. Blocks.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn free_bytes(&self) -> Result<u64, Error> {
        let system = rustix::fs::statvfs(self.dir()).map_err(Error::io("read the free space at", self.dir()))?;
        Ok(system.f_bavail.saturating_mul(system.f_frsize))
    }

    /// Reads the next `limit_bytes` bytes at most into a new file. Blocks.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there are more; [`Error::NoSpace`], [`Error::Io`].
    pub fn receive(&self, source: impl Read, limit_bytes: u64) -> Result<Spooled, Error> {
        writer::read_whole(Arc::clone(&self.folder), source, limit_bytes)
    }

    /// Takes a file on the file system of the folder without copying it, by a link of its own.
    /// Blocks while it is hashed.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if it has more than `limit_bytes` bytes; [`Error::Io`] if it cannot be
    /// read or linked, or is not a regular file.
    pub fn adopt(&self, path: &Path, limit_bytes: u64) -> Result<Spooled, Error> {
        writer::hash_whole(file::SpoolFile::adopt(Arc::clone(&self.folder), path)?, limit_bytes)
    }

    /// Writes bytes to a new file. Blocks.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<Spooled, Error> {
        writer::write_whole(Arc::clone(&self.folder), bytes)
    }

    /// Copies a file from another file system into a new one. Blocks.
    pub(crate) fn copy(&self, from: &Spooled) -> Result<Spooled, Error> {
        let file = file::SpoolFile::create(Arc::clone(&self.folder))?;
        writer::copy(file, from)
    }
}
