use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tintype_library::domain::FileId;

use crate::problem::Problem;

/// The file that the `{id}` of a path names.
///
/// Ids begin at 1: what is no number becomes 0, which names no file, so that permission is still checked first.
pub(crate) struct PathId(pub(crate) FileId);

impl FromRequest for PathId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get("id").unwrap_or_default();
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        ready(Ok(Self(FileId(text.parse().ok().filter(|_| is_number).unwrap_or(0)))))
    }
}
