use std::future::{Ready, ready};
use std::net::SocketAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};
use tintype_library::domain::Key;

use crate::app::App;
use crate::config::HttpConfig;
use crate::describe::{Describe, Operation};
use crate::problem::Problem;

/// Everything but RFC 3986's unreserved characters and the slash.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The address that a request came to, for one that names no host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalAddress(pub(crate) SocketAddr);

/// The beginning of absolute URLs, such as `https://media.example.org`.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// Returns `public_url` if it is configured, else the scheme and host of the request.
    ///
    /// `X-Forwarded-Proto` and `X-Forwarded-Host` count only from trusted proxies, because anybody
    /// can send them. If there are several values, the last one is the proxy's own. `Forwarded`
    /// never counts: most proxies set the other two headers and pass this one on unchanged.
    fn of(request: &HttpRequest, config: &HttpConfig) -> Self {
        if let Some(url) = &config.public_url {
            return Self(url.clone());
        }
        let peer = request.peer_addr().map(|peer| peer.ip());
        let trusted = peer.is_some_and(|peer| config.trusted_proxies.iter().any(|network| network.contains(&peer)));
        let header =
            |name: &str| request.headers().get_all(name).last()?.to_str().ok()?.rsplit(',').next().map(str::trim);
        let forwarded = |name: &str| if trusted { header(name) } else { None };
        let scheme = match forwarded("x-forwarded-proto") {
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
            _ => "http",
        };
        let host = forwarded("x-forwarded-host").filter(|host| is_host(host));
        let host = host.or_else(|| header("host").filter(|host| is_host(host)));
        Self(format!("{scheme}://{}", host.map_or_else(|| local_host(request), str::to_owned)))
    }

    /// Returns the URL of an object.
    pub(crate) fn of_object(&self, key: &Key) -> String {
        self.join(&Self::path_of_object(key))
    }

    /// Returns the path of an object, as it is signed.
    pub(crate) fn path_of_object(key: &Key) -> String {
        format!("/media/{}", Self::encoded(key))
    }

    /// Returns a key as it stands in URLs.
    pub(crate) fn encoded(key: &Key) -> impl std::fmt::Display + '_ {
        utf8_percent_encode(key.as_str(), PATH)
    }

    /// Returns the path of a file as it stands in headers.
    pub(crate) fn encoded_path(path: &[u8]) -> impl std::fmt::Display + '_ {
        percent_encode(path, PATH)
    }

    /// Returns the key of an object from its URL, its path, or the key itself. Only the path of a
    /// URL counts: clients may know the host by different names, and the query is not part of the
    /// key.
    pub(crate) fn to_key(&self, text: &str) -> Option<Key> {
        let Some(path) = path_of(text) else { return text.parse().ok() };
        let below = path_of(&self.0).and_then(|prefix| path.strip_prefix(prefix)).unwrap_or(path);
        percent_decode_str(below.strip_prefix("/media/")?).decode_utf8().ok()?.parse().ok()
    }

    /// Returns the URL of a path.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl FromRequest for BaseUrl {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(App::of(request).map(|app| Self::of(request, &app.config)).map_err(Problem::from))
    }
}

/// Returns the path of an HTTP URL or of a text that begins with `/`, `None` for other texts.
fn path_of(text: &str) -> Option<&str> {
    let path = match text.split_once("://") {
        Some((scheme, rest)) if ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) => {
            rest.find(['/', '?', '#']).map_or("", |end| &rest[end..])
        }
        _ if text.starts_with('/') => text,
        _ => return None,
    };
    path.split(['?', '#']).next()
}

/// Returns the address that the request came to.
fn local_host(request: &HttpRequest) -> String {
    request.app_data::<LocalAddress>().map(|address| address.0.to_string()).unwrap_or_default()
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b))
}

impl Describe for BaseUrl {
    fn describe(_: &mut Operation<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn a_key_is_known_by_its_url_whatever_its_host_and_query() {
        for (base, text) in [
            ("http://h", "http://h/media/core_media/a%20b.txt"),
            ("http://h", "HTTPS://other:81/media/core_media/a%20b.txt?signature=x/media/y#z"),
            ("http://h", "/media/core_media/a%20b.txt"),
            ("http://h", "core_media/a b.txt"),
            ("https://h/files", "https://h/files/media/core_media/a%20b.txt"),
            ("https://h/files", "/media/core_media/a%20b.txt"),
        ] {
            let key = BaseUrl(base.to_owned()).to_key(text);
            assert_eq!(key.map(|key| key.to_string()).as_deref(), Some("core_media/a b.txt"), "{text}");
        }
        for text in ["", "http://h", "http://h?/media/a", "/etc/passwd", "ftp://h/media/a", "/media/", "//media/a"] {
            assert_eq!(BaseUrl("http://h".to_owned()).to_key(text), None, "{text}");
        }
    }
}
