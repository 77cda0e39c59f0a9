use std::path::Path;
use std::time::Instant;

use tintype_library::auth::Actor;
use tintype_library::persistence::{Django, DjangoFile, DjangoNames};
use tintype_library::{FolderImport, FolderProgress, Library, Outcome, Transport, causes};

use crate::cli::FolderArguments;
use crate::config::Config;
use crate::failure::{Failure, warn};
use crate::output::files;
use crate::progress::{Position, watched};

use super::copying::resumable;
use super::import_report::{Report, refuse_source};

pub(super) async fn import(
    config: &Config,
    url: &str,
    media_root: &Path,
    arguments: &FolderArguments,
) -> Result<(), Failure> {
    let transport = if arguments.link { Transport::Link } else { Transport::Copy };
    refuse_source(config, media_root, transport)?;
    if !media_root.is_dir() {
        return Err(Failure::new(format!("`--media-root` is `{}`, which is no folder", media_root.display())));
    }
    let names = arguments.mapping.as_deref().map_or_else(|| Ok(DjangoNames::default()), read_names)?;
    let source = Django::open(url, names).map_err(|error| Failure::during("the database of the service", &error))?;
    let database = config.create_database()?;
    let (storage, spool) = config.open_storage().await?;
    let library = Library::new(database, storage.clone(), spool, config.library.clone());
    let (actor, start) = (Actor::operator(), Instant::now());
    let begun = library.begin_django(&actor, source).await;
    let django = begun.map_err(|error| {
        Failure::new(format!(
            "cannot take over the service: {}; the library has to be empty, and `--mapping` says what tables and columns are \
             called",
            causes(&error)
        ))
    })?;
    // The server looks for it.
    storage.mark().await?;
    let total = django.files();
    let progress = FolderProgress::default();
    let position = || {
        let done = progress.files();
        Position { done, message: String::new(), line: format!("{done} of {}", files(total)) }
    };
    let mut report = Report::new(arguments.json, transport);
    let tell = |file: &DjangoFile, outcome: &Outcome| report.note(Path::new(&file.path), outcome);
    let options = FolderImport { user: None, visibility: arguments.visibility, transport };
    let work = library.import_django(&django, media_root, &options, &progress, tell);
    let result =
        watched(work, total, "{wide_bar} {percent}%  {pos} of {len} files  {per_sec}  {eta} left", position).await;
    library.drain().await;
    result.map_err(|error| resumable(&error))?;
    if django.lost_passwords > 0 {
        warn(&format!(
            "the passwords of {} users are hashed in a way that is not known here: give them new ones with `tintype user \
             set-password`; their tokens stay valid",
            django.lost_passwords
        ));
    }
    report.finish(start)
}

/// Reads what tables and columns are called.
fn read_names(path: &Path) -> Result<DjangoNames, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|e| Failure::during(format!("cannot read `{shown}`"), &e))?;
    let table: toml::Table = text.parse().map_err(|e| Failure::during(format!("cannot parse `{shown}`"), &e))?;
    let mut names = DjangoNames::default();
    for (group, values) in &table {
        let values = values.as_table().ok_or_else(|| Failure::new(format!("`{group}` in `{shown}` is no table")))?;
        for (name, value) in values {
            let wrong = || Failure::new(format!("`{name}` below `[{group}]` in `{shown}` is no name that can be set"));
            let value = value.as_str().ok_or_else(wrong)?;
            if !names.set(group, name, value.to_owned()) {
                return Err(wrong());
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use tintype_library::persistence::DjangoNames;

    #[test]
    fn the_page_has_the_names() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md")).unwrap();
        let (_, after) = page.split_once("```toml\n[files]").unwrap();
        let (table, _) = after.split_once("```").unwrap();
        let table: toml::Table = format!("[files]{table}").parse().unwrap();
        let mut documented = Vec::new();
        for (group, values) in &table {
            for (name, value) in values.as_table().unwrap() {
                documented.push((group.as_str(), name.as_str(), value.as_str().unwrap()));
            }
        }
        documented.sort_unstable();
        let mut defaults = DjangoNames::DEFAULTS;
        defaults.sort_unstable();
        assert_eq!(documented, defaults);
    }
}
