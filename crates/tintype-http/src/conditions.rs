use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use actix_web::{FromRequest, HttpRequest};
use serde_json::json;
use tintype_library::domain::{FileRecord, Timestamp};

use crate::base_url::BaseUrl;
use crate::describe::{Describe, Operation, Place};
use crate::media_urls::MediaUrls;
use crate::problem::Problem;
use crate::reply::to_json;
use crate::validators::{Validators, Verdict};
use crate::view::FileView;

/// The conditions of a request that changes or deletes a file.
pub(crate) struct Conditions {
    request: HttpRequest,
    base: BaseUrl,
}

impl FromRequest for Conditions {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let base = BaseUrl::from_request(request, payload).into_inner();
        ready(base.map(|base| Self { request: request.clone(), base }))
    }
}

impl Conditions {
    /// Returns whether there are none.
    pub(crate) fn are_absent(&self) -> bool {
        let headers = self.request.headers();
        ![IF_MATCH, IF_NONE_MATCH, IF_UNMODIFIED_SINCE].iter().any(|name| headers.contains_key(name))
    }

    /// Checks the conditions against a file, and returns which version of it they hold for: `None`
    /// if they are absent.
    pub(crate) fn check(&self, file: &FileRecord) -> Result<Option<Timestamp>, Problem> {
        if self.are_absent() {
            return Ok(None);
        }
        let json = to_json(&FileView::new(file, &MediaUrls::unsigned(self.base.clone())));
        match Validators::of_json(&json).in_any_window().modified_at(file.updated_at).check(&self.request) {
            Verdict::Proceed => Ok(Some(file.updated_at)),
            Verdict::NotModified | Verdict::Failed => Err(Problem::PreconditionFailed),
        }
    }
}

impl Describe for Conditions {
    fn describe(operation: &mut Operation<'_>) {
        let text = || json!({"type": "string"});
        operation
            .parameter(Place::Header, "If-Match", text(), "Entity tags, one of which the file must have, or `*`")
            .parameter(
                Place::Header,
                "If-Unmodified-Since",
                text(),
                "A date after which the file must not have changed",
            )
            .errors([412]);
    }
}
