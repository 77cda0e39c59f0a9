use crate::config::Config;
use crate::failure::Failure;
use crate::output::{print as write, table};
use crate::settings::Settings;
use tintype_library::domain::redact_url;

/// Prints every key with its value and origin, then fails if one is not valid.
pub(crate) fn print(settings: &Settings) -> Result<(), Failure> {
    let config = Config::new(settings);
    let rows = settings.iter().map(|(name, origin)| {
        let value = match (&config, name) {
            (Ok(config), "database_url") => redact_url(&config.database_url),
            (Ok(config), "storage_url") if settings.text(name).is_empty() => config.default_storage_url(),
            (Ok(config), "workers") => config.library.workers.to_string(),
            _ => settings.shown(name),
        };
        [name.to_owned(), quoted(&value), format!("# {origin}")]
    });
    let lines = rows.map(|[name, value, origin]| [format!("{name} ="), value, origin]).collect();
    let text = table([""; 3], lines);
    // The heading row is empty: what is printed can be kept as a configuration file.
    write(text.trim_start_matches('\n'))?;
    config.map(drop)
}

/// Returns a TOML basic string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
