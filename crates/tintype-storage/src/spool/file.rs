use crate::Error;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, linkat, openat, renameat_with, unlinkat};
use rustix::io::Errno;
use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The prefix of the names of spooled files that have a name.
const PREFIX: &str = "spool-";

/// From this size on, freeing a file's blocks takes too long for a thread that serves requests.
const LARGE_BYTES: u64 = 1024 * 1024;

/// How many files may be received in large blocks at a time: with two blocks each, 32 MiB in all.
pub(crate) const LARGE_BLOCKS: usize = 64;

/// The program serves the objects; only its group may read them otherwise, for backups.
const FILE_MODE: Mode = Mode::from_raw_mode(0o640);
pub(crate) const FOLDER_MODE: u32 = 0o750;

/// Opens a regular file for reading, whoever's it is: no symbolic link is followed, and a pipe is
/// not waited for.
///
/// # Errors
/// The operating system's; [`io::ErrorKind::InvalidInput`] if it is not a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file: File = openat(CWD, path, flags, Mode::empty())?.into();
    if file.metadata()?.is_file() { Ok(file) } else { Err(Errno::INVAL.into()) }
}

/// A folder in which spooled files are created.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    handle: File,
    anonymous: bool,
    large_blocks: Arc<Semaphore>,
}

impl Folder {
    pub(crate) fn open(path: PathBuf) -> Result<Self, Error> {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&path).map_err(Error::io("create folder", &path))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = openat(CWD, &path, flags, Mode::empty()).map_err(Error::io("open folder", &path))?.into();
        let mut folder = Self { path, handle, anonymous: true, large_blocks: Arc::new(Semaphore::new(LARGE_BLOCKS)) };
        folder.anonymous = folder.create_anonymous().and_then(|file| proc_path_of(&file)).is_ok();
        Ok(folder)
    }

    /// Opens a folder as if its file system had no anonymous files.
    #[cfg(test)]
    pub(crate) fn open_without_anonymous(path: PathBuf) -> Result<Self, Error> {
        Ok(Self { anonymous: false, ..Self::open(path)? })
    }

    /// Returns the rights to large blocks.
    pub(crate) fn large_blocks(&self) -> &Arc<Semaphore> {
        &self.large_blocks
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Creates an anonymous file, which no crash can leave behind.
    #[cfg(target_os = "linux")]
    fn create_anonymous(&self) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        Ok(openat(&self.handle, ".", flags, FILE_MODE)?.into())
    }

    #[cfg(not(target_os = "linux"))]
    fn create_anonymous(&self) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Creates a file with a unique name and locks it, so that a clean-up knows that it is in use.
    fn create_named(&self) -> io::Result<(File, String)> {
        loop {
            let name = format!("{PREFIX}{:016x}", getrandom::u64().map_err(io::Error::other)?);
            let flags = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
            let file: File = match openat(&self.handle, &name, flags, FILE_MODE) {
                Err(Errno::EXIST) => continue,
                created => created?.into(),
            };
            // A clean-up between creating and locking removes the file's name.
            match file.try_lock() {
                Ok(()) if file.metadata()?.nlink() > 0 => return Ok((file, name)),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// Removes the named files that nobody has locked.
    pub(crate) fn remove_leftovers(&self) -> Result<(), Error> {
        let failed = |errno| Error::io("read folder", &self.path)(errno);
        for entry in rustix::fs::Dir::read_from(&self.handle).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            if name.starts_with(PREFIX) {
                self.remove_leftover(name).map_err(Error::io("remove", &self.path.join(name)))?;
            }
        }
        Ok(())
    }

    fn remove_leftover(&self, name: &str) -> io::Result<()> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file: File = match openat(&self.handle, name, flags, Mode::empty()) {
            // Finished in the meantime, or not a regular file and hence not ours.
            Err(Errno::NOENT | Errno::LOOP | Errno::ISDIR | Errno::NXIO) => return Ok(()),
            opened => opened?.into(),
        };
        if !file.metadata()?.is_file() {
            return Ok(());
        }
        match file.try_lock() {
            Ok(()) => match unlinkat(&self.handle, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => Ok(()),
                Err(errno) => Err(errno.into()),
            },
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// A file in a spool folder. It is removed when dropped; objects that were linked from it stay.
#[derive(Debug)]
pub(crate) struct SpoolFile(Option<Held>);

#[derive(Debug)]
struct Held {
    file: File,
    /// Its name in the folder, if it has one.
    name: Option<String>,
    folder: Arc<Folder>,
}

impl SpoolFile {
    pub(crate) fn create(folder: Arc<Folder>) -> Result<Self, Error> {
        let created = if folder.anonymous {
            folder.create_anonymous().map(|file| (file, None))
        } else {
            folder.create_named().map(|(file, name)| (file, Some(name)))
        };
        let (file, name) = created.map_err(Error::io("create a file in", &folder.path))?;
        Ok(Self(Some(Held { file, name, folder })))
    }

    /// Links a file into the folder, which has to be on the same file system.
    pub(crate) fn adopt(folder: Arc<Folder>, path: &Path) -> Result<Self, Error> {
        let link = || {
            let file = open_regular(path)?;
            let opened = file.metadata()?;
            // So that a clean-up spares it; whoever else has it locked sees to that as well.
            let _ = file.try_lock();
            let name = format!("{PREFIX}{:016x}", getrandom::u64().map_err(io::Error::other)?);
            linkat(CWD, path, &folder.handle, &name, AtFlags::empty())?;
            Ok((file, opened, name))
        };
        let (file, opened, name) = link().map_err(|error: io::Error| Error::io("link", path)(error))?;
        let held = Self(Some(Held { file, name: Some(name), folder }));
        let linked = held.reopen().and_then(|file| file.metadata());
        match linked {
            Ok(linked) if (linked.dev(), linked.ino()) == (opened.dev(), opened.ino()) => Ok(held),
            Ok(_) => Err(Error::io("link", path)(io::Error::other("another file took its place"))),
            Err(error) => Err(Error::io("link", path)(error)),
        }
    }

    pub(crate) fn file(&self) -> &File {
        &self.held().file
    }

    /// Returns the folder's path, for messages.
    pub(crate) fn dir(&self) -> &Path {
        &self.held().folder.path
    }

    /// Opens the file again, for reading from its beginning.
    pub(crate) fn reopen(&self) -> io::Result<File> {
        let Held { file, name, folder } = self.held();
        match (proc_path_of(file), name) {
            (Ok(path), _) => File::open(path),
            (Err(error), None) => Err(error),
            (Err(_), Some(name)) => {
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                Ok(openat(&folder.handle, name, flags, Mode::empty())?.into())
            }
        }
    }

    /// Links the file under a name in `target`, unless the name is taken.
    pub(crate) fn link(&self, target: impl AsFd, target_name: &str) -> io::Result<()> {
        let Held { file, name, folder } = self.held();
        let Some(name) = name else {
            return Ok(linkat(CWD, proc_path_of(file)?, target, target_name, AtFlags::SYMLINK_FOLLOW)?);
        };
        match linkat(&folder.handle, name, &target, target_name, AtFlags::empty()) {
            // A file system without hard links, such as FAT, can still rename without replacing.
            Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS) => {
                Ok(renameat_with(&folder.handle, name, target, target_name, RenameFlags::NOREPLACE)?)
            }
            linked => Ok(linked?),
        }
    }

    fn held(&self) -> &Held {
        self.0.as_ref().expect("a file is held until it is dropped")
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        let held = self.0.take();
        let is_large = |held: &Held| held.file.metadata().is_ok_and(|found| found.len() >= LARGE_BYTES);
        if held.as_ref().is_some_and(is_large)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn_blocking(move || drop(held));
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // If it cannot be removed now, the next opening of the spool removes it.
            let _ = unlinkat(&self.folder.handle, name, AtFlags::empty());
        }
    }
}

/// Returns a path through which an anonymous file can be opened and linked; fails without `/proc`.
fn proc_path_of(file: &File) -> io::Result<PathBuf> {
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let (own, found) = (file.metadata()?, std::fs::metadata(&path)?);
    if (own.dev(), own.ino()) == (found.dev(), found.ino()) { Ok(path) } else { Err(io::ErrorKind::Unsupported.into()) }
}

#[cfg(test)]
mod tests {
    use super::{Folder, SpoolFile};
    use std::io::{Read, Write};
    use std::path::Path;
    use std::sync::Arc;

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_named_file_outlives_others_cleaning_up_and_goes_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Arc::new(Folder::open_without_anonymous(dir.path().to_owned()).unwrap());
        let (one, other) = (SpoolFile::create(Arc::clone(&folder)).unwrap(), SpoolFile::create(folder).unwrap());
        one.file().write_all(b"bytes").unwrap();
        assert_eq!(names_in(dir.path()).len(), 2);

        crate::Spool::open(dir.path()).unwrap();
        assert_eq!(names_in(dir.path()).len(), 2, "somebody else's cleaning spares them");
        let mut read = String::new();
        one.reopen().unwrap().read_to_string(&mut read).unwrap();
        assert_eq!(read, "bytes");

        one.link(&one.held().folder.handle, "linked").unwrap();
        let taken = other.link(&one.held().folder.handle, "linked").unwrap_err();
        assert_eq!(taken.kind(), std::io::ErrorKind::AlreadyExists);
        drop((one, other));
        assert_eq!(names_in(dir.path()), ["linked"]);
    }
}
