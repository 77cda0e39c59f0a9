use crate::error::Error;
use std::path::PathBuf;

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// An absolute path.
    Sqlite(PathBuf),
}

impl Address {
    /// Parses `sqlite://<path>`; the path is taken as it stands, without escapes.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let invalid = |problem: &str| Error::InvalidUrl { url: masked(url), problem: problem.to_owned() };
        let (scheme, rest) = url.split_once(':').ok_or_else(|| invalid("has no scheme; expected `sqlite://<path>`"))?;
        match scheme {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                if path.is_empty() {
                    return Err(invalid("names no file; expected `sqlite://<path>`"));
                }
                // Every connection would have a database of its own.
                if path.starts_with(":memory:") {
                    return Err(invalid("is in memory, which several connections cannot share; name a file"));
                }
                let path = std::path::absolute(path).map_err(|error| invalid(&error.to_string()))?;
                Ok(Self::Sqlite(path))
            }
            "postgres" | "postgresql" => {
                Err(invalid("names PostgreSQL, which is not supported yet; expected `sqlite://<path>`"))
            }
            _ => Err(invalid("has an unknown scheme; expected `sqlite://<path>`")),
        }
    }
}

/// Returns the URL without its password, if it has one.
fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
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
        let Address::Sqlite(path) = Address::parse("sqlite://data/tintype.db").unwrap();
        assert!(path.is_absolute() && path.ends_with(Path::new("data/tintype.db")));
    }

    #[test]
    fn says_what_is_wrong_and_shows_no_password() {
        for (url, part) in [
            ("tintype.db", "has no scheme"),
            ("sqlite://", "names no file"),
            ("sqlite::memory:", "is in memory"),
            ("sqlite://:memory:", "is in memory"),
            ("mysql://localhost/x", "unknown scheme"),
            ("postgres://me:secret@host/x", "not supported yet"),
            ("postgres://me:sec@ret@host/x", "not supported yet"),
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("sec"), "{error}");
        }
    }
}
