use crate::cli::Sides;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{files, print, table};
use crate::progress::{self, Position};
use crate::storage_place::StoragePlace;
use bytesize::ByteSize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tintype_library::domain::redact_url;
use tintype_library::persistence::{ConnectOptions, Database, Error};
use tintype_library::{ObjectFailure, Place, Transfer, Transferred, causes};
use tokio::runtime::Runtime;

pub(crate) fn run(config: &Config, sides: &Sides) -> Result<(), Failure> {
    let runtime = runtime()?;
    let result = runtime.block_on(migrate(config, sides));
    // What is under way when something fails is not waited for: it is claimed, and dealt with by
    // the next run.
    runtime.shutdown_background();
    result
}

pub(super) fn runtime() -> Result<Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().map_err(|e| Failure::during("cannot start threads", &e))
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
        _ => Failure::new(format!("{}; the same command goes on where this one stopped", causes(&error))),
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

/// Runs a transfer to its end and says meanwhile how far it is.
pub(super) async fn watched(transfer: &Transfer) -> Result<Transferred, tintype_library::TransferError> {
    let template = "{wide_bar} {percent}%  {msg} files  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";
    let (progress, total) = (transfer.progress(), transfer.bytes());
    let position = || {
        let message = format!("{} of {}", progress.files(), transfer.files());
        let line = format!("{message} files, {} of {}", ByteSize(progress.bytes()), ByteSize(total));
        Position { done: progress.bytes(), message, line }
    };
    progress::watched(transfer.run(), total, template, position).await
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

/// Prints what was done, and returns how many files were left out.
pub(super) fn print_report(verb: &str, done: &Transferred, took: Duration, as_json: bool) -> Result<u64, Failure> {
    let Transferred { moved, bytes, unchanged, removed, failures, is_served } = done;
    let mut left_out: Vec<_> = failures.iter().map(|failure| failure.file).collect();
    left_out.dedup();
    print(&if as_json {
        let report = json!({
            "files": moved,
            "bytes": bytes,
            "unchanged": unchanged,
            "removed": removed,
            "is_served": is_served,
            "failures": failures_json(failures),
        });
        format!("{report}\n")
    } else {
        let mut text = format!(
            "{verb} {} ({}) in {:.1} s; {unchanged} there already, {removed} removed, {} left out\n",
            files(*moved),
            ByteSize(*bytes),
            took.as_secs_f64(),
            left_out.len(),
        );
        if *is_served {
            text += "note: a server is, or was a moment ago, at work on the source; stop it and run this again before you \
                     start one on the target, to bring over what it has changed\n";
        }
        text + &failures_table(failures)
    })?;
    Ok(left_out.len() as u64)
}

pub(super) fn failures_json(failures: &[ObjectFailure]) -> Vec<Value> {
    let failure = |f: &ObjectFailure| json!({"file": f.file.0, "key": f.key.as_str(), "problem": f.problem});
    failures.iter().map(failure).collect()
}

pub(super) fn failures_table(failures: &[ObjectFailure]) -> String {
    let rows = failures.iter().map(|f| [f.file.to_string(), f.key.to_string(), f.problem.clone()]);
    if failures.is_empty() { String::new() } else { table(["FILE", "KEY", "PROBLEM"], rows.collect()) }
}
