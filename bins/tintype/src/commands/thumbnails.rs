use crate::cli::ThumbnailsCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{print, table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::time::Duration;
use tintype_library::auth::Actor;
use tintype_library::domain::Timestamp;
use tintype_library::{Error, Library, Rebuild, RebuildProgress, causes};

/// How often the bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// How often a line is written where there is no terminal to draw a bar on.
const TELL_EVERY: Duration = Duration::from_secs(10);

pub(crate) fn run(config: &Config, command: &ThumbnailsCommand) -> Result<(), Failure> {
    let ThumbnailsCommand::Rebuild { missing: _, all, json } = command;
    let which = if *all { Rebuild::All } else { Rebuild::Missing };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::during("cannot start threads", &e))?;
    let progress = RebuildProgress::default();
    let began = runtime.block_on(rebuild(config, which, &progress))?;
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
    result.map_err(|error| Failure::new(format!("{}; the same command goes on where this one stopped", causes(&error))))
}

/// Rebuilds to the end and says meanwhile how far that is.
async fn watched(
    library: &Library,
    which: Rebuild,
    progress: &RebuildProgress,
    total: u64,
) -> Result<Timestamp, Error> {
    let is_terminal = std::io::stderr().is_terminal();
    let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style());
    let mut ticks = tokio::time::interval(if is_terminal { DRAW_EVERY } else { TELL_EVERY });
    ticks.tick().await;
    let actor = Actor::operator();
    let mut running = std::pin::pin!(library.rebuild_thumbnails(&actor, which, progress));
    loop {
        tokio::select! {
            done = &mut running => {
                bar.finish_and_clear();
                return done;
            }
            _ = ticks.tick() => {
                bar.set_position(progress.looked_at());
                if !is_terminal {
                    // Where standard error is closed there is nobody to tell.
                    let _ = writeln!(std::io::stderr(), "{} of {}", progress.looked_at(), files(total));
                }
            }
        }
    }
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {percent}%  {pos} of {len} files  {per_sec}  {eta} left";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
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

fn files(count: u64) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}
