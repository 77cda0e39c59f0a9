use crate::failure::Failure;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A configuration key: one line of the table in the README.
pub(crate) struct Key {
    /// As in `tintype.toml`; the flag has dashes for underscores, the variable is `TINTYPE_` and capitals.
    pub(crate) name: &'static str,
    pub(crate) default: &'static str,
    pub(crate) help: &'static str,
}

/// Every configuration key there is.
pub(crate) const KEYS: &[Key] = &[
    Key { name: "bind", default: "127.0.0.1:8000", help: "Address and port to listen on; port 0 picks a free one" },
    Key { name: "data_dir", default: "./data", help: "Folder for the database and the files" },
    Key {
        name: "database_url",
        default: "",
        help: "sqlite://<path> or postgres://<user>:<password>@<host>/<database>; sqlite://<data_dir>/tintype.db unless given",
    },
    Key {
        name: "storage_url",
        default: "",
        help: "file://<path> or s3://<bucket>/<prefix>?endpoint=<url>&region=<name>; file://<data_dir>/media unless given",
    },
    Key { name: "public_url", default: "", help: "What the URLs of files begin with; from each request unless given" },
    Key {
        name: "trusted_proxies",
        default: "",
        help: "Addresses (or networks such as 10.0.0.0/8) whose X-Forwarded-Proto and -Host count",
    },
    Key { name: "media_access", default: "public", help: "Who may fetch files by their URL; only `public` so far" },
    Key {
        name: "media_delivery",
        default: "proxy",
        help: "proxy, or redirect: send those who fetch files from a bucket to the bucket",
    },
    Key { name: "presign_lifetime", default: "1h", help: "How long a URL that clients are redirected to is valid" },
    Key { name: "max_upload_size", default: "100 MiB", help: "The largest file" },
    Key { name: "max_field_size", default: "64 KiB", help: "The largest text field or JSON body" },
    Key { name: "max_parts", default: "20", help: "The most parts in a multipart body" },
    Key { name: "max_ranges", default: "16", help: "The most ranges in a request; with more, the whole file is sent" },
    Key {
        name: "allowed_types",
        default: "",
        help: "Types that may be uploaded, comma-separated, e.g. image,pdf,audio/mpeg; all unless given",
    },
    Key {
        name: "thumbnail_format",
        default: "auto",
        help: "auto (JPEG, or PNG where anything is transparent), jpeg (transparent becomes white) or webp",
    },
    Key { name: "max_image_pixels", default: "100000000", help: "The largest image that gets thumbnails" },
    Key { name: "decode_memory", default: "512 MiB", help: "Memory for all decodes at a time" },
    Key { name: "decode_timeout", default: "30s", help: "How long making an image's thumbnails may take" },
    Key {
        name: "workers",
        default: "",
        help: "Threads that serve, and images decoded at a time; the number of cores unless given",
    },
    Key {
        name: "upload_queue",
        default: "256",
        help: "Complete uploads that may wait for a core; more are answered 503",
    },
    Key {
        name: "upload_queue_timeout",
        default: "30s",
        help: "How long a complete upload may wait for a core before it is answered 503",
    },
    Key {
        name: "upload_idle_timeout",
        default: "30s",
        help: "How long a client may send nothing in the middle of a body",
    },
    Key {
        name: "upload_min_rate",
        default: "1 KiB",
        help: "Bytes a second that a client has to send on average, after the idle timeout",
    },
    Key {
        name: "abandoned_after",
        default: "15m",
        help: "When the objects of an upload that never committed are swept",
    },
    Key {
        name: "shutdown_delay",
        default: "0s",
        help: "How long to serve on after SIGTERM with `/readyz` saying 503, so that balancers turn away",
    },
    Key { name: "shutdown_timeout", default: "60s", help: "How long requests in flight may take to finish on SIGTERM" },
    Key { name: "log_format", default: "text", help: "text or json" },
];

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File(PathBuf),
    Environment(String),
    Flag(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => path.display().fmt(f),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// The effective value of every key, as text; empty where a key has no value.
#[derive(Debug)]
pub(crate) struct Settings(BTreeMap<&'static str, (String, Origin)>);

impl Settings {
    /// Returns the text of a key.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |(value, _)| value)
    }

    /// Returns each key with its text and origin, in the order of the table.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str, &Origin)> {
        KEYS.iter().filter_map(|key| self.0.get(key.name).map(|(value, origin)| (key.name, value.as_str(), origin)))
    }

    /// Parses the text of a key.
    pub(crate) fn parse<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Failure> {
        parse(self.text(name)).map_err(|error| {
            let (value, origin) = self.0.get(name).map_or(("", &Origin::Default), |(v, o)| (v.as_str(), o));
            Failure::new(format!("`{name}` is `{}` ({origin}), which is not valid: {error}", mask(value)))
        })
    }
}

/// The flags of every key, and `--config`.
#[derive(Debug)]
pub(crate) struct SettingFlags {
    file: Option<PathBuf>,
    values: BTreeMap<&'static str, String>,
}

fn flag(name: &str) -> String {
    name.replace('_', "-")
}

fn variable(name: &str) -> String {
    format!("TINTYPE_{}", name.to_ascii_uppercase())
}

