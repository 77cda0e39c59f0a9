use crate::Error;
use crate::spool::FOLDER_MODE;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, mkdirat, openat, statat, unlinkat};
use rustix::io::Errno;
use std::collections::HashMap;
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tintype_domain::Key;

/// How folders are opened: never through a symbolic link.
pub(super) const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The name of the mark in the root.
pub(super) const MARK: &str = ".tintype";

/// As objects have it.
const MARK_MODE: u32 = 0o640;

/// How objects are opened: non-blocking, so that a pipe without a writer does not hang the thread.
const OBJECT: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// Where a path may be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lookup {
    /// In memory.
    Cached,
    /// In memory or on the disk.
    Any,
}

/// How many folders are remembered as durable; a year has 366 days, each with two.
const REMEMBERED_FOLDERS: usize = 4096;

/// The folders and files below the root. Objects are opened in one call of the kernel that follows
/// no symbolic link. Where there is no such call, and to create folders, every step down opens one
/// name in one folder. So nothing that is moved or replaced in the meantime can lead out of the
/// root.
#[derive(Debug)]
pub(super) struct Tree {
    path: PathBuf,
    root: File,
    /// Folders whose names are known to be durable, by path from the root, with device and inode.
    durable: Mutex<HashMap<String, (u64, u64)>>,
}

impl Tree {
    pub(super) fn create(path: PathBuf) -> Result<Self, Error> {
        create_root(&path)?;
        Self::open(path)
    }

