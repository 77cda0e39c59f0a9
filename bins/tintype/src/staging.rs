use std::fs::{DirBuilder, remove_dir_all};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::failure::Failure;

/// A folder in the data folder for a command's temporary files, readable by its owner only. It is
/// removed when the value is dropped, or by the next command of that name if this one was killed.
#[derive(Debug)]
pub(crate) struct Staging(PathBuf);

impl Staging {
    pub(crate) fn create(config: &Config, name: &str) -> Result<Self, Failure> {
        config.create_data_dir()?;
        let path = std::path::absolute(config.data_dir.join(name))?;
        let create = || {
            remove(&path)?;
            DirBuilder::new().mode(0o700).create(&path)
        };
        create().map_err(|e| Failure::during(format!("cannot create the folder `{}`", path.display()), &e))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // If it cannot be removed now, the next command of that name removes it.
        let _ = remove(&self.0);
    }
}

fn remove(path: &Path) -> Result<(), Error> {
    match remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
