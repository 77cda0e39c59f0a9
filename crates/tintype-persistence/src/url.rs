use crate::error::Error;
use crate::postgres::PostgresAddress;
use std::fmt;
use std::path::PathBuf;
use tintype_domain::redact_url;

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// An absolute path.
    Sqlite(PathBuf),
    Postgres(PostgresAddress),
}

const EXPECTED: &str = "expected `sqlite://<path>` or `postgres://<user>:<password>@<host>/<database>`";

impl Address {
    /// Parses `sqlite://<path>`, whose path is taken literally, without escapes, or a connection
    /// URI of PostgreSQL.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let invalid = |problem: String| Error::InvalidUrl { url: redact_url(url), problem };
        let (scheme, rest) = url.split_once(':').ok_or_else(|| invalid(format!("has no scheme; {EXPECTED}")))?;
        match scheme {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                if path.is_empty() {
                    return Err(invalid("names no file; expected `sqlite://<path>`".into()));
                }
                // Each connection would have its own database.
                if path.starts_with(":memory:") {
                    return Err(invalid("is in memory, which several connections cannot share; name a file".into()));
                }
                let path = std::path::absolute(path).map_err(|error| invalid(error.to_string()))?;
                Ok(Self::Sqlite(path))
            }
            "postgres" | "postgresql" if rest.starts_with("//") => {
                PostgresAddress::parse(url).map(Self::Postgres).map_err(|problem| invalid(problem.into()))
            }
            "postgres" | "postgresql" => Err(invalid(format!("has no `//` behind its scheme; {EXPECTED}"))),
            _ => Err(invalid(format!("has an unknown scheme; {EXPECTED}"))),
        }
    }

    /// Returns the address after following symbolic links, if the file exists.
    pub(crate) fn resolved(self) -> Self {
        match self {
            Self::Sqlite(path) => Self::Sqlite(path.canonicalize().unwrap_or(path)),
            postgres => postgres,
        }
    }

    /// Returns whether the file of the database is missing or empty; a server has to be asked.
    pub(crate) fn is_missing(&self) -> bool {
        match self {
            Self::Sqlite(path) => std::fs::metadata(path)
                .map_or_else(|error| error.kind() == std::io::ErrorKind::NotFound, |file| file.len() == 0),
            Self::Postgres(_) => false,
        }
    }
}

/// Without secrets, as messages name it.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use std::path::Path;

    #[test]
    fn takes_paths_as_they_stand() {
        for path in ["/var/lib/tintype/tintype.db", "/tmp/a b%20c?d#e.db"] {
            assert_eq!(Address::parse(&format!("sqlite://{path}")).unwrap(), Address::Sqlite(path.into()));
        }
        match Address::parse("sqlite://data/tintype.db").unwrap() {
            Address::Sqlite(path) => assert!(path.is_absolute() && path.ends_with(Path::new("data/tintype.db"))),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn says_what_is_wrong_and_shows_no_password() {
        for (url, part) in [
            ("tintype.db", "has no scheme"),
            ("sqlite://", "names no file"),
            ("sqlite::memory:", "is in memory"),
            ("sqlite://:memory:", "is in memory"),
            ("mysql://localhost/x", "unknown scheme"),
            ("postgres:me:secret@host/x", "no `//`"),
            ("mysql://me:sec@ret@host/x?password=sec", "unknown scheme"),
            ("mysql://me:sec?ret@host/x", "unknown scheme"),
            ("mysql://host/x?user=a@b&password=sec", "unknown scheme"),
            ("host=db user=me password=secret", "has no scheme"),
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("sec"), "{error}");
        }
    }
}