    pub(super) fn open(path: PathBuf) -> Result<Self, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = openat(CWD, &path, flags, Mode::empty()).map_err(Error::io("open folder", &path))?.into();
        Ok(Self { path, root, durable: Mutex::default() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn path_of(&self, key: &Key) -> PathBuf {
        self.path.join(key.as_str())
    }

    /// Opens a folder; `None` if it does not exist.
    pub(super) fn open_folder(&self, folder: Option<&Key>) -> Result<Option<File>, Error> {
        self.walk(folder.map(Key::as_str))
    }

    /// Opens an object without waiting for a disk and returns its size; `None` if the system does
    /// not have all of its path in memory, or anything is wrong with it.
    pub(super) fn open_cached(&self, key: &Key) -> Option<(File, u64)> {
        let file: File = self.open_at_once(key, Lookup::Cached).ok()?.into();
        let metadata = file.metadata().ok()?;
        metadata.is_file().then_some((file, metadata.len()))
    }

    /// Opens an object and returns its size.
    pub(super) fn open_object(&self, key: &Key) -> Result<(File, u64), Error> {
        let missing = || Error::NotFound { key: key.clone() };
        let opened = match self.open_at_once(key, Lookup::Any) {
            Ok(file) => Ok(file),
            Err(Errno::NOENT) => return Err(missing()),
            // An older system, or something is wrong, which is found out step by step.
            Err(_) => openat(self.folder_of(key)?.ok_or_else(missing)?, key.file_name(), OBJECT, Mode::empty()),
        };
        let file: File = match opened {
            Ok(file) => file.into(),
            Err(Errno::NOENT) => return Err(missing()),
            Err(Errno::LOOP) => return Err(self.not_an_object(key.as_str(), SYMBOLIC_LINK)),
            Err(Errno::NXIO) => return Err(self.not_an_object(key.as_str(), SPECIAL_FILE)),
            Err(errno) => return Err(Error::io("open", &self.path_of(key))(errno)),
        };
        let metadata = file.metadata().map_err(Error::io("read the size of", &self.path_of(key)))?;
        if metadata.is_dir() {
            Err(missing())
        } else if metadata.is_file() {
            Ok((file, metadata.len()))
        } else {
            Err(self.not_an_object(key.as_str(), SPECIAL_FILE))
        }
    }

    /// Opens an object by its whole path, in one call of the kernel that follows no symbolic link
    /// and does not leave the root.
    #[cfg(target_os = "linux")]
    fn open_at_once(&self, key: &Key, lookup: Lookup) -> Result<OwnedFd, Errno> {
        use rustix::fs::{ResolveFlags, openat2};
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let resolve = match lookup {
            Lookup::Cached => resolve | ResolveFlags::CACHED,
            Lookup::Any => resolve,
        };
        openat2(&self.root, key.as_str(), OBJECT, Mode::empty(), resolve)
    }

    #[cfg(not(target_os = "linux"))]
    fn open_at_once(&self, _: &Key, _: Lookup) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }

    /// Returns the size of an object in bytes.
    pub(super) fn size(&self, key: &Key) -> Result<u64, Error> {
        let folder = self.folder_of(key)?;
        let size = folder.map(|folder| self.stat(&folder, key)).transpose()?.flatten();
        size.ok_or_else(|| Error::NotFound { key: key.clone() })
    }

    /// Removes an object, durably.
    pub(super) fn remove(&self, key: &Key) -> Result<(), Error> {
        let Some(folder) = self.folder_of(key)? else { return Ok(()) };
        if self.stat(&folder, key)?.is_some() {
            match unlinkat(&folder, key.file_name(), AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(Error::io("remove", &self.path_of(key))(errno)),
            }
        }
        // Even if nothing was found: the process that removed it may have died before this.
        folder.sync_all().map_err(Error::io("sync the folder of", &self.path_of(key)))
    }

    /// Opens the folder of a key, creates it if it does not exist, and makes its name durable.
    pub(super) fn create_folder_of(&self, key: &Key) -> Result<File, Error> {
        let mut folder = self.root()?;
        for (end, _) in key.as_str().match_indices('/') {
            folder = self.create_folder(folder, &key.as_str()[..end])?;
        }
        Ok(folder)
    }

    /// Makes an object's name durable after it was linked, or removes it again.
    pub(super) fn settle(&self, key: &Key, folder: &File) -> Result<(), Error> {
        folder.sync_all().map_err(|error| {
            // If this fails too, nothing more can be done; the caller is told of the failed sync.
            let _ = unlinkat(folder, key.file_name(), AtFlags::empty());
            Error::io("sync the folder of", &self.path_of(key))(error)
        })
    }

    /// Returns an error if the root is no longer where it was, for example because its disk was
    /// unmounted.
    pub(super) fn check(&self) -> Result<(), Error> {
        let identity = |found: io::Result<std::fs::Metadata>| found.map(|found| (found.dev(), found.ino()));
        let now = identity(std::fs::metadata(&self.path)).map_err(Error::io("find", &self.path))?;
        let opened = identity(self.root.metadata()).map_err(Error::io("find", &self.path))?;
        if now == opened {
            Ok(())
        } else {
            Err(Error::io("find", &self.path)(io::Error::other("another folder has taken its place")))
        }
    }

    /// Returns whether the root has a mark.
    pub(super) fn is_marked(&self) -> Result<bool, Error> {
        match statat(&self.root, MARK, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(Error::io("find the mark", &self.path.join(MARK))(errno)),
        }
    }

    /// Marks the root, durably.
    pub(super) fn mark(&self) -> Result<(), Error> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        match openat(&self.root, MARK, flags, Mode::from_raw_mode(MARK_MODE)) {
            Ok(file) => {
                let mut file = File::from(file);
                let marked = file.write_all(b"tintype\n").and_then(|()| file.sync_all());
                marked.and_then(|()| self.root.sync_all()).map_err(Error::io("mark", &self.path))
            }
            Err(Errno::EXIST) => Ok(()),
            Err(errno) => Err(Error::io("mark", &self.path)(errno)),
        }
    }

    fn root(&self) -> Result<File, Error> {
        self.root.try_clone().map_err(Error::io("open folder", &self.path))
    }

    fn folder_of(&self, key: &Key) -> Result<Option<File>, Error> {
        self.walk(key.as_str().rsplit_once('/').map(|(folder, _)| folder))
    }