impl SettingFlags {
    /// Lays flags over the environment over the file over the defaults.
    pub(crate) fn resolve(&self) -> Result<Settings, Failure> {
        let mut settings: BTreeMap<_, _> =
            KEYS.iter().map(|key| (key.name, (key.default.to_owned(), Origin::Default))).collect();
        let default_file = Path::new("tintype.toml");
        match &self.file {
            Some(path) => read_file(path, &mut settings)?,
            None if default_file.exists() => read_file(default_file, &mut settings)?,
            None => {}
        }
        for key in KEYS {
            let name = variable(key.name);
            match std::env::var(&name) {
                Ok(value) => drop(settings.insert(key.name, (value, Origin::Environment(name)))),
                Err(std::env::VarError::NotPresent) => {}
                Err(error) => return Err(Failure::during(format!("cannot read {name}"), &error)),
            }
        }
        refuse_misspelt_variables()?;
        for (&key, value) in &self.values {
            settings.insert(key, (value.clone(), Origin::Flag(format!("--{}", flag(key)))));
        }
        Ok(Settings(settings))
    }
}

/// Refuses variables that look like a key misspelt. Others are left alone: Kubernetes puts `TINTYPE_PORT` and the like into
/// every container beside a service called tintype.
fn refuse_misspelt_variables() -> Result<(), Failure> {
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("TINTYPE_")) else { continue };
        let known = || KEYS.iter().map(|key| variable(key.name));
        if known().any(|known| known == name) {
            continue;
        }
        if let Some(meant) = known().find(|known| strsim::normalized_damerau_levenshtein(known, name) > 0.85) {
            return Err(Failure::new(format!(
                "the environment variable `{name}` is unknown; `{meant}` is meant, perhaps"
            )));
        }
    }
    Ok(())
}

fn read_file(path: &Path, settings: &mut BTreeMap<&'static str, (String, Origin)>) -> Result<(), Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|e| Failure::during(format!("cannot read `{shown}`"), &e))?;
    let table: toml::Table = text.parse().map_err(|e| Failure::during(format!("cannot parse `{shown}`"), &e))?;
    for (name, value) in table {
        let Some(key) = KEYS.iter().find(|key| key.name == name) else {
            let names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
            return Err(Failure::new(format!(
                "`{shown}` has the unknown key `{name}`; known are {}",
                names.join(", ")
            )));
        };
        let value = scalar(&value).ok_or_else(|| {
            Failure::new(format!("`{name}` in `{shown}` is neither text nor number nor a list of texts"))
        })?;
        settings.insert(key.name, (value, Origin::File(path.to_owned())));
    }
    Ok(())
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(values) => {
            let texts: Option<Vec<_>> = values.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .global(true)
            .help_heading("Settings")
            .help("Configuration file [default: ./tintype.toml if present]");
        KEYS.iter().fold(command.arg(file), |command, key| {
            let default = if key.default.is_empty() { String::new() } else { format!(" [default: {}]", key.default) };
            let arg = Arg::new(key.name)
                .long(flag(key.name))
                .value_name("VALUE")
                .global(true)
                .hide_short_help(!matches!(key.name, "bind" | "data_dir"))
                .help_heading("Settings")
                .help(format!("{}{default}", key.help));
            command.arg(arg)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let values = KEYS.iter().filter_map(|key| Some((key.name, matches.get_one::<String>(key.name)?.clone())));
        Ok(Self { file: matches.get_one("config").cloned(), values: values.collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Hides the password of a URL, and what looks like a secret in its query.
pub(crate) fn mask(url: &str) -> String {
    match url.rsplit_once('?').filter(|(place, query)| begins_query(place, query)) {
        Some((place, query)) => format!("{}?{}", mask_password(place), mask_secrets(query)),
        None => mask_password(url),
    }
}

/// Tells the question mark before a query from one in a password.
fn begins_query(place: &str, query: &str) -> bool {
    let name = query.split_once('=').map_or("", |(name, _)| name);
    place.contains('@') || !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
}

fn mask_password(place: &str) -> String {
    let Some((scheme, rest)) = place.split_once("://") else { return place.to_owned() };
    match (rest.find(':'), rest.rfind('@')) {
        // A path may hold both characters and no password.
        (Some(colon), Some(at)) if colon < at && !matches!(scheme, "sqlite" | "file") => {
            format!("{scheme}://{}:***{}", &rest[..colon], &rest[at..])
        }
        _ => place.to_owned(),
    }
}

/// Hides the values of parameters that somebody took for the place of a secret.
fn mask_secrets(query: &str) -> String {
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["key", "password", "secret", "signature", "token"].iter().any(|word| name.contains(word))
    };
    let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}=***"),
        _ => parameter.to_owned(),
    });
    parameters.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn passwords_are_masked() {
        assert_eq!(mask("postgres://me:secret@db:5432/media"), "postgres://me:***@db:5432/media");
        assert_eq!(mask("postgres://me:se@cret@db/media"), "postgres://me:***@db/media");
        assert_eq!(mask("postgres://me:se/c@ret@db/media?a=b@c"), "postgres://me:***@db/media?a=b@c");
        assert_eq!(
            mask("s3://media/a?endpoint=http://h:3900&secret_access_key=s&Token=t"),
            "s3://media/a?endpoint=http://h:3900&secret_access_key=***&Token=***"
        );
        assert_eq!(mask("s3://key:secret@media?region=a"), "s3://key:***@media?region=a");
        assert_eq!(mask("postgres://db:5432/media"), "postgres://db:5432/media");
        assert_eq!(
            mask("postgres://me:s?cret@db/media?sslmode=require&sslpassword=a&password=b"),
            "postgres://me:***@db/media?sslmode=require&sslpassword=***&password=***"
        );
        assert_eq!(mask("postgres://me:s?cret@db/media"), "postgres://me:***@db/media");
        assert_eq!(mask("postgres://db/media?user=a@b&password=c"), "postgres://db/media?user=a@b&password=***");
        assert_eq!(mask("sqlite:///var/lib/a:b@c.db"), "sqlite:///var/lib/a:b@c.db");
        assert_eq!(mask("127.0.0.1:8000"), "127.0.0.1:8000");
    }
}
