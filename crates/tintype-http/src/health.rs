use actix_web::{HttpResponse, web};
use serde_json::json;
use tintype_library::causes;

use crate::app::App;
use crate::problem::Problem;

/// `GET /healthz`: the process serves.
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`: database and storage answer, too, and the server goes on.
pub(crate) async fn ready(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    if app.is_ending() {
        return Err(Problem::Ending);
    }
    app.library.ready().await.map_err(|error| {
        tracing::warn!("not ready: {}", causes(&error));
        Problem::NotReady(error.part)
    })?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}
