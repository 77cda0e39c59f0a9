use std::path::{Path, PathBuf};
use std::time::Instant;

use bytesize::ByteSize;
use serde_json::json;
use tintype_library::auth::Actor;
use tintype_library::domain::UserId;
use tintype_library::{
    Accounts, FileProblem, FolderContents, FolderImport, FolderProgress, Library, Outcome, Transport, causes,
};

use super::migrate::runtime;
use crate::cli::FolderArguments;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{files, print};
use crate::progress::{Position, watched};
use crate::storage_place::StoragePlace;

/// How many files have come to what, and how it is said.
struct Report {
    as_json: bool,
    transport: Transport,
    imported: u64,
    imported_bytes: u64,
    skipped: u64,
    left_out: u64,
    /// Why nothing can be said any more.
    printed: Result<(), Failure>,
}

impl Report {
    fn print(&mut self, line: &str) {
        if self.printed.is_ok() {
            self.printed = print(line);
        }
    }

    fn leave_out(&mut self, path: &Path, problem: &FileProblem) {
        self.left_out += 1;
        let path = path.display();
        self.print(&if self.as_json {
            let line = json!({"path": path.to_string(), "problem": problem.name(), "detail": problem.to_string()});
            format!("{line}\n")
        } else {
            format!("left out `{path}`: {problem}\n")
        });
    }

    fn import(&mut self, path: &Path, bytes: u64) {
        self.imported += 1;
        self.imported_bytes += bytes;
        if self.transport == Transport::Nothing && !self.as_json {
            self.print(&format!("would import `{}`\n", path.display()));
        }
    }

    fn finish(mut self, took: Instant) -> Result<(), Failure> {
        let (imported, bytes, skipped, left_out) = (self.imported, self.imported_bytes, self.skipped, self.left_out);
        self.print(&if self.as_json {
            let sums = json!({"imported": imported, "bytes": bytes, "skipped": skipped, "left_out": left_out});
            format!("{sums}\n")
        } else {
            let verb = if self.transport == Transport::Nothing { "would import" } else { "imported" };
            let (imported, bytes, seconds) = (files(imported), ByteSize(bytes), took.elapsed().as_secs_f64());
            format!("{verb} {imported} ({bytes}) in {seconds:.1} s; {skipped} there already, {left_out} left out\n")
        });
        self.printed?;
        match left_out {
            0 => Ok(()),
            count => Err(Failure::new(format!("left out {}, see above", files(count)))),
        }
    }
}

pub(crate) fn run(config: &Config, arguments: &FolderArguments) -> Result<(), Failure> {
    runtime()?.block_on(import(config, arguments))
}

async fn import(config: &Config, arguments: &FolderArguments) -> Result<(), Failure> {
    let FolderArguments { folder, user, visibility, dry_run, link, json } = arguments;
    let transport = match (dry_run, link) {
        (true, _) => Transport::Nothing,
        (false, true) => Transport::Link,
        (false, false) => Transport::Copy,
    };
    refuse_storage(config, folder, transport)?;
    let database = config.open_database()?;
    database.take_over()?;
    let user = match user {
        Some(name) => Some(find(&Accounts::new(database.clone()), name).await?),
        None => None,
    };
    let found = find_files(folder).await?;
    let (storage, spool) = config.open_storage().await?;
    let library = Library::new(database, storage, spool, config.library.clone());
    library.adopt_storage().await.map_err(|error| Failure::new(causes(&error)))?;
    let (start, total) = (Instant::now(), found.bytes());
    let (count, bytes) = (found.files.len() as u64, ByteSize(total));
    let mut report =
        Report { as_json: *json, transport, imported: 0, imported_bytes: 0, skipped: 0, left_out: 0, printed: Ok(()) };
    found.problems.iter().for_each(|(path, problem)| report.leave_out(path, problem));
    let progress = FolderProgress::default();
    let position = || {
        let message = format!("{} of {count}", progress.files());
        let line = format!("{message} files, {} of {bytes}", ByteSize(progress.bytes()));
        Position { done: progress.bytes(), message, line }
    };
    let tell = |file: &tintype_library::FoundFile, outcome: &Outcome| match outcome {
        Outcome::Imported => report.import(&file.path, file.size),
        Outcome::Skipped => report.skipped += 1,
        Outcome::Refused(problem) => report.leave_out(&file.path, problem),
    };
    let (actor, options) = (Actor::operator(), FolderImport { user, visibility: *visibility, transport });
    let work = library.import_folder(&actor, found.files, &options, &progress, tell);
    let template = "{wide_bar} {percent}%  {msg} files  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";
    let result = watched(work, total, template, position).await;
    library.drain().await;
    result.map_err(|error| {
        Failure::new(format!("{}; the same command goes on where this one stopped", causes(&error)))
    })?;
    report.finish(start)
}

/// Refuses to import the storage into itself, and to link into what is no folder.
fn refuse_storage(config: &Config, folder: &Path, transport: Transport) -> Result<(), Failure> {
    if StoragePlace::Folder(folder.to_owned()).overlaps(&config.storage) {
        return Err(Failure::new(format!(
            "`{}` is, or lies in, the storage of the library, or around it; give another folder",
            folder.display()
        )));
    }
    match (transport, &config.storage) {
        (Transport::Link, StoragePlace::Bucket(_)) => Err(Failure::new(
            "files can be linked into a folder only, and `storage_url` is a bucket; leave out `--link`",
        )),
        _ => Ok(()),
    }
}

async fn find(accounts: &Accounts, username: &str) -> Result<UserId, Failure> {
    Ok(accounts.find(&Actor::operator(), username).await?.id)
}

async fn find_files(folder: &Path) -> Result<FolderContents, Failure> {
    let path: PathBuf = folder.to_owned();
    let found = tokio::task::spawn_blocking(move || FolderContents::of(&path)).await?;
    found.map_err(|e| Failure::during(format!("cannot read the folder `{}`", folder.display()), &e))
}
