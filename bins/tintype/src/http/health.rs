use crate::failure::causes;
use crate::http::App;
use crate::http::problem::Problem;
use actix_web::{HttpResponse, web};
use serde_json::json;
use std::sync::atomic::Ordering;

/// `GET /healthz`: the process serves.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`: database and storage answer, too, and the server goes on.
pub(super) async fn ready(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    if app.ending.load(Ordering::Relaxed) {
        return Err(Problem::Ending);
    }
    app.library.ready().await.map_err(|error| {
        tracing::warn!("not ready: {}", causes(&error));
        Problem::NotReady(error.part)
    })?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}
