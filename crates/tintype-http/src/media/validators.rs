use std::time::{Duration, SystemTime};

use actix_web::HttpRequest;
use actix_web::http::header::{
    self, ETag, EntityTag, Header, HttpDate, IfMatch, IfModifiedSince, IfNoneMatch, IfRange, IfUnmodifiedSince,
    LastModified,
};
use tintype_library::Content;

/// The validators of an object, for conditional requests. The content under a key never changes.
pub(super) struct Validators {
    etag: EntityTag,
    modified: HttpDate,
}

/// The result of the conditions of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All conditions hold, or there are none.
    Proceed,
    /// The client already has the content: 304.
    NotModified,
    /// The client does not want this content: 412.
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

    /// Evaluates the conditions of a `GET` or `HEAD` in the order of RFC 9110 section 13.2.2. A
    /// condition on the date is ignored if there is the corresponding one on the entity tag.
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
        // An invalid date is ignored.
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

    /// Returns whether a `Range` header counts: only if `If-Range` is missing or matches, by strong
    /// comparison (RFC 9110 section 13.1.5).
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
