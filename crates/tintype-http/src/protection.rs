//! Headers that keep browsers from misreading, framing or leaking an answer.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;

/// For answers that are no page: should a browser show one, it loads nothing and runs nothing, and
/// no other page frames it.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Tells browsers to take every answer for what it says it is and to tell nobody its URL, which may
/// be signed. Answers that are no media have a policy, unless they bring their own.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub(crate) async fn protect(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // Any page may show media, and the parts of the page are under its policy.
    let is_shown = ["/media/", "/page/"].iter().any(|prefix| request.path().starts_with(prefix));
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(REFERRER_POLICY, "no-referrer");
    if !is_shown {
        default(CONTENT_SECURITY_POLICY, NOTHING);
    }
    Ok(response)
}
