use super::copying::{Words, print_report, resumable, watched};
use crate::accounts::threads;
use crate::cli::Sides;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::files;
use crate::progress;
use crate::storage_place::StoragePlace;
use std::time::Instant;
use tintype_library::domain::redact_url;
use tintype_library::persistence::{ConnectOptions, Database, Error};
use tintype_library::{ObjectTransfer, Place, RowTransfer, Transfer, TransferError, causes};

pub(crate) fn run(config: &Config, sides: &Sides) -> Result<(), Failure> {
    let runtime = threads()?;
    let result = runtime.block_on(migrate(config, sides));
    // What is under way when something fails is not waited for: it is claimed, and dealt with by
    // the next run.
    runtime.shutdown_background();
    result
}

async fn migrate(config: &Config, sides: &Sides) -> Result<(), Failure> {
    let from = storage(&sides.from_storage, "--from-storage")?;
    let to = sides.to_storage.as_deref().map(|url| storage(url, "--to-storage")).transpose()?;
    if to.as_ref().is_some_and(|to| from.overlaps(to)) {
        return Err(Failure::new(
            "`--from-storage` and `--to-storage` are the same, or one lies in the other; give the target one of its own",
        ));
    }
    if let Some(to) = &sides.to_database
        && Database::is_same(&sides.from_database, to)?
    {
        return Err(Failure::new("`--from-database` and `--to-database` are the same; give the target one of its own"));
    }
    let source = Place { database: open_source(&sides.from_database)?, storage: from.open_read_only().await? };
    match (&sides.to_database, &to) {
        (Some(database), Some(storage)) => move_whole(config, source, database, storage, sides.json).await,
        (Some(database), None) => move_rows(source, database, sides.json).await,
        (None, Some(storage)) => move_objects(config, source, storage, sides.json).await,
        (None, None) => Err(Failure::new("give `--to-database`, `--to-storage`, or both")),
    }
}

async fn move_whole(config: &Config, from: Place, url: &str, to: &StoragePlace, json: bool) -> Result<(), Failure> {
    let database = open_target(url)?;
    let (storage, spool) = to.open(&config.data_dir).await?;
    let target = Place { database, storage: storage.clone() };
    let transfer = Transfer::begin(from, target, spool).await?;
    // The server of the target looks for it.
    storage.mark().await?;
    let start = Instant::now();
    let done = watched(&transfer).await.map_err(|error| stopped(&error))?;
    let words = Words {
        verb: "copied",
        flawed: "left out",
        served: "stop it and run this again before you start one on the target, to bring over what it has changed",
    };
    match print_report(&words, &done, start.elapsed(), json)? {
        0 => Ok(()),
        left_out => Err(Failure::new(format!(
            "left out {}, see above; restore what is missing in the source from a backup, or delete or replace it there, \
             and run this again",
            files(left_out)
        ))),
    }
}

/// What to do when half a library was moved beside a server.
const SERVED: &str =
    "stop it and run this again to bring over what it has changed: no server starts on the target before";

async fn move_rows(from: Place, url: &str, json: bool) -> Result<(), Failure> {
    let transfer = RowTransfer::begin(from, open_target(url)?).await?;
    let start = Instant::now();
    let done = progress::copying(transfer.run(), &transfer.progress()).await.map_err(|error| stopped(&error))?;
    let words = Words { verb: "copied the rows of", flawed: "with missing objects", served: SERVED };
    match print_report(&words, &done, start.elapsed(), json)? {
        0 => Ok(()),
        flawed => Err(Failure::new(format!(
            "the storage lacks objects of {}, see above, whose rows are copied; restore them from a backup",
            files(flawed)
        ))),
    }
}

async fn move_objects(config: &Config, from: Place, to: &StoragePlace, json: bool) -> Result<(), Failure> {
    let (storage, spool) = to.open(&config.data_dir).await?;
    let transfer = ObjectTransfer::begin(from, storage, spool).await?;
    let start = Instant::now();
    let done = progress::copying(transfer.run(), &transfer.progress()).await.map_err(|error| stopped(&error))?;
    let words = Words { verb: "copied the objects of", flawed: "incomplete", served: SERVED };
    match print_report(&words, &done, start.elapsed(), json)? {
        0 => Ok(()),
        flawed => Err(Failure::new(format!(
            "could not copy all objects of {}, see above; restore what is missing in the source from a backup, or delete or \
             replace it there, and run this again",
            files(flawed)
        ))),
    }
}

fn stopped(error: &TransferError) -> Failure {
    match error.source.downcast_ref() {
        Some(Error::ImportLost | Error::ImportOvertaken) => Failure::new(causes(error)),
        _ => resumable(error),
    }
}

fn open_target(url: &str) -> Result<Database, Failure> {
    let failed = |error: Error| Failure::during("the target database", &error);
    let database = Database::connect_or_create(url, &ConnectOptions::default()).map_err(failed)?;
    database.migrate().map_err(failed)?;
    Ok(database)
}

fn storage(url: &str, flag: &str) -> Result<StoragePlace, Failure> {
    url.parse()
        .map_err(|problem| Failure::new(format!("`{flag}` is `{}`, which is not valid: {problem}", redact_url(url))))
}

/// Connects to the database that is read, and only to one that this version has migrated: it would
/// be written to otherwise.
fn open_source(url: &str) -> Result<Database, Failure> {
    let failed = |error: Error| match error {
        Error::NotMigrated { migration } => Failure::new(format!(
            "the source database lacks the migration `{migration}`; if it is the right one, stop its server and run \
             `tintype user list` of this version on it once, which migrates it"
        )),
        error => Failure::during("the source database", &error),
    };
    let database = Database::connect_read_only(url, &ConnectOptions::default()).map_err(failed)?;
    database.check().map_err(failed)?;
    Ok(database)
}
