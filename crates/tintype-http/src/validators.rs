use std::time::{Duration, SystemTime};

use actix_web::http::Method;
use actix_web::http::header::{
    self, ETag, EntityTag, Header, HttpDate, IfMatch, IfModifiedSince, IfNoneMatch, IfRange, IfUnmodifiedSince,
    LastModified,
};
use actix_web::{HttpRequest, HttpResponseBuilder};
use sha2::{Digest, Sha256};
use tintype_library::domain::Timestamp;
use tintype_library::{Archive, Content};

/// The validators of a resource, for conditional requests (RFC 9110 section 13).
pub(crate) struct Validators {
    etag: EntityTag,
    modified: Option<HttpDate>,
    /// Whether tags that differ only in when their URLs expire are the same.
    in_any_window: bool,
}

/// The result of the conditions of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All conditions hold, or there are none.
    Proceed,
    /// The client already has the resource: 304.
    NotModified,
    /// The client does not want the resource as it is: 412.
    Failed,
}

impl Validators {
    /// Returns the validators of an object. The content under a key never changes.
    pub(crate) fn of_content(content: &Content) -> Self {
        Self {
            etag: EntityTag::new_strong(content.checksum.to_hex()),
            modified: Some(http_date(content.stored_at)),
            in_any_window: false,
        }
    }

    /// Returns the validators of an archive.
    pub(crate) fn of_archive(archive: &Archive) -> Self {
        Self {
            etag: EntityTag::new_strong(archive.checksum.to_hex()),
            modified: Some(http_date(archive.created_at)),
            in_any_window: false,
        }
    }

    /// Returns the validators of a resource by its JSON. It has no date: several changes may happen
    /// in a second, which is the precision of HTTP dates.
    pub(crate) fn of_json(json: &[u8]) -> Self {
        let digest = Sha256::digest(json);
        let etag = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { etag: EntityTag::new_strong(etag), modified: None, in_any_window: false }
    }

    /// Marks the representation as one whose URLs expire then, in seconds since 1970.
    pub(crate) fn until(self, expires: u64) -> Self {
        Self { etag: EntityTag::new_strong(format!("{}.{expires}", self.etag.tag())), ..self }
    }

    /// Lets tags of all representations match, whenever their URLs expire.
    pub(crate) fn in_any_window(self) -> Self {
        Self { in_any_window: true, ..self }
    }

    /// Adds the date of the last change, for `If-Unmodified-Since`.
    pub(crate) fn modified_at(self, moment: Timestamp) -> Self {
        Self { modified: Some(http_date(moment)), ..self }
    }

    pub(crate) fn add_to(&self, response: &mut HttpResponseBuilder) {
        response.insert_header(ETag(self.etag.clone()));
        if let Some(modified) = self.modified {
            response.insert_header(LastModified(modified));
        }
    }

    /// Evaluates the conditions of a request in the order of RFC 9110 section 13.2.2. A condition
    /// on the date is ignored if there is the corresponding one on the entity tag.
    pub(crate) fn check(&self, request: &HttpRequest) -> Verdict {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !self.is_wanted(request) {
            Verdict::Failed
        } else if request.headers().contains_key(header::IF_NONE_MATCH) {
            match IfNoneMatch::parse(request) {
                Ok(IfNoneMatch::Items(tags)) if !tags.iter().any(|tag| self.is(tag)) => Verdict::Proceed,
                Err(_) => Verdict::Proceed,
                Ok(_) if reads => Verdict::NotModified,
                Ok(_) => Verdict::Failed,
            }
        } else if reads && self.is_unmodified(request) {
            Verdict::NotModified
        } else {
            Verdict::Proceed
        }
    }

    fn is(&self, tag: &EntityTag) -> bool {
        let tag = if self.in_any_window { tag.tag().split('.').next().unwrap_or_default() } else { tag.tag() };
        tag == self.etag.tag()
    }

    fn is_wanted(&self, request: &HttpRequest) -> bool {
        if request.headers().contains_key(header::IF_MATCH) {
            return match IfMatch::parse(request) {
                Ok(IfMatch::Any) => true,
                Ok(IfMatch::Items(tags)) => tags.iter().any(|tag| !tag.weak && self.is(tag)),
                Err(_) => false,
            };
        }
        // An invalid date is ignored.
        match (self.modified, IfUnmodifiedSince::parse(request)) {
            (Some(modified), Ok(IfUnmodifiedSince(date))) => modified <= date,
            _ => true,
        }
    }

    fn is_unmodified(&self, request: &HttpRequest) -> bool {
        match (self.modified, IfModifiedSince::parse(request)) {
            (Some(modified), Ok(IfModifiedSince(date))) => modified <= date,
            _ => false,
        }
    }

    /// Returns whether a `Range` header counts: only if `If-Range` is missing or matches, by strong
    /// comparison (RFC 9110 section 13.1.5).
    pub(crate) fn allow_ranges(&self, request: &HttpRequest) -> bool {
        if !request.headers().contains_key(header::IF_RANGE) {
            return true;
        }
        match IfRange::parse(request) {
            Ok(IfRange::EntityTag(tag)) => tag.strong_eq(&self.etag),
            Ok(IfRange::Date(date)) => Some(date) == self.modified,
            Err(_) => false,
        }
    }
}

/// Returns the date in seconds, the precision of HTTP.
pub(crate) fn http_date(moment: Timestamp) -> HttpDate {
    let seconds = u64::try_from(moment.to_datetime().unix_timestamp()).unwrap_or(0);
    (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
}
