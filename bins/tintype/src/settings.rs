use crate::failure::Failure;
use crate::keys::{Default, KEYS, Key, Value};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tintype_library::domain::redact_url;

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
pub(crate) struct Settings {
    values: Values,
    presets: Presets,
    unknown_variables: Vec<String>,
}

/// The texts of `[renditions.<name>]`, by name.
type Presets = BTreeMap<String, BTreeMap<String, String>>;

type Values = BTreeMap<&'static str, (String, Origin)>;

impl Settings {
    /// Returns the text of a key.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |(value, _)| value)
    }

    /// Returns whether a key was given as a flag.
    pub(crate) fn is_flag(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some((_, Origin::Flag(_))))
    }

    /// Sets a key as if `--temporary` had been its flag.
    pub(crate) fn replace(&mut self, name: &'static str, value: &str) {
        self.values.insert(name, (value.to_owned(), Origin::Flag("--temporary".to_owned())));
    }

    /// Returns each key with its origin, in the order of the table.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Origin)> {
        KEYS.iter().filter_map(|key| self.values.get(key.name).map(|(_, origin)| (key.name, origin)))
    }

    /// Returns a warning for each environment variable that looks like a setting and is none.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        self.unknown_variables.iter().map(|name| {
            format!("the environment variable `{name}` is not a setting and has no effect; `tintype config` lists them")
        })
    }

    /// Returns the presets of renditions, which only the file can have.
    pub(crate) fn presets(&self) -> &Presets {
        &self.presets
    }

    /// Parses a size within the bounds of its key.
    pub(crate) fn size(&self, name: &str) -> Result<u64, Failure> {
        self.parse(name, |text| value(name)?.size(text))
    }

    /// Parses a time within the bounds of its key.
    pub(crate) fn time(&self, name: &str) -> Result<Duration, Failure> {
        self.parse(name, |text| value(name)?.time(text))
    }

    /// Parses a whole number within the bounds of its key.
    pub(crate) fn number(&self, name: &str) -> Result<u64, Failure> {
        self.parse(name, |text| value(name)?.number(text))
    }

    /// Returns the text of a key as it may be shown.
    pub(crate) fn shown(&self, name: &str) -> String {
        match Key::named(name).map(|key| &key.value) {
            Some(Value::Url) => redact_url(self.text(name)),
            Some(Value::Secret) if !self.text(name).is_empty() => "***".to_owned(),
            _ => self.text(name).to_owned(),
        }
    }

    /// Parses the text of a key.
    pub(crate) fn parse<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Failure> {
        parse(self.text(name)).map_err(|error| {
            let origin = self.values.get(name).map_or(&Origin::Default, |(_, origin)| origin);
            Failure::new(format!("`{name}` is `{}` ({origin}), which is not valid: {error}", self.shown(name)))
        })
    }
}

/// The flags of every key, and `--config`.
#[derive(Debug)]
pub(crate) struct SettingFlags {
    file: Option<PathBuf>,
    values: BTreeMap<&'static str, String>,
}

impl SettingFlags {
    /// Adds the flags to a subcommand, which its help leaves out.
    pub(crate) fn hidden(command: Command) -> Command {
        // Those of the main command are not passed on to one that has them already.
        let flags = Self::augment_args(Command::new("settings"));
        command.args(flags.get_arguments().map(|flag| flag.clone().hide(true)))
    }

    /// Lays flags over the environment over the file over the defaults.
    pub(crate) fn resolve(&self) -> Result<Settings, Failure> {
        let mut settings: Values =
            KEYS.iter().map(|key| (key.name, (key.default.value().to_owned(), Origin::Default))).collect();
        let mut presets = Presets::new();
        let default_file = Path::new("tintype.toml");
        match &self.file {
            Some(path) => read_file(path, &mut settings, &mut presets)?,
            None if default_file.exists() => read_file(default_file, &mut settings, &mut presets)?,
            None => {}
        }
        for key in KEYS {
            let name = key.variable();
            match std::env::var(&name) {
                Ok(value) => drop(settings.insert(key.name, (value, Origin::Environment(name)))),
                Err(std::env::VarError::NotPresent) => {}
                Err(error) => return Err(Failure::during(format!("cannot read {name}"), &error)),
            }
        }
        for key in KEYS {
            if let Some(value) = self.values.get(key.name) {
                settings.insert(key.name, (value.clone(), Origin::Flag(format!("--{}", key.flag()))));
            }
        }
        let unknown_variables = unknown_variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))?;
        Ok(Settings { values: settings, presets, unknown_variables })
    }
}

fn value(name: &str) -> Result<&'static Value, String> {
    Key::named(name).map(|key| &key.value).ok_or_else(|| "there is no such key".into())
}

/// Returns the variables that begin as those of settings do and are none, and refuses those that
/// look like a misspelt one.
fn unknown_variables(names: impl Iterator<Item = String>) -> Result<Vec<String>, Failure> {
    let mut unknown = Vec::new();
    for name in names.filter(|name| name.starts_with("TINTYPE_") && !is_set_by_kubernetes(name)) {
        let known = || KEYS.iter().map(Key::variable);
        if known().any(|known| known == name) {
            continue;
        }
        if let Some(meant) = known().find(|known| strsim::normalized_damerau_levenshtein(known, &name) > 0.85) {
            return Err(Failure::new(format!("the environment variable `{name}` is unknown; did you mean `{meant}`?")));
        }
        unknown.push(name);
    }
    Ok(unknown)
}

