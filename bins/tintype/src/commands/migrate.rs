use super::copying::{print_report, resumable, watched};
use crate::accounts::threads;
use crate::cli::Sides;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::files;
use crate::storage_place::StoragePlace;
use std::time::{Duration, Instant};
use tintype_library::domain::redact_url;
use tintype_library::persistence::{ConnectOptions, Database, Error};
use tintype_library::{Place, Transfer, Transferred, causes};

pub(crate) fn run(config: &Config, sides: &Sides) -> Result<(), Failure> {
    let runtime = threads()?;
    let result = runtime.block_on(migrate(config, sides));
    // What is under way when something fails is not waited for: it is claimed, and dealt with by
    // the next run.
    runtime.shutdown_background();
    result
}

async fn migrate(config: &Config, sides: &Sides) -> Result<(), Failure> {
    let (from, to) = (storage(&sides.from_storage, "--from-storage")?, storage(&sides.to_storage, "--to-storage")?);
    if from.overlaps(&to) {
        return Err(Failure::new(
            "`--from-storage` and `--to-storage` are the same, or one lies in the other; give the target one of its own",
        ));
    }
    if Database::is_same(&sides.from_database, &sides.to_database)? {
        return Err(Failure::new("`--from-database` and `--to-database` are the same; give the target one of its own"));
    }
    let source = Place { database: open_source(&sides.from_database)?, storage: from.open_read_only().await? };
    let database = Database::connect(&sides.to_database, &ConnectOptions::default())
        .map_err(|e| Failure::during("the target database", &e))?;
    database.migrate().map_err(|e| Failure::during("the target database", &e))?;
    let (storage, spool) = to.open(&config.data_dir).await?;
    let target = Place { database, storage: storage.clone() };
    let transfer = Transfer::begin(source, target, spool).await?;
    // The server of the target looks for it.
    storage.mark().await?;
    let start = Instant::now();
    let done = watched(&transfer).await.map_err(|error| match error.source.downcast_ref() {
        Some(Error::ImportLost | Error::ImportOvertaken) => Failure::new(causes(&error)),
        _ => resumable(&error),
    })?;
    report(&done, start.elapsed(), sides.json)
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

/// Says what was done, and fails where something is left to do for whoever reads it.
fn report(done: &Transferred, took: Duration, as_json: bool) -> Result<(), Failure> {
    let left_out = print_report("copied", done, took, as_json)?;
    if left_out == 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "left out {}, see above; restore what is missing in the source from a backup, or delete or replace it there, and run this \
         again",
        files(left_out)
    )))
}
