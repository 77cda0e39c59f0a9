//! What the value of a configuration key can be.

use bytesize::ByteSize;
use std::str::FromStr;
use std::time::Duration;

/// What is used unless a value is given.
pub(crate) enum Default {
    Text(&'static str),
    /// Nothing is set, which means this.
    Unset(&'static str),
}

/// What a value can be; bounds are inclusive and written as a value is.
pub(crate) enum Value {
    Text,
    /// May hold secrets, which are not shown.
    Url,
    /// Is never shown.
    Secret,
    Size(&'static str, &'static str),
    Time(&'static str, &'static str),
    Number(u64, u64),
}

impl Default {
    /// Returns the value, empty where nothing is set.
    pub(crate) fn value(&self) -> &'static str {
        match self {
            Self::Text(text) => text,
            Self::Unset(_) => "",
        }
    }
}

impl Value {
    /// Returns the bounds as messages name them, if there are any.
    pub(crate) fn bounds(&self) -> Option<String> {
        match self {
            Self::Text | Self::Url | Self::Secret => None,
            Self::Size(min, max) | Self::Time(min, max) => Some(format!("{min} to {max}")),
            Self::Number(min, max) => Some(format!("{min} to {max}")),
        }
    }

    /// Parses a size such as `100 MiB`, `3GiB` or a plain number of bytes.
    pub(crate) fn size(&self, text: &str) -> Result<u64, String> {
        let Self::Size(min, max) = self else { return Err("it is not a size".into()) };
        let size = |text: &str| ByteSize::from_str(text).map(|size| size.as_u64());
        self.within(size(text)?, size(min)?, size(max)?)
    }

    /// Parses a time such as `30s` or `15m`.
    pub(crate) fn time(&self, text: &str) -> Result<Duration, String> {
        let Self::Time(min, max) = self else { return Err("it is not a time".into()) };
        let time = |text: &str| humantime::parse_duration(text).map_err(|error| error.to_string());
        self.within(time(text)?, time(min)?, time(max)?)
    }

    /// Parses a whole number.
    pub(crate) fn number(&self, text: &str) -> Result<u64, String> {
        let Self::Number(min, max) = *self else { return Err("it is not a number".into()) };
        self.within(text.parse().map_err(|error| format!("{error}"))?, min, max)
    }

    fn within<T: PartialOrd>(&self, value: T, min: T, max: T) -> Result<T, String> {
        match self.bounds() {
            Some(bounds) if value < min || value > max => Err(format!("it has to be within {bounds}")),
            _ => Ok(value),
        }
    }
}
