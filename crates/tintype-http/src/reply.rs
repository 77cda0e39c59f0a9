use actix_web::body::BoxBody;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::describe::{Describe, Operation, Place};
use crate::problem::Problem;
use crate::validators::{Validators, Verdict};

/// A resource with an entity tag.
pub(crate) trait Entity: Serialize {
    /// Returns the validators, given the JSON.
    fn validators(&self, json: &[u8]) -> Validators {
        Validators::of_json(json)
    }
}

/// What the header `ETag` is.
const ETAG: &str = "The entity tag, another one after every change";

/// 200 with a resource as JSON and its entity tag; 304 or 412 if a `GET` has conditions that say
/// so.
pub(crate) struct Tagged<T>(pub(crate) T);

/// 201 with the created resource as JSON, its entity tag, and its location.
pub(crate) struct Created<T> {
    pub(crate) location: String,
    pub(crate) body: T,
}

/// 204 without a body.
pub(crate) struct NoContent;

impl<T: Entity> Responder for Tagged<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let json = to_json(&self.0);
        let validators = self.0.validators(&json);
        // After a change, the conditions were about what there was before.
        let verdict = if request.method().is_safe() { validators.check(request) } else { Verdict::Proceed };
        match verdict {
            Verdict::Failed => HttpResponse::from_error(Problem::PreconditionFailed),
            Verdict::NotModified => tagged(HttpResponse::NotModified(), &validators).finish(),
            Verdict::Proceed => tagged(HttpResponse::Ok(), &validators).content_type(ContentType::json()).body(json),
        }
    }
}

impl<T: Entity> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let json = to_json(&self.body);
        let mut response = tagged(HttpResponse::Created(), &self.body.validators(&json));
        response.insert_header((LOCATION, self.location)).content_type(ContentType::json()).body(json)
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

/// Returns the JSON of a view. Views are structs of texts and numbers, which always serialise.
pub(crate) fn to_json(view: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(view).unwrap_or_default()
}

fn tagged(mut response: HttpResponseBuilder, validators: &Validators) -> HttpResponseBuilder {
    validators.add_to(&mut response);
    response
}

impl<T: Entity + JsonSchema> Describe for Tagged<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.json::<T>(200, "OK").header(200, "ETag", json!({"type": "string"}), ETAG);
        if operation.method == "GET" {
            let text = || json!({"type": "string"});
            operation
                .parameter(Place::Header, "If-None-Match", text(), "Entity tags that the client has")
                .parameter(Place::Header, "If-Match", text(), "Entity tags, one of which it must have, or `*`")
                .answer(304, "It has one of the entity tags that the client has", None)
                .header(304, "ETag", text(), ETAG)
                .errors([412]);
        }
    }
}

impl<T: Entity + JsonSchema> Describe for Created<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.json::<T>(201, "Created").header(201, "ETag", json!({"type": "string"}), ETAG).header(
            201,
            "Location",
            json!({"type": "string", "format": "uri-reference"}),
            "The path of what was created",
        );
    }
}

impl Describe for NoContent {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer(204, "Done", None);
    }
}
