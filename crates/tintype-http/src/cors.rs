//! Which pages of other origins may use the API. Our own middleware, because the known one answers
//! preflights itself, without the `Allow` that `OPTIONS` has here, and cannot add `Vary` to answers
//! without an `Origin`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;

use crate::app::App;
use crate::config::CorsOrigins;

/// What browsers let a page send.
const SENT: &str = "Authorization, Content-Type, Content-Disposition, If-Match, If-None-Match, If-Modified-Since, \
    If-Unmodified-Since, If-Range, Range, X-Request-ID, Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, \
    Upload-Concat, Upload-Defer-Length, Upload-Checksum, X-HTTP-Method-Override";

/// What browsers let a page read.
const READ: &str = "Location, ETag, Last-Modified, Content-Length, Content-Range, Content-Disposition, Accept-Ranges, \
    Allow, Retry-After, WWW-Authenticate, X-Request-ID, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, \
    Tus-Checksum-Algorithm, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Concat, Upload-Defer-Length, \
    Upload-Expires, Upload-File";

/// How long browsers may remember the answer to a preflight, in seconds.
const REMEMBERED: &str = "600";

/// Lets pages of the configured origins use the API and the media.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub(crate) async fn share_with_origins(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let origins = App::of(request.request()).map(|app| app.config.cors_origins.clone()).unwrap_or_default();
    let is_shared = ["/api/", "/media/"].iter().any(|prefix| request.path().starts_with(prefix));
    if origins == CorsOrigins::None || !is_shared {
        return next.call(request).await;
    }
    let allowed = request.headers().get(header::ORIGIN).and_then(|origin| allowed(&origins, origin));
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if origins != CorsOrigins::Any {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = allowed {
        // Pages of any origin must never act with what the browser keeps for this host.
        if origins != CorsOrigins::Any {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if asks { answer_preflight(headers) } else { expose(headers) }
    }
    Ok(response)
}

/// Returns the `Access-Control-Allow-Origin` for a page of this origin, if it may read answers.
fn allowed(origins: &CorsOrigins, origin: &HeaderValue) -> Option<HeaderValue> {
    match origins {
        CorsOrigins::None => None,
        CorsOrigins::Any => Some(HeaderValue::from_static("*")),
        CorsOrigins::These(origins) => {
            origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
        }
    }
}

fn answer_preflight(headers: &mut HeaderMap) {
    if let Some(methods) = headers.get(header::ALLOW).cloned() {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED));
}

fn expose(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
}
