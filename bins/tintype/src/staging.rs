use std::fs::{DirBuilder, Metadata, remove_dir_all, symlink_metadata};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::failure::Failure;

/// A folder in the data folder for a command's temporary files, readable by its owner only. It is
/// removed when the value is dropped, or by the next command of that name if this one was killed.
#[derive(Debug)]
pub(crate) struct Staging {
    path: PathBuf,
    made: Metadata,
}

impl Staging {
    pub(crate) fn create(config: &Config, name: &str) -> Result<Self, Failure> {
        config.create_data_dir()?;
        let path = std::path::absolute(config.data_dir.join(name))?;
        let create = || {
            remove(&path)?;
            DirBuilder::new().mode(0o700).create(&path)?;
            symlink_metadata(&path)
        };
        let made =
            create().map_err(|e| Failure::during(format!("cannot create the folder `{}`", path.display()), &e))?;
        Ok(Self { path, made })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Another command of that name may have removed it, and made one of its own.
        let is_ours = |found: &Metadata| (found.dev(), found.ino()) == (self.made.dev(), self.made.ino());
        if symlink_metadata(&self.path).is_ok_and(|found| is_ours(&found)) {
            // If it cannot be removed now, the next command of that name removes it.
            let _ = remove(&self.path);
        }
    }
}

fn remove(path: &Path) -> Result<(), Error> {
    match remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