/// Returns whether Kubernetes sets a variable of that name in every container beside a service
/// whose name begins with `tintype`: `TINTYPE_SERVICE_HOST`, `TINTYPE_SERVICE_PORT_HTTP`,
/// `TINTYPE_PORT`, `TINTYPE_PORT_8000_TCP_ADDR` and so on.
fn is_set_by_kubernetes(name: &str) -> bool {
    let is_port = |rest: &str| {
        let mut parts = rest.split('_');
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        parts.next().is_some_and(is_number) && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
    };
    ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"].iter().any(|end| name.ends_with(end))
        || name.contains("_SERVICE_PORT_")
        || name.split_once("_PORT_").is_some_and(|(_, rest)| is_port(rest))
}

fn read_file(path: &Path, settings: &mut Values, presets: &mut Presets) -> Result<(), Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|e| Failure::during(format!("cannot read `{shown}`"), &e))?;
    let table: toml::Table = text.parse().map_err(|e| Failure::during(format!("cannot parse `{shown}`"), &e))?;
    for (name, value) in table {
        let Some(key) = Key::named(&name) else {
            let names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
            return Err(Failure::new(format!(
                "`{shown}` has the unknown key `{name}`; known are {}",
                names.join(", ")
            )));
        };
        let unreadable =
            || Failure::new(format!("`{name}` in `{shown}` is neither text nor number nor a list of those"));
        let value = match value {
            // In the same file, the key itself is `policy` of the table that holds the presets.
            toml::Value::Table(table) if key.name == "renditions" => {
                let Some(policy) = read_presets(table, presets).ok_or_else(unreadable)? else { continue };
                policy
            }
            value => scalar(&value).ok_or_else(unreadable)?,
        };
        settings.insert(key.name, (value, Origin::File(path.to_owned())));
    }
    Ok(())
}

/// Reads `[renditions.<name>]`, and returns `policy` of `[renditions]`; `None` if anything is not
/// as it should be.
fn read_presets(table: toml::Table, presets: &mut Presets) -> Option<Option<String>> {
    let mut policy = None;
    for (name, value) in table {
        match value {
            toml::Value::Table(preset) => {
                let texts = preset.into_iter().map(|(key, value)| Some((key, scalar(&value)?)));
                presets.insert(name, texts.collect::<Option<_>>()?);
            }
            toml::Value::String(text) if name == "policy" => policy = Some(text),
            _ => return None,
        }
    }
    Some(policy)
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Array(values) => {
            let is_plain = |value: &toml::Value| !value.is_array();
            let texts: Option<Vec<_>> = values.iter().filter(|value| is_plain(value)).map(scalar).collect();
            texts.filter(|texts| texts.len() == values.len()).map(|texts| texts.join(","))
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
            let default = match key.default {
                Default::Text(text) => format!(" [default: {text}]"),
                Default::Unset(meaning) => format!(" [unless given: {meaning}]"),
            };
            let bounds = key.value.bounds().map_or_else(String::new, |bounds| format!(" [{bounds}]"));
            let arg = Arg::new(key.name)
                .long(key.flag())
                .value_name("VALUE")
                .global(true)
                .hide_short_help(!matches!(key.name, "bind" | "data_dir"))
                .help_heading("Settings")
                .help(format!("{}{default}{bounds}", key.help));
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

#[cfg(test)]
mod tests {
    use super::unknown_variables;

    fn unknown(names: &[&str]) -> Result<Vec<String>, String> {
        unknown_variables(names.iter().map(|&name| name.to_owned())).map_err(|failure| failure.to_string())
    }

    #[test]
    fn variables_that_are_no_settings_are_noticed_unless_kubernetes_sets_them() {
        let names = ["PATH", "TINTYPE_BIND", "TINTYPE_DATA_DIR", "TINTYPE_BASE_URL", "TINTYPE_X", "TINTYPE_EXPORT_NOW"];
        assert_eq!(unknown(&names).unwrap(), ["TINTYPE_BASE_URL", "TINTYPE_X", "TINTYPE_EXPORT_NOW"]);
        let injected = [
            "TINTYPE_SERVICE_HOST",
            "TINTYPE_SERVICE_PORT",
            "TINTYPE_SERVICE_PORT_HTTP",
            "TINTYPE_PORT",
            "TINTYPE_PORT_8000_TCP",
            "TINTYPE_PORT_8000_TCP_PROTO",
            "TINTYPE_PORT_8000_TCP_PORT",
            "TINTYPE_PORT_8000_TCP_ADDR",
            "TINTYPE_WEB_SERVICE_HOST",
            "TINTYPE_WEB_PORT_53_UDP_ADDR",
        ];
        assert_eq!(unknown(&injected), Ok(Vec::new()));
    }

    #[test]
    fn a_misspelt_variable_is_refused_with_the_right_one() {
        let refused = unknown(&["TINTYPE_MAX_UPLOAD_SIZES"]).unwrap_err();
        assert!(refused.contains("did you mean `TINTYPE_MAX_UPLOAD_SIZE`?"), "{refused}");
    }
}
