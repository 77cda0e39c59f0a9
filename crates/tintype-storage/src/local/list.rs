use super::tree::{self, Tree};
use crate::Error;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use rustix::fs::{AtFlags, Dir, FileType, Mode, openat, statat};
use rustix::io::Errno;
use std::fs::File;
use std::sync::Arc;
use tintype_domain::Key;
use tokio::sync::mpsc::{self, Sender};

/// How many keys are read ahead.
const AHEAD: usize = 256;

/// Streams the keys below a folder. A thread finds them, waits for the reader, and ends with the
/// stream.
pub(super) fn stream(tree: Arc<Tree>, folder: Option<Key>) -> BoxStream<'static, Result<Key, Error>> {
    let (found, mut keys) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = visit(&tree, folder, &found) {
            // This fails only if nobody reads the stream any more.
            let _ = found.blocking_send(Err(error));
        }
    });
    stream::poll_fn(move |context| keys.poll_recv(context)).boxed()
}

fn visit(tree: &Tree, top: Option<Key>, found: &Sender<Result<Key, Error>>) -> Result<(), Error> {
    let Some(opened) = tree.open_folder(top.as_ref())? else { return Ok(()) };
    let mut open = vec![Folder::new(tree, top, opened)?];
    while let Some(folder) = open.last_mut() {
        let Some((key, kind)) = folder.next(tree)? else {
            open.pop();
            continue;
        };
        if kind == FileType::RegularFile {
            if found.blocking_send(Ok(key)).is_err() {
                return Ok(());
            }
        } else if kind == FileType::Directory
            && let Some(opened) = folder.open(tree, &key)?
        {
            open.push(Folder::new(tree, Some(key), opened)?);
        }
    }
    Ok(())
}

struct Folder {
    key: Option<Key>,
    entries: Dir,
}

impl Folder {
    fn new(tree: &Tree, key: Option<Key>, folder: File) -> Result<Self, Error> {
        match Dir::new(folder) {
            Ok(entries) => Ok(Self { key, entries }),
            Err(errno) => Err(Error::io("read folder", &path_of(tree, key.as_ref()))(errno)),
        }
    }

    /// Returns the next entry whose name can be part of a key. Others, such as `.spool`, are
    /// skipped.
    fn next(&mut self, tree: &Tree) -> Result<Option<(Key, FileType)>, Error> {
        let folder = self.key.as_ref();
        let failed = |errno: Errno| Error::io("read folder", &path_of(tree, folder))(errno);
        while let Some(entry) = self.entries.read() {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            let path = folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"));
            let Ok(key) = path.parse::<Key>() else { continue };
            let kind = match entry.file_type() {
                // Some file systems do not tell the type.
                FileType::Unknown => {
                    let parent = self.entries.fd().map_err(failed)?;
                    match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
                        Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                        Err(Errno::NOENT) => continue,
                        Err(errno) => return Err(failed(errno)),
                    }
                }
                kind => kind,
            };
            return Ok(Some((key, kind)));
        }
        Ok(None)
    }

    /// Opens a folder in this one; `None` if it was removed or replaced in the meantime.
    fn open(&self, tree: &Tree, key: &Key) -> Result<Option<File>, Error> {
        let failed = |errno: Errno| Error::io("open folder", &path_of(tree, Some(key)))(errno);
        let parent = self.entries.fd().map_err(failed)?;
        match openat(parent, key.file_name(), tree::FOLDER, Mode::empty()) {
            Ok(folder) => Ok(Some(folder.into())),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            Err(errno) => Err(failed(errno)),
        }
    }
}

fn path_of(tree: &Tree, key: Option<&Key>) -> std::path::PathBuf {
    key.map_or_else(|| tree.path().to_owned(), |key| tree.path_of(key))
}
