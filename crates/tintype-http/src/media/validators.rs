use std::time::{Duration, SystemTime};

use actix_web::HttpRequest;
use actix_web::http::header::{
    self, ETag, EntityTag, Header, HttpDate, IfMatch, IfModifiedSince, IfNoneMatch, IfRange, IfUnmodifiedSince,
    LastModified,
};
use tintype_library::Content;

/// What tells a client whether its copy is still right. The content under a key never changes.
pub(super) struct Validators {
    etag: EntityTag,
    modified: HttpDate,
}

/// What the conditions of a request come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The request is to be answered as if there were none.
    Proceed,
    /// The client has what it asks for.
    NotModified,
    /// The client does not want what there is.
    Failed,
}

impl Validators {
    pub(super) fn of(content: &Content) -> Self {
        // HTTP dates have seconds.
        let seconds = content.stored_at.to_datetime().unix_timestamp();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        Self { etag: EntityTag::new_strong(content.checksum.to_hex()), modified: modified.into() }
    }

    pub(super) fn headers(&self) -> (ETag, LastModified) {
        (ETag(self.etag.clone()), LastModified(self.modified))
    }

    /// Evaluates the conditions of a `GET` or `HEAD` in the order of RFC 9110 section 13.2.2: a condition on an entity tag
    /// goes before the one on a date of the same sense.
    pub(super) fn check(&self, request: &HttpRequest) -> Verdict {
        if !self.is_wanted(request) {
            Verdict::Failed
        } else if self.is_known(request) {
            Verdict::NotModified
        } else {
            Verdict::Proceed
        }
    }

    fn is_wanted(&self, request: &HttpRequest) -> bool {
        if request.headers().contains_key(header::IF_MATCH) {
            return match IfMatch::parse(request) {
                Ok(IfMatch::Any) => true,
                Ok(IfMatch::Items(tags)) => tags.iter().any(|tag| tag.strong_eq(&self.etag)),
                Err(_) => false,
            };
        }
        // A date that does not parse is ignored.
        IfUnmodifiedSince::parse(request).map_or(true, |IfUnmodifiedSince(date)| self.modified <= date)
    }

    fn is_known(&self, request: &HttpRequest) -> bool {
        if request.headers().contains_key(header::IF_NONE_MATCH) {
            return match IfNoneMatch::parse(request) {
                Ok(IfNoneMatch::Any) => true,
                Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&self.etag)),
                Err(_) => false,
            };
        }
        IfModifiedSince::parse(request).is_ok_and(|IfModifiedSince(date)| self.modified <= date)
    }

    /// Returns whether a `Range` counts: only while `If-Range` names what is there, by strong comparison (RFC 9110
    /// section 13.1.5).
    pub(super) fn allow_ranges(&self, request: &HttpRequest) -> bool {
        if !request.headers().contains_key(header::IF_RANGE) {
            return true;
        }
        match IfRange::parse(request) {
            Ok(IfRange::EntityTag(tag)) => tag.strong_eq(&self.etag),
            Ok(IfRange::Date(date)) => date == self.modified,
            Err(_) => false,
        }
    }
}
