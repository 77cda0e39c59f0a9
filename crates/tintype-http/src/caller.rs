use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{FutureExt, LocalBoxFuture};
use serde_json::json;
use tintype_library::auth::Actor;

use crate::app::App;
use crate::describe::{Describe, Operation};
use crate::problem::Problem;
use crate::request_log::note_user;

/// The authenticated user of a request. A handler with this argument answers 401 to everybody else.
pub(crate) struct Caller(pub(crate) Actor);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let header = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
            let actor = App::of(&request)?.library.authenticate(header).await?;
            if let Some(user) = actor.user() {
                note_user(&request, user.username.as_str());
            }
            Ok(Self(actor))
        }
        .boxed_local()
    }
}

impl Describe for Caller {
    fn describe(operation: &mut Operation<'_>) {
        operation.set("security", json!([{"token": []}, {"bearer": []}])).errors([401, 429]);
    }
}
