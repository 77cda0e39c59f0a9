use std::time::Instant;

use tintype_library::persistence::Error;
use tintype_library::{BackupStore, Place, Transfer, causes};

use super::copying::{Words, print_report, resumable, watched};
use crate::accounts::threads;
use crate::cli::BackupPlace;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::files;
use crate::staging::Staging;

pub(crate) fn run(config: &Config, from: &BackupPlace) -> Result<(), Failure> {
    let runtime = threads()?;
    let result = runtime.block_on(restore(config, from));
    // What is under way when something fails is not waited for: it is claimed, and dealt with by
    // the next run.
    runtime.shutdown_background();
    result
}

async fn restore(config: &Config, from: &BackupPlace) -> Result<(), Failure> {
    if from.place.overlaps(&config.storage) {
        return Err(Failure::new(
            "the backup lies in the storage of the library, or around it; give that another place",
        ));
    }
    let staging = Staging::create(config, ".restore")?;
    let store = BackupStore::new(from.place.open_read_only().await?, staging.path());
    let backup = store.newest().await?;
    let database = config.create_database()?;
    let (storage, spool) = config.open_storage().await?;
    let library = Place { database, storage: storage.clone() };
    let start = Instant::now();
    let begun = Transfer::restore(backup, library, spool).await;
    let transfer = begun.map_err(|error| match error.source.downcast_ref() {
        Some(Error::ImportLost | Error::ForeignData { .. }) => Failure::new(format!(
            "the library is not empty: {}; restore into an empty database and an empty storage",
            causes(&error)
        )),
        _ => error.into(),
    })?;
    // The server looks for it.
    storage.mark().await?;
    let done = watched(&transfer).await.map_err(|error| resumable(&error))?;
    // Nobody serves from a backup.
    let words = Words { verb: "restored", flawed: "left out", served: "" };
    let left_out = print_report(&words, &done, start.elapsed(), from.json)?;
    match left_out {
        0 => Ok(()),
        count => Err(Failure::new(format!(
            "left out {}, see above, which the backup does not have whole; everything else can be used",
            files(count)
        ))),
    }
}
