use std::borrow::Cow;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest};
use tintype_library::causes;

use crate::client_address::ClientAddress;
use crate::connection::{Answering, InFlight};
use crate::problem::Problem;
use crate::request_id::{self, X_REQUEST_ID};

/// The path of a route as it is written down, such as `/api/media/files/{id}`. Routes have it as
/// application data.
#[derive(Debug, Clone)]
pub(crate) struct Template(pub(crate) Arc<str>);

/// Who made a request, for its line in the log.
struct User(Arc<str>);

/// Notes who made a request. The last note counts.
pub(crate) fn note_user(request: &HttpRequest, username: impl Into<Arc<str>>) {
    request.extensions_mut().insert(User(username.into()));
}

/// Gives every request an id, its own `X-Request-Id` if that is valid, and logs how it was
/// answered, once the answer has ended. The causes of an error go to the log only.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub(crate) async fn log_request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let answering = request.conn_data::<InFlight>().map(InFlight::enter);
    let id = request_id::of(request.headers());
    let client = ClientAddress::of(request.request()).ok().map(|client| client.0);
    let method = request.method().clone();
    let path = request.path().to_owned();
    let start = Instant::now();
    let mut response = request_id::scope(id.clone(), next.call(request)).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let route = response.request().app_data::<Template>().cloned();
    let user = response.request().extensions_mut().remove::<User>();
    let (message, is_failure) = outcome(&response);
    let line = Line { method, route, path, status, ms, client, user, id, message, is_failure };
    Ok(response.map_body(|_, body| LoggedBody { body: body.boxed(), sent: 0, line: Some(line), _answering: answering }))
}

/// Returns what to say of an answer, and whether the server failed.
fn outcome<B>(response: &ServiceResponse<B>) -> (Cow<'static, str>, bool) {
    let Some(error) = response.response().error() else { return ("answered".into(), false) };
    let causes = error.as_error::<Problem>().map_or_else(|| error.to_string(), |problem| causes(problem));
    let is_planned = matches!(error.as_error(), Some(Problem::Ending));
    // The text may contain what a client sent, which must not be able to forge log lines.
    (causes.replace(char::is_control, " ").into(), response.status().is_server_error() && !is_planned)
}

/// What a line says. It never has the query, which may be signed.
struct Line {
    method: Method,
    /// `None` for paths without a route.
    route: Option<Template>,
    path: String,
    status: u16,
    /// Milliseconds until the answer began.
    ms: u64,
    client: Option<IpAddr>,
    user: Option<User>,
    id: String,
    message: Cow<'static, str>,
    is_failure: bool,
}

impl Line {
    /// Writes the line, with the length of the body that was sent.
    fn write(self, bytes: u64) {
        let Self { method, route, path, status, ms, client, user, id, message, is_failure } = self;
        let route = route.as_ref().map(|route| &*route.0);
        let client = client.map(tracing::field::display);
        let user = user.as_ref().map(|user| &*user.0);
        if is_failure {
            tracing::error!(%method, route, path, status, bytes, ms, client, user, request_id = id, "{message}");
        } else {
            tracing::info!(%method, route, path, status, bytes, ms, client, user, request_id = id, "{message}");
        }
    }
}

/// The body of an answer, which logs how it ended.
struct LoggedBody {
    body: BoxBody,
    sent: u64,
    line: Option<Line>,
    _answering: Option<Answering>,
}

impl LoggedBody {
    /// Writes the line as of an answer that this server could not bring to its end, whatever status
    /// it began with.
    fn break_off(&mut self, error: &dyn std::fmt::Display) {
        let Some(line) = self.line.take() else { return };
        let message = format!("broken off after {} bytes: {error}", self.sent).replace(char::is_control, " ");
        Line { status: 500, message: message.into(), is_failure: true, ..line }.write(self.sent);
    }
}

impl MessageBody for LoggedBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_next(cx);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) => self.sent += bytes.len() as u64,
            Poll::Ready(Some(Err(error))) => self.break_off(error),
            Poll::Ready(None) | Poll::Pending => {}
        }
        polled
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        Err(self)
    }
}

impl Drop for LoggedBody {
    fn drop(&mut self) {
        let Some(mut line) = self.line.take() else { return };
        match self.body.size() {
            // Nothing is read of the body of an answer to `HEAD`.
            BodySize::Sized(size) if line.method != Method::HEAD && self.sent < size && !line.is_failure => {
                line.message = format!("cut off after {} of {size} bytes", self.sent).into();
            }
            _ => {}
        }
        line.write(self.sent);
    }
}
