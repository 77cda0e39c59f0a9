use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{FutureExt, LocalBoxFuture};
use serde_json::json;
use tintype_library::auth::Actor;

use crate::app::App;
use crate::describe::{Describe, Operation};
use crate::problem::Problem;

/// The authenticated user of a request. A handler with this argument answers 401 to everybody else.
pub(crate) struct Caller(pub(crate) Actor);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = App::of(request);
        let header = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes().to_owned());
        async move { Ok(Self(app?.library.authenticate(header.as_deref()).await?)) }.boxed_local()
    }
}

impl Describe for Caller {
    fn describe(operation: &mut Operation<'_>) {
        operation.set("security", json!([{"token": []}, {"bearer": []}])).errors([401, 429]);
    }
}
