use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::middleware::Next;

/// Tells caches that answers of the API are for one client only, and those with tokens for nobody
/// to keep. Media say for themselves how long they may be kept.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub(crate) async fn limit_caching(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let caching = match request.path() {
        path if path.trim_end_matches('/') == "/api/auth/token" => Some("no-store"),
        path if path.trim_end_matches('/').ends_with("/tokens") => Some("no-store"),
        path if path.starts_with("/api/") => Some("private, no-cache"),
        _ => None,
    };
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if let Some(caching) = caching.filter(|_| !headers.contains_key(CACHE_CONTROL)) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    }
    Ok(response)
}
