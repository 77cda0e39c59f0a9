//! `GET /metrics`, and the counting of requests.

use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;
use tintype_library::Error;

use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

/// The route of requests that no route takes.
pub(crate) const NO_ROUTE: &str = "none";

/// Counts the requests of a route.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub(crate) async fn count_request(
    route: &'static str,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let start = Instant::now();
    let method = request.method().clone();
    let app = request.app_data::<Data<App>>().cloned();
    let response = next.call(request).await?;
    if let Some(app) = app {
        app.metrics.count(&method, route, response.status().as_u16(), start);
    }
    Ok(response)
}

/// `GET /metrics`, for admins.
pub(crate) async fn get(Caller(actor): Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    actor.require_admin()?;
    get_unasked(app).await
}

/// `GET /metrics` on the address that is for nothing else.
pub(crate) async fn get_unasked(app: Data<App>) -> Result<HttpResponse, Problem> {
    let figures = app.library.figures().await?;
    let text = app.metrics.text(&figures).map_err(|error| Error::Internal(error.into()))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}
