use crate::http::caller::Caller;
use crate::http::problem::Problem;
use actix_web::http::header;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard, web};

/// A path with its methods. `HEAD` works wherever `GET` does, `OPTIONS` lists the methods, and any other is a 405.
pub(super) struct Endpoint {
    resource: Resource,
    allow: Vec<&'static str>,
}

impl Endpoint {
    pub(super) fn at(path: &str) -> Self {
        Self { resource: web::resource(path), allow: Vec::new() }
    }

    /// An endpoint that takes a trailing slash, too.
    pub(super) fn api(path: &str) -> Self {
        Self { resource: web::resource([path.to_owned(), format!("{path}/")]), allow: Vec::new() }
    }

    pub(super) fn get<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.extend(["GET", "HEAD"]);
        self.with(web::route().guard(guard::Any(guard::Get()).or(guard::Head())), handler)
    }

    pub(super) fn post<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.push("POST");
        self.with(web::post(), handler)
    }

    pub(super) fn put<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.push("PUT");
        self.with(web::put(), handler)
    }

    pub(super) fn patch<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.push("PATCH");
        self.with(web::patch(), handler)
    }

    pub(super) fn delete<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.push("DELETE");
        self.with(web::delete(), handler)
    }

    fn with<F: Handler<Args>, Args: FromRequest + 'static>(mut self, route: Route, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(route.to(handler));
        self
    }

    /// Ends an endpoint that tells nothing but its methods to who is not known.
    pub(super) fn for_users(self) -> Resource {
        let allow = self.allowed();
        let refuse = move |_: Caller, request: HttpRequest| std::future::ready(refuse(&request, allow));
        self.answer_options(allow).default_service(web::to(refuse))
    }

    /// Ends an endpoint for everybody.
    pub(super) fn for_anybody(self) -> Resource {
        let allow = self.allowed();
        self.answer_options(allow)
            .default_service(web::to(move |request: HttpRequest| std::future::ready(refuse(&request, allow))))
    }

    fn allowed(&self) -> &'static str {
        // Once for each route of each worker: a leak of a few bytes for the life of the process.
        Box::leak(format!("{}, OPTIONS", self.allow.join(", ")).into_boxed_str())
    }

    fn answer_options(self, allow: &'static str) -> Resource {
        let answer = move || std::future::ready(HttpResponse::Ok().insert_header((header::ALLOW, allow)).finish());
        self.resource.route(web::method(actix_web::http::Method::OPTIONS).to(answer))
    }
}

fn refuse(request: &HttpRequest, allow: &'static str) -> Result<HttpResponse, Problem> {
    Err(Problem::MethodNotAllowed { method: request.method().to_string(), allow })
}
