use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use tintype_library::causes;

use crate::connection::{Answering, InFlight};
use crate::problem::Problem;
use crate::request_id::{self, X_REQUEST_ID};

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
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical().to_string()).unwrap_or_default();
    let method = request.method().clone();
    let path = request.path().to_owned();
    let start = Instant::now();
    let mut response = request_id::scope(id.clone(), next.call(request)).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let line = Line { peer, method, path, status, ms, id };
    if let Some(error) = response.response().error() {
        let causes = error.as_error::<Problem>().map_or_else(|| error.to_string(), |problem| causes(problem));
        let is_planned = matches!(error.as_error(), Some(Problem::Ending));
        if status >= 500 && !is_planned {
            line.error(&causes)
        } else {
            line.info(&causes)
        }
        return Ok(response.map_body(|_, body| LoggedBody::unlogged(body.boxed(), answering)));
    }
    Ok(response.map_body(|_, body| LoggedBody::new(body.boxed(), answering, line)))
}

/// What every line says.
struct Line {
    peer: String,
    method: Method,
    path: String,
    status: u16,
    ms: u64,
    id: String,
}

impl Line {
    fn info(&self, message: &str) {
        let Self { peer, method, path, status, ms, id } = self;
        // The text may contain what a client sent, which must not be able to forge log lines.
        let message = message.replace(char::is_control, " ");
        tracing::info!(%method, path, status, ms, peer, request_id = id, "{message}");
    }

    fn error(&self, message: &str) {
        let Self { peer, method, path, status, ms, id } = self;
        let message = message.replace(char::is_control, " ");
        tracing::error!(%method, path, status, ms, peer, request_id = id, "{message}");
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
    fn new(body: BoxBody, answering: Option<Answering>, line: Line) -> Self {
        Self { body, sent: 0, line: Some(line), _answering: answering }
    }

    fn unlogged(body: BoxBody, answering: Option<Answering>) -> Self {
        Self { body, sent: 0, line: None, _answering: answering }
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
            Poll::Ready(Some(Err(error))) => {
                if let Some(line) = self.line.take() {
                    line.error(&format!("broken off after {} bytes: {error}", self.sent));
                }
            }
            Poll::Ready(None) => {
                if let Some(line) = self.line.take() {
                    line.info("answered");
                }
            }
            Poll::Pending => {}
        }
        polled
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        Err(self)
    }
}

impl Drop for LoggedBody {
    fn drop(&mut self) {
        let Some(line) = self.line.take() else { return };
        match self.body.size() {
            // Nothing is read of the body of an answer to `HEAD`.
            BodySize::Sized(size) if line.method != Method::HEAD && self.sent < size => {
                line.info(&format!("cut off after {} of {size} bytes", self.sent));
            }
            _ => line.info("answered"),
        }
    }
}
