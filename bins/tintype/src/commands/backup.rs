use std::fs::{DirBuilder, Permissions, read_dir, set_permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use serde_json::json;
use tintype_library::{BackedUp, Backup, BackupStore, Place, TransferError, causes};

use super::copying::{failures_json, failures_table};
use crate::accounts::threads;
use crate::cli::BackupPlace;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{files, print};
use crate::progress;
use crate::staging::Staging;
use crate::storage_place::StoragePlace;

pub(crate) fn run(config: &Config, to: &BackupPlace) -> Result<(), Failure> {
    let runtime = threads()?;
    let result = runtime.block_on(backup(config, to));
    // What is under way when something fails is not waited for: the next run deals with it.
    runtime.shutdown_background();
    result
}

async fn backup(config: &Config, to: &BackupPlace) -> Result<(), Failure> {
    if to.place.overlaps(&config.storage) {
        return Err(Failure::new(
            "the backup would lie in the storage of the library, or around it; give another place",
        ));
    }
    let database = config.open_database()?;
    database.take_over()?;
    let library = Place { database, storage: config.storage.open_read_only().await? };
    let staging = Staging::create(config, ".backup")?;
    if let StoragePlace::Folder(folder) = &to.place {
        hide(folder)?;
    }
    let (storage, spool) = to.place.open(&config.data_dir).await?;
    let start = Instant::now();
    let done = match Backup::begin(library, BackupStore::new(storage, staging.path()), spool).await {
        Ok(backup) => watched(backup).await,
        Err(error) => Err(error),
    };
    let done = done.map_err(|error| {
        Failure::new(format!("{}; the backup has the state that it had before, if there was one", causes(&error)))
    })?;
    if let StoragePlace::Folder(folder) = &to.place {
        hide(folder)?;
    }
    report(&done, start.elapsed(), to.json)
}

/// Makes sure that only its owner can read the secrets in a backup.
fn hide(folder: &Path) -> Result<(), Failure> {
    let secrets = folder.join(BackupStore::FOLDER);
    let hide = || {
        DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&secrets)?;
        set_permissions(&secrets, Permissions::from_mode(0o700))?;
        for entry in read_dir(&secrets)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                set_permissions(entry.path(), Permissions::from_mode(0o600))?;
            }
        }
        Ok(())
    };
    hide().map_err(|e: std::io::Error| Failure::during(format!("cannot write to `{}`", secrets.display()), &e))
}

/// Makes a backup and says meanwhile how far it is.
async fn watched(backup: Backup) -> Result<BackedUp, TransferError> {
    let progress = backup.progress();
    progress::copying(backup.run(), &progress).await
}

/// Says what was done, and fails if something of the library is not in the backup.
fn report(done: &BackedUp, took: Duration, as_json: bool) -> Result<(), Failure> {
    let BackedUp { files: count, copied, copied_bytes, unchanged, removed, failures } = done;
    print(&if as_json {
        let report = json!({
            "files": count,
            "copied": copied,
            "copied_bytes": copied_bytes,
            "unchanged": unchanged,
            "removed": removed,
            "failures": failures_json(failures),
        });
        format!("{report}\n")
    } else {
        let (count, bytes, seconds) = (files(*count), ByteSize(*copied_bytes), took.as_secs_f64());
        let sums = format!(
            "backed up {count} in {seconds:.1} s: {copied} objects ({bytes}) copied, {unchanged} there already, {removed} \
             removed\n"
        );
        sums + &failures_table(failures)
    })?;
    match failures.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!(
            "{count} objects of the library are missing or damaged and not in the backup, see above; everything else is \
             in it"
        ))),
    }
}
