use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tintype_library::domain::Key;

use crate::app::App;
use crate::config::HttpConfig;
use crate::problem::Problem;

/// Everything but RFC 3986's unreserved characters and the slash.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What absolute URLs begin with: `https://media.example.org`.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// Returns `public_url` where configured, else what the request was sent to.
    ///
    /// `X-Forwarded-Proto` and `X-Forwarded-Host` count only from trusted proxies: anybody can send them. Of several values
    /// the last one is the proxy's own. `Forwarded` never counts: most proxies set the others and pass this one on as it came.
    fn of(request: &HttpRequest, config: &HttpConfig) -> Self {
        if let Some(url) = &config.public_url {
            return Self(url.clone());
        }
        let peer = request.peer_addr().map(|peer| peer.ip());
        let trusted = peer.is_some_and(|peer| config.trusted_proxies.iter().any(|network| network.contains(&peer)));
        let header =
            |name: &str| request.headers().get_all(name).last()?.to_str().ok()?.rsplit(',').next().map(str::trim);
        let forwarded = |name: &str| if trusted { header(name) } else { None };
        let scheme = forwarded("x-forwarded-proto").filter(|scheme| matches!(*scheme, "http" | "https"));
        let host = forwarded("x-forwarded-host").filter(|host| is_host(host));
        let host = host.or_else(|| header("host").filter(|host| is_host(host)));
        Self(format!("{}://{}", scheme.unwrap_or("http"), host.unwrap_or_else(|| request.app_config().host())))
    }

    /// Returns the URL of an object.
    pub(crate) fn of_object(&self, key: &Key) -> String {
        format!("{}/media/{}", self.0, utf8_percent_encode(key.as_str(), PATH))
    }

    /// Returns the key of an object from its URL, its path, or the key itself.
    pub(crate) fn to_key(&self, text: &str) -> Option<Key> {
        let path = text.strip_prefix(&self.0).unwrap_or(text);
        match path.strip_prefix("/media/") {
            Some(encoded) => percent_encoding::percent_decode_str(encoded).decode_utf8().ok()?.parse().ok(),
            None => text.parse().ok(),
        }
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

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b))
}
