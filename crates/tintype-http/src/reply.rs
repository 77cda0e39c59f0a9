use actix_web::body::BoxBody;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

/// 201 with the created resource as JSON, and its location.
pub(crate) struct Created<T> {
    pub(crate) location: String,
    pub(crate) body: T,
}

/// 204 without a body.
pub(crate) struct NoContent;

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created().insert_header((LOCATION, self.location)).json(self.body)
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}
