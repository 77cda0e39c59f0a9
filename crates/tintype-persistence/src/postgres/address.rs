use std::fmt;

/// A connection URI as libpq takes it: `postgres://user:password@host:port/database?parameter=value`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PostgresAddress(String);

/// What libpq is told unless the URI says otherwise: to give up on a server that does not answer, also in the middle of a
/// connection. The last is in milliseconds, the others in seconds.
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
    /// What is wrong with it.
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        let address = Self(url.to_owned());
        if url.contains('\0') {
            return Err("holds a NUL");
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

    /// Returns the URI without credentials and parameters.
    pub(crate) fn masked(&self) -> String {
        let (before, _) = self.split_query();
        match before.split_once("://") {
            // What libpq takes for the end of a password with an at sign in it is not what its user did.
            Some((scheme, rest)) if rest.contains('@') => {
                format!("{scheme}://…@{}", rest.rsplit('@').next().unwrap_or_default())
            }
            _ => before.to_owned(),
        }
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

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
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
    fn neither_password_nor_parameters_are_shown() {
        for (url, masked) in [
            ("postgres://me:secret@db:5432/media", "postgres://…@db:5432/media"),
            ("postgres://me:se@cret@db/media?a=b", "postgres://…@db/media"),
            ("postgres://me:sec?ret@db/media?password=x", "postgres://…@db/media"),
            ("postgres://db/media?password=secret", "postgres://db/media"),
            ("postgres:///media", "postgres:///media"),
        ] {
            assert_eq!(parse(url).masked(), masked);
            assert!(!format!("{:?}", parse(url)).contains("sec"));
        }
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
