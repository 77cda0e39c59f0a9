use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tintype_library::domain::FileId;

use crate::problem::Problem;

/// The file id in the path of a request.
///
/// Ids begin at 1. Text that is not a number becomes 0, which no file has, so that permission is
/// still checked before existence.
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
