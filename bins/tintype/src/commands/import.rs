use std::path::{Path, PathBuf};
use std::time::Instant;

use bytesize::ByteSize;
use tintype_library::auth::Actor;
use tintype_library::domain::UserId;
use tintype_library::{Accounts, FolderContents, FolderImport, FolderProgress, Library, Outcome, Transport, causes};

use super::copying::resumable;
use super::import_django;
use super::import_report::{Report, refuse_source};
use crate::accounts::threads;
use crate::cli::FolderArguments;
use crate::config::Config;
use crate::failure::Failure;
use crate::progress::{Position, watched};

pub(crate) fn run(config: &Config, arguments: &FolderArguments) -> Result<(), Failure> {
    let runtime = threads()?;
    match (&arguments.folder, &arguments.django, &arguments.media_root) {
        (Some(folder), _, _) => runtime.block_on(import(config, folder, arguments)),
        (None, Some(url), Some(root)) => runtime.block_on(import_django::import(config, url, root, arguments)),
        (None, _, _) => Err(Failure::new("give a folder, or `--django` with `--media-root`")),
    }
}

async fn import(config: &Config, folder: &Path, arguments: &FolderArguments) -> Result<(), Failure> {
    let FolderArguments { user, visibility, dry_run, link, json, .. } = arguments;
    let transport = match (dry_run, link) {
        (true, _) => Transport::Nothing,
        (false, true) => Transport::Link,
        (false, false) => Transport::Copy,
    };
    refuse_source(config, folder, transport)?;
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
    let mut report = Report::new(*json, transport);
    found.problems.iter().for_each(|(path, problem)| report.leave_out(path, problem));
    let progress = FolderProgress::default();
    let position = || {
        let message = format!("{} of {count}", progress.files());
        let line = format!("{message} files, {} of {bytes}", ByteSize(progress.bytes()));
        Position { done: progress.bytes(), message, line }
    };
    let tell = |file: &tintype_library::FoundFile, outcome: &Outcome| report.note(&file.path, outcome);
    let (actor, options) = (Actor::operator(), FolderImport { user, visibility: *visibility, transport });
    let work = library.import_folder(&actor, found.files, &options, &progress, tell);
    let template = "{wide_bar} {percent}%  {msg} files  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";
    let result = watched(work, total, template, position).await;
    library.drain().await;
    result.map_err(|error| resumable(&error))?;
    report.finish(start)
}

async fn find(accounts: &Accounts, username: &str) -> Result<UserId, Failure> {
    Ok(accounts.find(&Actor::operator(), username).await?.id)
}

async fn find_files(folder: &Path) -> Result<FolderContents, Failure> {
    let path: PathBuf = folder.to_owned();
    let found = tokio::task::spawn_blocking(move || FolderContents::of(&path)).await?;
    found.map_err(|e| Failure::during(format!("cannot read the folder `{}`", folder.display()), &e))
}
