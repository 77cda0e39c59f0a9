use actix_web::http::header;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard, web};

use crate::caller::Caller;
use crate::describe::{Describe, Describer};
use crate::problem::Problem;
use crate::request_log::Template;

/// A path with its methods. `HEAD` works wherever `GET` does, `OPTIONS` lists the methods, and
/// other methods are answered 405.
pub(crate) struct Endpoint {
    path: &'static str,
    resource: Resource,
    allow: Vec<&'static str>,
    operations: Vec<(&'static str, Describer)>,
}

impl Endpoint {
    pub(crate) fn at(path: &'static str) -> Self {
        Self { path, resource: web::resource(path), allow: Vec::new(), operations: Vec::new() }
    }

    /// Returns an endpoint that also accepts a trailing slash.
    pub(crate) fn api(path: &'static str) -> Self {
        Self {
            path,
            resource: web::resource([path.to_owned(), format!("{path}/")]),
            allow: Vec::new(),
            operations: Vec::new(),
        }
    }

    pub(crate) fn get<F: Handler<Args>, Args: FromRequest + Describe + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + Describe + 'static,
    {
        self.allow.extend(["GET", "HEAD"]);
        self.with("GET", web::route().guard(guard::Any(guard::Get()).or(guard::Head())), handler)
    }

    pub(crate) fn post<F: Handler<Args>, Args: FromRequest + Describe + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + Describe + 'static,
    {
        self.allow.push("POST");
        self.with("POST", web::post(), handler)
    }

    pub(crate) fn put<F: Handler<Args>, Args: FromRequest + Describe + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + Describe + 'static,
    {
        self.allow.push("PUT");
        self.with("PUT", web::put(), handler)
    }

    pub(crate) fn patch<F: Handler<Args>, Args: FromRequest + Describe + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + Describe + 'static,
    {
        self.allow.push("PATCH");
        self.with("PATCH", web::patch(), handler)
    }

    pub(crate) fn delete<F: Handler<Args>, Args: FromRequest + Describe + 'static>(mut self, handler: F) -> Self
    where
        F::Output: Responder + Describe + 'static,
    {
        self.allow.push("DELETE");
        self.with("DELETE", web::delete(), handler)
    }

    fn with<F: Handler<Args>, Args: FromRequest + Describe + 'static>(
        mut self,
        method: &'static str,
        route: Route,
        handler: F,
    ) -> Self
    where
        F::Output: Responder + Describe + 'static,
    {
        self.resource = self.resource.route(route.to(handler));
        self.operations.push((method, |operation| {
            Args::describe(operation);
            F::Output::describe(operation);
        }));
        self
    }

    /// Demands a token even for a wrong method, so that unauthenticated callers learn the methods
    /// only. It does not guard the handlers: their argument `Caller` does.
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
        // Patterns of parameters are nothing to read.
        self.resource.app_data(Template(self.path.replace(":.*", "").into()))
    }

    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the methods, except `HEAD` and `OPTIONS`, each with what describes it.
    pub(crate) fn operations(&self) -> &[(&'static str, Describer)] {
        &self.operations
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
