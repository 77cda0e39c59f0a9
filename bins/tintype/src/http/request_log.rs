use crate::failure::causes;
use crate::http::problem::Problem;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use std::time::Instant;

tokio::task_local! {
    static REQUEST_ID: String;
}

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Returns the id of the request that is being answered.
pub(super) fn request_id() -> String {
    REQUEST_ID.try_with(String::clone).unwrap_or_default()
}

/// Gives every request an id, taken over from `X-Request-Id` where that is sane, and logs how it was answered. The causes
/// of an error go to the log alone.
pub(crate) async fn log_request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let given = request.headers().get(X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| is_sane(id));
    let id = given.map_or_else(random_id, str::to_owned);
    let method = request.method().clone();
    let path = request.path().to_owned();
    let start = Instant::now();
    let mut response = REQUEST_ID.scope(id.clone(), next.call(request)).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    match response.response().error() {
        Some(error) => {
            let causes = error.as_error::<Problem>().map_or_else(|| error.to_string(), |problem| causes(problem));
            // What a client sent may stand in it, and must not look like lines of its own.
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

fn is_sane(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn random_id() -> String {
    let mut random = [0; 8];
    // An id is for finding a line in the log; without randomness it is merely not unique.
    let _ = getrandom::fill(&mut random);
    format!("{:016x}", u64::from_ne_bytes(random))
}
