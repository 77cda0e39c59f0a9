use actix_web::http::header;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard, web};

use crate::caller::Caller;
use crate::problem::Problem;

/// A path with its methods. `HEAD` works wherever `GET` does, `OPTIONS` lists the methods, and
/// other methods are answered 405.
pub(crate) struct Endpoint {
    path: String,
    resource: Resource,
    allow: Vec<&'static str>,
}

impl Endpoint {
    pub(crate) fn at(path: &str) -> Self {
        Self { path: path.to_owned(), resource: web::resource(path), allow: Vec::new() }
    }

    /// Returns an endpoint that also accepts a trailing slash.
    pub(crate) fn api(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            resource: web::resource([path.to_owned(), format!("{path}/")]),
            allow: Vec::new(),
        }
    }

    pub(crate) fn get<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.extend(["GET", "HEAD"]);
        self.with(web::route().guard(guard::Any(guard::Get()).or(guard::Head())), handler)
    }

    pub(crate) fn post<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.push("POST");
        self.with(web::post(), handler)
    }

    pub(crate) fn put<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.push("PUT");
        self.with(web::put(), handler)
    }

    pub(crate) fn patch<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + 'static,
    {
        self.allow.push("PATCH");
        self.with(web::patch(), handler)
    }

    pub(crate) fn delete<F: Handler<Args>, Args: FromRequest + 'static>(mut self, handler: F) -> Self
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

    /// Tells unauthenticated callers nothing but the methods.
    pub(crate) fn for_users(mut self) -> Self {
        let allow = self.allowed();
        let refuse = move |_: Caller, request: HttpRequest| std::future::ready(refuse(&request, allow));
        self.resource = self.resource.default_service(web::to(refuse));
        self.answer_options(allow)
    }

    /// Answers everybody.
    pub(crate) fn for_anybody(mut self) -> Self {
        let allow = self.allowed();
        let refuse = move |request: HttpRequest| std::future::ready(refuse(&request, allow));
        self.resource = self.resource.default_service(web::to(refuse));
        self.answer_options(allow)
    }

    pub(crate) fn into_resource(self) -> Resource {
        self.resource
    }

    /// Returns the methods, except `HEAD` and `OPTIONS`, each with the path.
    pub(crate) fn routes(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.allow.iter().filter(|method| **method != "HEAD").map(|method| (*method, self.path.clone()))
    }

    fn allowed(&self) -> &'static str {
        // Leaks a few bytes for each route of each worker, once.
        Box::leak(format!("{}, OPTIONS", self.allow.join(", ")).into_boxed_str())
    }

    fn answer_options(mut self, allow: &'static str) -> Self {
        let answer = move || std::future::ready(HttpResponse::Ok().insert_header((header::ALLOW, allow)).finish());
        self.resource = self.resource.route(web::method(actix_web::http::Method::OPTIONS).to(answer));
        self
    }
}

fn refuse(request: &HttpRequest, allow: &'static str) -> Result<HttpResponse, Problem> {
    Err(Problem::MethodNotAllowed { method: request.method().to_string(), allow })
}
