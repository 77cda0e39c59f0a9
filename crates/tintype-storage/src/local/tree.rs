use crate::Error;
use crate::spool::FOLDER_MODE;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, mkdirat, openat, statat, unlinkat};
use rustix::io::Errno;
use std::collections::HashMap;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tintype_domain::Key;

/// How folders are opened: never through a symbolic link.
pub(super) const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// How many folders are remembered as durable; a year has 366 days, each with two.
const REMEMBERED_FOLDERS: usize = 4096;

/// The folders and files below the root. Every step down opens one name in one folder, never
/// through a symbolic link, so that nothing that is moved or replaced in the meantime can lead out
/// of the root.
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

    /// Opens an object and returns its size.
    pub(super) fn open_object(&self, key: &Key) -> Result<(File, u64), Error> {
        let missing = || Error::NotFound { key: key.clone() };
        let folder = self.folder_of(key)?.ok_or_else(missing)?;
        // Non-blocking, so that a pipe without a writer does not hang the thread.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file: File = match openat(&folder, key.file_name(), flags, Mode::empty()) {
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
