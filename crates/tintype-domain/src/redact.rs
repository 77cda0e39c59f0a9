/// Returns the URL of a database, a storage or a service without what may be a secret, for messages
/// and logs.
///
/// A password may hold any character, escaped or not, so that nobody can tell where a malformed URL
/// has it. Therefore only what cannot be part of one is shown: the scheme, the user, what follows
/// the last `@`, and the values of parameters that are known not to be secret. Paths of `sqlite`
/// and `file` are shown as they are.
///
/// ```
/// use tintype_domain::redact_url;
/// assert_eq!(redact_url("postgres://me:se/c@ret@db:5432/media"), "postgres://me:***@db:5432/media");
/// assert_eq!(redact_url("s3://media?region=a&secret=b"), "s3://media?region=a&secret=***");
/// assert_eq!(redact_url("host=db password=secret"), "***");
/// ```
pub fn redact_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return without_scheme(url) };
    if !is_scheme(scheme) {
        return HIDDEN.to_owned();
    }
    if matches!(scheme, "sqlite" | "file") {
        return url.to_owned();
    }
    let (user, place) = match rest.rsplit_once('@') {
        // An at sign may belong to a parameter, or to a password with a question mark.
        Some((before, _)) if before.contains('?') => return format!("{scheme}://{HIDDEN}"),
        Some((credentials, place)) => match credentials.split_once(':') {
            Some((user, _)) => (format!("{user}:{HIDDEN}@"), place),
            None => (format!("{credentials}@"), place),
        },
        None => (String::new(), rest),
    };
    let (place, query) = match place.split_once('?') {
        Some((place, query)) => (place, format!("?{}", redact_query(query))),
        None => (place, String::new()),
    };
    // Without an at sign, `user:password` looks like a host and a port.
    if !has_valid_port(place) {
        return format!("{scheme}://{HIDDEN}");
    }
    format!("{scheme}://{user}{place}{query}")
}

const HIDDEN: &str = "***";

/// The parameters of databases and buckets whose values are shown.
const SHOWN: &[&str] = &[
    "application_name",
    "connect_timeout",
    "dbname",
    "endpoint",
    "host",
    "hostaddr",
    "port",
    "region",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
    "user",
];

fn redact_query(query: &str) -> String {
    let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
        Some((name, _)) if SHOWN.contains(&name) => parameter.to_owned(),
        Some((name, _)) if name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) => {
            format!("{name}={HIDDEN}")
        }
        _ => HIDDEN.to_owned(),
    });
    parameters.collect::<Vec<_>>().join("&")
}

/// Returns whether what stands for a port of each host is a number, or missing.
fn has_valid_port(place: &str) -> bool {
    let hosts = place.split('/').next().unwrap_or_default();
    hosts.split(',').all(|host| {
        let port = match (host.rfind(']'), host.split_once(':')) {
            (Some(bracket), _) => host[bracket + 1..].strip_prefix(':').unwrap_or_default(),
            (None, Some((_, port))) => port,
            (None, None) => "",
        };
        port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit())
    })
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// A path or a word may be shown; anything that could hold a password may not.
fn without_scheme(text: &str) -> String {
    match text.split_once(':') {
        _ if !text.contains([':', '@', '=', '?']) => text.to_owned(),
        Some((scheme @ ("file" | "postgres" | "postgresql" | "sqlite"), _)) => format!("{scheme}:{HIDDEN}"),
        _ => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::redact_url;

    #[test]
    fn what_is_no_secret_is_shown() {
        for url in [
            "postgres://db:5432/media",
            "postgres://db1:5432,db2:5433/media?target_session_attrs=read-write",
            "postgres://me@[::1]:5432/media",
            "postgres://me@%2Frun%2Fpostgresql/media",
            "postgres:///media",
            "s3://media/photos?endpoint=http://h:3900&region=a",
            "sqlite:///var/lib/a:b@c.db",
            "file:///srv/a?b=c@d:e",
            "mysql://x/y",
            "s3://me dia",
            "tintype.db",
        ] {
            assert_eq!(redact_url(url), url);
        }
    }

    #[test]
    fn passwords_are_hidden_whatever_characters_they_have() {
        for (url, shown) in [
            ("postgres://me:secret@db:5432/media", "postgres://me:***@db:5432/media"),
            ("postgres://me:se@cret@db/media", "postgres://me:***@db/media"),
            ("postgres://me:se/c@ret@db/media", "postgres://me:***@db/media"),
            ("postgres://me:se:c#ret%@db/media", "postgres://me:***@db/media"),
            ("postgres://me:s?cret@db/media", "postgres://***"),
            (
                "postgres://me:secret@db/media?sslmode=require&sslpassword=secret",
                "postgres://me:***@db/media?sslmode=require&sslpassword=***",
            ),
            ("postgres://db/media?user=a&password=secret", "postgres://db/media?user=a&password=***"),
            ("postgres://db/media?password=sec@ret", "postgres://***"),
            ("postgres://me:secret/media", "postgres://***"),
            ("postgres://db/media?secret", "postgres://db/media?***"),
            ("postgres:me:secret@db/media", "postgres:***"),
            ("postgres:/me:secret@db/media", "postgres:***"),
            ("host=db user=me password=secret", "***"),
            ("password=secret", "***"),
            ("me:secret@db", "***"),
            ("p/me:secret://db", "***"),
            ("s3://key:secret@media?region=a", "s3://key:***@media?region=a"),
            ("s3://media?endpoint=http://key:SECRET@h", "s3://***"),
            ("s3://media?secret_access_key=secret&Token=secret", "s3://media?secret_access_key=***&Token=***"),
        ] {
            assert_eq!(redact_url(url), shown, "{url}");
        }
    }
}
