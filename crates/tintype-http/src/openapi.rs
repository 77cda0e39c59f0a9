//! The description of the API, OpenAPI 3.1. What the types of the handlers say comes from
//! [`describe`](crate::describe), the rest from [`words`].

mod errors;
mod lists;
mod words;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::Data;
use serde_json::{Map, Value, json};

use crate::answer::Body;
use crate::describe::{Describer, Operation, Schemas};
use crate::endpoint::Endpoint;

/// The description as JSON, on lines of its own.
pub(crate) struct Description(String);

/// A description that is made once it is asked for.
pub(crate) type LazyDescription = LazyLock<Description>;

impl Description {
    pub(crate) fn new(endpoints: impl Iterator<Item = Endpoint>) -> Self {
        let mut schemas = Schemas::new();
        let problem = schemas.answered::<Body<'static>>();
        let mut paths = Map::new();
        for endpoint in endpoints {
            let path = endpoint.path().replace(":.*}", "}");
            let nothing: Describer = |_| {};
            let get =
                endpoint.operations().iter().find(|(method, _)| *method == "GET").map_or(nothing, |(_, get)| *get);
            // They answer what `GET` does, or nothing but headers. Described where that matters.
            let unrouted = [("HEAD", get), ("OPTIONS", nothing)];
            let is_unrouted = |method| matches!(method, "HEAD" | "OPTIONS");
            let mut operations = Map::new();
            for (method, describe) in endpoint.operations().iter().copied().chain(unrouted) {
                let mut operation = Operation::new(method, &path, &mut schemas);
                describe(&mut operation);
                words::add(&mut operation);
                if operation.is_named() || !is_unrouted(method) {
                    operations.insert(method.to_lowercase(), operation.into_value());
                }
            }
            paths.insert(path, operations.into());
        }
        let document = json!({
            "openapi": "3.1.0",
            "info": info(),
            "servers": [{"url": "/"}],
            "tags": words::tags(),
            "paths": paths,
            "components": {
                "schemas": schemas.into_named(),
                "responses": errors::responses(&problem.into()),
                "headers": {"X-Request-ID": {
                    "schema": {"type": "string"},
                    "description": "The id of the request, which the server's log has as well",
                }},
                "securitySchemes": security(),
            },
        });
        Self(format!("{document:#}\n"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// `GET /api/openapi.json`: this description.
pub(crate) async fn get(description: Data<&'static LazyDescription>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(description.as_str())
}

fn info() -> Value {
    json!({
        "title": "tintype",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "A media file service: keeps files, knows what they are, makes thumbnails, serves them",
        "description": words::INTRODUCTION,
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

fn security() -> Value {
    json!({
        "token": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` and the key",
        },
        "bearer": {"type": "http", "scheme": "bearer", "description": "The key alone"},
    })
}
