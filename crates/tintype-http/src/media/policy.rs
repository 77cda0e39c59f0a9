use std::time::Duration;

use actix_web::HttpResponseBuilder;
use actix_web::http::header;
use tintype_library::storage::PresignedFor;
use tintype_library::{Grant, serving};

use crate::config::LinkCaching;

/// The longest that storages presign a URL for.
const LONGEST_PRESIGNED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What caches may do with an answer, by why the client may have it.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) grant: Grant,
    pub(super) link_caching: LinkCaching,
}

impl Policy {
    /// Returns the `Cache-Control` of the content.
    pub(super) fn cache_control(&self) -> String {
        match &self.grant {
            Grant::Everybody => serving::CACHE_CONTROL.to_owned(),
            Grant::Link { expires_in } => {
                let scope = match self.link_caching {
                    LinkCaching::Private => "private",
                    LinkCaching::Public => "public",
                };
                format!("{scope}, max-age={}, immutable", expires_in.as_secs())
            }
            Grant::Token { .. } => "private, no-cache".to_owned(),
        }
    }

    /// Returns the `Cache-Control` of a redirect to a URL that was presigned for `lifetime`.
    pub(super) fn redirect_cache_control(&self, request: PresignedFor, lifetime: Duration) -> String {
        match (&self.grant, request) {
            // An answer that was cached for half the lifetime still has a URL that is valid for the
            // other half.
            (Grant::Everybody, PresignedFor::Get) => format!("public, max-age={}", lifetime.as_secs() / 2),
            // A signature is valid for one method only, but caches answer `HEAD` from a cached
            // `GET`.
            (Grant::Everybody, PresignedFor::Head) => "no-store".to_owned(),
            _ => "private, no-store".to_owned(),
        }
    }

    /// Returns how long a presigned URL is valid: as long as the link that led there.
    pub(super) fn presigned_lifetime(&self, lifetime: Duration) -> Duration {
        match &self.grant {
            Grant::Everybody => lifetime,
            Grant::Link { expires_in } | Grant::Token { expires_in, .. } => {
                (*expires_in).clamp(Duration::from_secs(1), LONGEST_PRESIGNED)
            }
        }
    }

    pub(super) fn add_to(&self, response: &mut HttpResponseBuilder) {
        response.insert_header((header::CACHE_CONTROL, self.cache_control()));
        if matches!(self.grant, Grant::Token { .. }) {
            response.append_header((header::VARY, "Authorization"));
        }
    }
}
