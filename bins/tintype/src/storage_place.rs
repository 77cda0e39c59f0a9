use crate::failure::Failure;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use tintype_library::storage::{BucketStorage, BucketUrl, LocalStorage, Spool, Storage};

/// Where files are kept: what a storage URL says.
#[derive(Debug, Clone)]
pub(crate) enum StoragePlace {
    Folder(PathBuf),
    Bucket(BucketUrl),
}

impl FromStr for StoragePlace {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        match url.split_once("://") {
            Some(("file", path)) if !path.is_empty() => Ok(Self::Folder(path.into())),
            Some(_) if BucketUrl::is_meant_by(url) => url.parse().map(Self::Bucket),
            _ => {
                Err("it has to look like `file://<path>` or `s3://<bucket>/<prefix>?endpoint=<url>&region=<name>`"
                    .into())
            }
        }
    }
}

impl fmt::Display for StoragePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket(url) => url.fmt(f),
        }
    }
}

impl StoragePlace {
    /// Opens the storage, and the spool: beside it where that is a disk, else in the data folder.
    pub(crate) async fn open(&self, data_dir: &Path) -> Result<(Arc<dyn Storage>, Spool), Failure> {
        let storage: Arc<dyn Storage> = match self {
            Self::Folder(path) => Arc::new(LocalStorage::open(path)?),
            Self::Bucket(url) => Arc::new(BucketStorage::open(url, &environment()).await?),
        };
        let spool = match storage.spool_dir() {
            Some(dir) => Spool::open(dir)?,
            None => Spool::open(data_dir.join(".spool"))?,
        };
        Ok((storage, spool))
    }

    /// Opens a storage that is in use already, without writing anything to it.
    pub(crate) async fn open_read_only(&self) -> Result<Arc<dyn Storage>, Failure> {
        Ok(match self {
            Self::Folder(path) => Arc::new(LocalStorage::open_read_only(path)?),
            Self::Bucket(url) => Arc::new(BucketStorage::open_read_only(url, &environment()).await?),
        })
    }

    /// Returns whether one folder, or prefix of a bucket, is or lies in the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Folder(a), Self::Folder(b)) => {
                let [a, b] = [a, b].map(|path| path.canonicalize().unwrap_or_else(|_| absolute(path)));
                a.starts_with(&b) || b.starts_with(&a)
            }
            (Self::Bucket(a), Self::Bucket(b)) => a.overlaps(b),
            _ => false,
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns the variables that may hold the keys of a bucket.
fn environment() -> Vec<(String, String)> {
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os().filter_map(text).collect()
}
