use super::copying::resumable;
use crate::accounts::threads;
use crate::cli::ThumbnailsCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{files, print, table};
use crate::progress::{self, Position};
use serde_json::json;
use tintype_library::auth::Actor;
use tintype_library::domain::Timestamp;
use tintype_library::{Error, Library, Rebuild, RebuildProgress, causes};

pub(crate) fn run(config: &Config, command: &ThumbnailsCommand) -> Result<(), Failure> {
    let ThumbnailsCommand::Rebuild { missing: _, all, json } = command;
    let which = if *all { Rebuild::All } else { Rebuild::Missing };
    let progress = RebuildProgress::default();
    let began = threads()?.block_on(rebuild(config, which, &progress))?;
    if *json {
        print_json(&progress, began)?
    } else {
        print_text(&progress)?
    }
    match progress.failures().len() {
        0 => Ok(()),
        count => Err(Failure::new(format!("{} kept the thumbnails that they had, see above", files(count as u64)))),
    }
}

async fn rebuild(config: &Config, which: Rebuild, progress: &RebuildProgress) -> Result<Timestamp, Failure> {
    let database = config.open_database()?;
    database.take_over()?;
    let (storage, spool) = config.open_storage().await?;
    let library = Library::new(database, storage, spool, config.library.clone());
    library.adopt_storage().await.map_err(|error| Failure::new(causes(&error)))?;
    let total = library.count_pictured(&Actor::operator()).await?;
    let result = watched(&library, which, progress, total).await;
    library.drain().await;
    result.map_err(|error| resumable(&error))
}

/// Rebuilds to the end and says meanwhile how far that is.
async fn watched(
    library: &Library,
    which: Rebuild,
    progress: &RebuildProgress,
    total: u64,
) -> Result<Timestamp, Error> {
    let template = "{wide_bar} {percent}%  {pos} of {len} files  {per_sec}  {eta} left";
    let position = || {
        let done = progress.looked_at();
        Position { done, message: String::new(), line: format!("{done} of {}", files(total)) }
    };
    let actor = Actor::operator();
    progress::watched(library.rebuild_thumbnails(&actor, which, progress), total, template, position).await
}

fn print_text(progress: &RebuildProgress) -> Result<(), Failure> {
    let mut text = format!(
        "changed the thumbnails of {}; {} up to date before, {} without a picture\n",
        files(progress.changed()),
        unchanged(progress),
        progress.without_picture(),
    );
    let failures = progress.failures();
    if !failures.is_empty() {
        let rows = failures.iter().map(|failure| [failure.file.to_string(), failure.problem.clone()]);
        text += &table(["FILE", "PROBLEM"], rows.collect());
    }
    print(&text)
}

fn print_json(progress: &RebuildProgress, began: Timestamp) -> Result<(), Failure> {
    let failures = progress.failures();
    let failures = failures.iter().map(|failure| json!({"file": failure.file.0, "problem": failure.problem}));
    let report = json!({
        "began_at": began.to_string(),
        "looked_at": progress.looked_at(),
        "changed": progress.changed(),
        "unchanged": unchanged(progress),
        "without_picture": progress.without_picture(),
        "failures": failures.collect::<Vec<_>>(),
    });
    print(&format!("{report}\n"))
}

/// Returns how many files had the right thumbnails before.
fn unchanged(progress: &RebuildProgress) -> u64 {
    let others = progress.changed() + progress.without_picture() + progress.failures().len() as u64;
    progress.looked_at().saturating_sub(others)
}