    fn walk(&self, folder: Option<&str>) -> Result<Option<File>, Error> {
        let mut opened = self.root()?;
        let Some(path) = folder else { return Ok(Some(opened)) };
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for end in ends {
            let path = &path[..end];
            opened = match openat(&opened, last_part(path), FOLDER, Mode::empty()) {
                Ok(folder) => folder.into(),
                Err(Errno::NOENT) => return Ok(None),
                Err(Errno::NOTDIR | Errno::LOOP) if !self.is_link(&opened, path)? => return Ok(None),
                Err(Errno::NOTDIR | Errno::LOOP) => return Err(self.not_an_object(path, SYMBOLIC_LINK)),
                Err(errno) => return Err(Error::io("open folder", &self.path.join(path))(errno)),
            };
        }
        Ok(Some(opened))
    }

    fn create_folder(&self, parent: File, path: &str) -> Result<File, Error> {
        let failed = |operation| Error::io::<Errno>(operation, self.path.join(path));
        let name = last_part(path);
        let (mut created, mut opened) = (false, openat(&parent, name, FOLDER, Mode::empty()));
        if matches!(opened, Err(Errno::NOENT)) {
            match mkdirat(&parent, name, Mode::from_raw_mode(FOLDER_MODE)) {
                Ok(()) => created = true,
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(failed("create folder")(errno)),
            }
            opened = openat(&parent, name, FOLDER, Mode::empty());
        }
        let folder: File = match opened {
            Ok(folder) => folder.into(),
            Err(Errno::NOTDIR | Errno::LOOP) if self.is_link(&parent, path)? => {
                return Err(self.not_an_object(path, SYMBOLIC_LINK));
            }
            Err(errno) => return Err(failed("open folder")(errno)),
        };
        self.make_durable(&parent, &folder, path, created)?;
        Ok(folder)
    }

    /// Syncs the parent of a folder, unless that is known to have been done since the folder was
    /// created. When a folder is first seen, nobody knows whether the process that created it lived
    /// long enough to sync.
    fn make_durable(&self, parent: &File, folder: &File, path: &str, created: bool) -> Result<(), Error> {
        let metadata = folder.metadata().map_err(Error::io("open folder", &self.path.join(path)))?;
        let identity = (metadata.dev(), metadata.ino());
        let durable = || self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if !created && durable().get(path) == Some(&identity) {
            return Ok(());
        }
        parent.sync_all().map_err(Error::io("sync the folder of", &self.path.join(path)))?;
        let mut durable = durable();
        if durable.len() >= REMEMBERED_FOLDERS {
            durable.clear();
        }
        durable.insert(path.to_owned(), identity);
        Ok(())
    }

    /// Returns the size of the regular file under a key; `None` if there is none, or a folder.
    fn stat(&self, folder: &File, key: &Key) -> Result<Option<u64>, Error> {
        let stat = match statat(folder, key.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(Error::io("read the size of", &self.path_of(key))(errno)),
        };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(Some(stat.st_size.unsigned_abs())),
            FileType::Directory => Ok(None),
            FileType::Symlink => Err(self.not_an_object(key.as_str(), SYMBOLIC_LINK)),
            _ => Err(self.not_an_object(key.as_str(), SPECIAL_FILE)),
        }
    }

    fn is_link(&self, parent: &File, path: &str) -> Result<bool, Error> {
        match statat(parent, last_part(path), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Symlink),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(Error::io("open folder", &self.path.join(path))(errno)),
        }
    }

    fn not_an_object(&self, path: &str, found: &'static str) -> Error {
        Error::NotAnObject { path: self.path.join(path), found }
    }
}

const SYMBOLIC_LINK: &str = "a symbolic link";
const SPECIAL_FILE: &str = "a pipe, socket or device";

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Creates the root and all missing folders above it, and makes their names durable.
fn create_root(path: &Path) -> Result<(), Error> {
    let missing: Vec<_> = path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(Error::io("create folder", path))?;
    for created in missing {
        let parent = created.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(parent).and_then(|parent| parent.sync_all());
        synced.map_err(Error::io("sync folder", parent))?;
    }
    Ok(())
}
