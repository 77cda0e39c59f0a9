use crate::error::Error;
use crate::url::Address;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The right to serve from a database in a file, which one server has at a time: until it is
/// dropped, or the process ends in whatever way. A database server may have any number of tintype
/// servers.
#[derive(Debug)]
pub struct ServerLock {
    _file: Option<File>,
}

/// How often to try again.
const RETRY_EVERY: Duration = Duration::from_millis(50);

impl ServerLock {
    /// Takes the lock, waiting for another server that is about to end.
    ///
    /// # Errors
    /// [`Error::InUse`] where another server has it all the while; [`Error::CannotOpen`].
    pub fn take(url: &str, patience: Duration) -> Result<Self, Error> {
        let Address::Sqlite(path) = Address::parse(url)? else { return Ok(Self { _file: None }) };
        let failed = |error: std::io::Error| Error::CannotOpen { path: path.clone(), problem: error.to_string() };
        let file = open(&beside(&path)).map_err(failed)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: Some(file) }),
                Err(TryLockError::WouldBlock) if start.elapsed() < patience => std::thread::sleep(RETRY_EVERY),
                Err(TryLockError::WouldBlock) => return Err(Error::InUse { path }),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

/// Returns the file that is locked. It stays where it is: removing it would let two servers lock
/// two files of one name.
fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::ServerLock;
    use crate::error::Error;
    use std::time::Duration;

    #[test]
    fn one_has_the_lock_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/tintype.db", folder.path().display());
        let take = |patience| ServerLock::take(&url, patience);
        let first = take(Duration::ZERO).unwrap();
        assert!(matches!(take(Duration::ZERO), Err(Error::InUse { path }) if path.ends_with("tintype.db")));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| take(Duration::from_secs(60)));
            drop(first);
            waiting.join().unwrap().unwrap();
        });
    }
}
