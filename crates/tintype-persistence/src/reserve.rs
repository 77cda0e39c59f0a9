//! Room on the disk that is set aside for deleting: also what frees room has to be written first.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// As much as SQLite's log takes until it begins anew.
const RESERVE_BYTES: u64 = 4 << 20;

/// A file beside a SQLite database that takes up room until that is needed.
#[derive(Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
    /// Whether the room was needed, and has not been set aside again.
    is_spent: AtomicBool,
}

impl Reserve {
    /// Returns the reserve of the database in a file. Nothing is set aside yet.
    pub(crate) fn beside(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-reserve");
        Self { path: path.into(), is_spent: AtomicBool::new(false) }
    }

    /// Sets room aside, and returns whether there was enough. Does nothing if it has been done.
    pub(crate) fn keep(&self) -> io::Result<bool> {
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&self.path)?;
        let is_kept = file.metadata()?.len() >= RESERVE_BYTES || fill(&mut file)?;
        if is_kept {
            self.is_spent.store(false, Ordering::Relaxed);
        }
        Ok(is_kept)
    }

    /// Gives the room back, and returns whether there was any.
    pub(crate) fn release(&self) -> bool {
        self.is_spent.store(true, Ordering::Relaxed);
        let held = std::fs::metadata(&self.path).is_ok_and(|found| found.len() > 0);
        held && File::create(&self.path).is_ok()
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }
}

/// Writes the whole file, or none of it where there is too little room.
fn fill(file: &mut File) -> io::Result<bool> {
    let block = vec![0; 64 << 10];
    for _ in 0..RESERVE_BYTES / block.len() as u64 {
        if let Err(error) = file.write_all(&block) {
            file.set_len(0)?;
            return match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Ok(false),
                _ => Err(error),
            };
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{RESERVE_BYTES, Reserve};

    #[test]
    fn room_is_set_aside_once_and_released_once() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve::beside(&folder.path().join("a.db"));
        let size = || std::fs::metadata(folder.path().join("a.db-reserve")).map_or(0, |found| found.len());
        assert!(!reserve.release(), "nothing was set aside");
        assert!(reserve.keep().unwrap() && reserve.keep().unwrap());
        assert_eq!((size(), reserve.is_spent()), (RESERVE_BYTES, false));
        assert!(reserve.release());
        assert_eq!((size(), reserve.is_spent()), (0, true));
        assert!(!reserve.release());
        assert!(reserve.keep().unwrap());
        assert!(!reserve.is_spent());
    }
}
