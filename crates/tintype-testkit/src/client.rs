use crate::{Form, Request, Response};
use std::sync::{Arc, RwLock};
use std::time::Duration;

/// How long an exchange may take in all. That is far more than any answer needs, and makes a
/// hanging server fail one test instead of the whole run.
const LIMIT: Duration = Duration::from_secs(60);

/// The address of a server, which may change when the server restarts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Base(Arc<RwLock<String>>);

impl Base {
    pub(crate) fn get(&self) -> String {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, url: String) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = url;
    }
}

/// A user over HTTP: an address and, unless anonymous, a token.
///
/// Every status is an answer, never an error. Redirects are not followed. Each request has its own
/// connection. Clones share only the address, which follows the server through restarts, and can be
/// used from many threads.
#[derive(Debug, Clone)]
pub struct Client {
    base: Base,
    agent: ureq::Agent,
    username: String,
    token: Option<String>,
    authorization: Option<String>,
}

impl Client {
    pub(crate) fn new(base: Base, username: &str, token: Option<String>) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .max_response_header_size(256 * 1024)
            .timeout_global(Some(LIMIT))
            .build();
        let authorization = token.as_ref().map(|token| format!("Token {token}"));
        Self { base, agent: config.new_agent(), username: username.to_owned(), token, authorization }
    }

    /// Returns a client that sends exactly this `Authorization` header.
    #[must_use]
    pub fn with_authorization(&self, value: &str) -> Self {
        Self { authorization: Some(value.to_owned()), ..self.clone() }
    }

    /// Returns the user's name; empty for nobody.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the user's token; empty for nobody.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Returns the `Authorization` header the client sends.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// Starts a request. `path` begins with `/`, or is a complete URL as the server gives them.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        let url = if path.starts_with('/') { self.base.get() + path } else { path.to_owned() };
        Request::new(&self.agent, self.authorization(), method, url)
    }

    /// Starts a `GET`.
    pub fn get(&self, path: &str) -> Request<'_> {
        self.request("GET", path)
    }

    /// Starts a `HEAD`.
    pub fn head(&self, path: &str) -> Request<'_> {
        self.request("HEAD", path)
    }

    /// Starts a `POST`.
    pub fn post(&self, path: &str) -> Request<'_> {
        self.request("POST", path)
    }

    /// Starts a `PATCH`.
    pub fn patch(&self, path: &str) -> Request<'_> {
        self.request("PATCH", path)
    }

    /// Starts a `PUT`.
    pub fn put(&self, path: &str) -> Request<'_> {
        self.request("PUT", path)
    }

    /// Starts a `DELETE`.
    pub fn delete(&self, path: &str) -> Request<'_> {
        self.request("DELETE", path)
    }

    /// Uploads a form: `POST /api/media/files`.
    ///
    /// # Panics
    ///
    /// When there is no complete answer.
    #[track_caller]
    pub fn upload(&self, form: &Form) -> Response {
        self.post("/api/media/files").multipart(form).send()
    }
}
