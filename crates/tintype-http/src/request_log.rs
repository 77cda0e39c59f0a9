use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use tintype_library::causes;

use crate::problem::Problem;
use crate::request_id::{self, X_REQUEST_ID};

/// Gives every request an id, its own `X-Request-Id` if that is valid, and logs how it was
/// answered. The causes of an error go to the log only.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub async fn log_request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = request_id::of(request.headers());
    let method = request.method().clone();
    let path = request.path().to_owned();
    let start = Instant::now();
    let mut response = request_id::scope(id.clone(), next.call(request)).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    match response.response().error() {
        Some(error) => {
            let causes = error.as_error::<Problem>().map_or_else(|| error.to_string(), |problem| causes(problem));
            // The text may contain what a client sent, which must not be able to forge log lines.
            let causes = causes.replace(char::is_control, " ");
            let is_planned = matches!(error.as_error(), Some(Problem::Ending));
            if status >= 500 && !is_planned {
                tracing::error!(%method, path, status, ms, request_id = id, "{causes}");
            } else {
                tracing::info!(%method, path, status, ms, request_id = id, "{causes}");
            }
        }
        None => tracing::info!(%method, path, status, ms, request_id = id, "answered"),
    }
    Ok(response)
}
