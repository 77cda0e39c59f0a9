use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use tintype_domain::redact_url;

/// A connection URI as libpq takes it:
/// `postgres://user:password@host:port/database?parameter=value`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PostgresAddress(String);

/// Parameters for libpq unless the URI has them: give up on a server that does not answer, also in
/// the middle of a connection. The last one is in milliseconds, the others are in seconds.
const DEFAULTS: &[(&str, &str)] = &[
    ("fallback_application_name", "tintype"),
    ("connect_timeout", "4"),
    ("keepalives_idle", "4"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "2"),
    ("tcp_user_timeout", "8000"),
];

/// Whether libpq was built with OpenSSL.
const HAS_TLS: bool = cfg!(feature = "postgres-tls");

impl PostgresAddress {
    /// # Errors
    /// The problem.
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        let address = Self(url.to_owned());
        if url.contains('\0') {
            return Err("has a NUL");
        }
        // libpq would parse another password than the user meant, and quote parts of it in its
        // messages.
        let (place, _) = address.split_query();
        let place = place.split_once("://").map_or(place, |(_, place)| place);
        let (authority, database) = place.split_once('/').unwrap_or((place, ""));
        if authority.matches('@').count() > 1 || database.contains('@') {
            return Err("has an `@` or a `/` in its password; write `%40` or `%2F`");
        }
        if !is_percent_encoded(url) {
            return Err("has a `%` without two hexadecimal digits behind it; write `%25`");
        }
        let wants_tls = |(name, value)| name == "sslmode" && matches!(value, "require" | "verify-ca" | "verify-full");
        if !HAS_TLS && address.parameters().any(wants_tls) {
            return Err("asks for TLS by `sslmode`, which this build lacks; build with `--features postgres-tls`");
        }
        Ok(address)
    }

    /// Returns the URI with what libpq is to do unless it says otherwise.
    pub(crate) fn for_libpq(&self) -> String {
        let mut url = self.0.clone();
        let mut separator = if self.split_query().1.is_some() { '&' } else { '?' };
        for (name, value) in DEFAULTS {
            if self.parameters().all(|(given, _)| given != *name) {
                url += &format!("{separator}{name}={value}");
                separator = '&';
            }
        }
        url
    }

    /// Returns the name of the database, if the URI has one.
    pub(crate) fn database(&self) -> Option<String> {
        let (place, _) = self.split_query();
        let path = place.split_once("://").and_then(|(_, place)| place.split_once('/')).map(|(_, path)| path);
        // As in libpq, the last one counts.
        let given = self.parameters().filter(|(name, _)| *name == "dbname").map(|(_, value)| value).last();
        let name = given.or(path).filter(|name| !name.is_empty())?;
        percent_decode_str(name).decode_utf8().ok().map(Cow::into_owned)
    }

    /// Returns the address of another database of the same server.
    pub(crate) fn beside(&self, database: &str) -> Self {
        let separator = if self.split_query().1.is_some() { '&' } else { '?' };
        Self(format!("{}{separator}dbname={database}", self.0))
    }

    fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let query = self.split_query().1.unwrap_or_default();
        query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }

    /// Splits at the question mark before the parameters; one in a password is none.
    fn split_query(&self) -> (&str, Option<&str>) {
        let credentials = self.0.split('/').nth(2).and_then(|authority| authority.find('@'));
        let from = credentials.map_or(0, |at| self.0.find("://").map_or(0, |scheme| scheme + 3) + at);
        match self.0[from..].find('?') {
            Some(mark) => (&self.0[..from + mark], Some(&self.0[from + mark + 1..])),
            None => (&self.0, None),
        }
    }
}

/// Without secrets, as messages name it.
impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact_url(&self.0))
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns whether every percent sign begins an escape, and none stands for a NUL.
fn is_percent_encoded(url: &str) -> bool {
    url.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    })
}

#[cfg(test)]
mod tests {
    use super::{HAS_TLS, PostgresAddress};

    fn parse(url: &str) -> PostgresAddress {
        PostgresAddress::parse(url).unwrap()
    }

    #[test]
    fn libpq_gives_up_on_silent_servers_unless_told_otherwise() {
        let url = parse("postgres://me:pa?ss@db/media").for_libpq();
        assert!(url.starts_with("postgres://me:pa?ss@db/media?fallback_application_name=tintype&connect_timeout=4&"));
        let url = parse("postgresql://db/media?connect_timeout=60&sslmode=prefer").for_libpq();
        assert!(url.starts_with("postgresql://db/media?connect_timeout=60&sslmode=prefer&fallback"), "{url}");
        assert!(!url.contains("connect_timeout=4") && url.ends_with("&tcp_user_timeout=8000"), "{url}");
    }

    #[test]
    fn the_database_is_the_one_that_libpq_would_take() {
        for (url, name) in [
            ("postgres://me:secret@db:5432/media", Some("media")),
            ("postgres://%2Frun%2Fpg/a%22b%20%C3%A9?sslmode=prefer", Some("a\"b é")),
            ("postgres://db/media?dbname=first&dbname=last", Some("last")),
            ("postgres://me:pa?ss@db/media", Some("media")),
            ("postgres:///media", Some("media")),
            ("postgres://db/", None),
            ("postgres://db?user=me", None),
        ] {
            assert_eq!(parse(url).database().as_deref(), name, "{url}");
            assert_eq!(parse(url).beside("postgres").database().as_deref(), Some("postgres"), "{url}");
        }
    }

    #[test]
    fn neither_password_nor_secret_parameters_are_shown() {
        for (url, shown) in [
            ("postgres://me:secret@db:5432/media", "postgres://me:***@db:5432/media"),
            ("postgres://me:sec%40ret@db/media?a=b", "postgres://me:***@db/media?a=***"),
            ("postgres://me:sec?ret@db/media?password=x", "postgres://***"),
            ("postgres://db/media?password=secret", "postgres://db/media?password=***"),
            ("postgres:///media", "postgres:///media"),
        ] {
            assert_eq!(parse(url).to_string(), shown);
            assert_eq!(format!("{:?}", parse(url)), shown);
        }
    }

    #[test]
    fn what_libpq_would_misread_is_refused() {
        for url in [
            "postgres://me:se@cret@db/media",
            "postgres://me:se/cret@db/media",
            "postgres://me:se%cret@db/media",
            "postgres://me:secret%@db/media",
            "postgres://me:secret%4@db/media",
            "postgres://me:secret%00@db/media",
        ] {
            let problem = PostgresAddress::parse(url).unwrap_err();
            assert!(problem.contains("write `%") && !problem.contains("cret"), "{url}: {problem}");
        }
        parse("postgres://me:s%C3%A9cret%25%40@db/media?user=a@b");
    }

    #[test]
    fn tls_is_refused_where_it_is_not_built_in() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let address = PostgresAddress::parse(&format!("postgres://db/media?sslmode={mode}"));
            assert_eq!(address.is_ok(), HAS_TLS);
        }
        parse("postgres://db/media?sslmode=disable");
    }
}
