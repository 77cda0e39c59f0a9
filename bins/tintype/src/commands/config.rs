use crate::commands::{print as write, table};
use crate::config::Config;
use crate::failure::Failure;
use crate::settings::Settings;

/// Prints every key with its value and origin, then fails if one is not valid.
pub(crate) fn print(settings: &Settings) -> Result<(), Failure> {
    let config = Config::new(settings);
    let rows = settings.iter().map(|(name, value, origin)| {
        let value = match (&config, name) {
            (Ok(config), "database_url") => mask(&config.database_url),
            (Ok(config), "storage_url") if value.is_empty() => config.storage_url(),
            (Ok(config), "workers") => config.library.workers.to_string(),
            _ => mask(value),
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

/// Hides the password of a URL.
fn mask(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let (Some(at), Some(colon)) = (rest[..authority_end].rfind('@'), rest.find(':')) else { return url.to_owned() };
    if colon < at { format!("{scheme}://{}:***{}", &rest[..colon], &rest[at..]) } else { url.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn passwords_are_masked() {
        assert_eq!(mask("postgres://me:secret@db:5432/media"), "postgres://me:***@db:5432/media");
        assert_eq!(mask("postgres://me:se@cret@db/media"), "postgres://me:***@db/media");
        assert_eq!(mask("postgres://db:5432/media"), "postgres://db:5432/media");
        assert_eq!(mask("sqlite:///var/lib/a:b@c.db"), "sqlite:///var/lib/a:b@c.db");
        assert_eq!(mask("127.0.0.1:8000"), "127.0.0.1:8000");
    }
}
