use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde_json::json;

use crate::describe::{Describe, Operation, Place};
use crate::problem::Problem;

/// The id in the path of a request.
///
/// Ids begin at 1. Text that is not a number becomes 0, which nothing has, so that permission is
/// still checked before existence.
pub(crate) struct PathId<T>(pub(crate) T);

impl<T: From<i64>> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get("id").unwrap_or_default();
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        ready(Ok(Self(text.parse::<i64>().ok().filter(|_| is_number).unwrap_or(0).into())))
    }
}

impl<T> Describe for PathId<T> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = json!({"type": "integer", "format": "int64", "minimum": 1});
        operation.parameter(Place::Path, "id", schema, "The number").errors([404]);
    }
}
