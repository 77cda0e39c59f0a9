use actix_web::web::{Data, Json};
use tintype_library::{Room, causes};

use crate::app::App;
use crate::problem::Problem;
use crate::view::HealthView;

/// `GET /healthz`: the process answers.
pub(crate) async fn alive() -> Json<HealthView> {
    Json(HealthView::OK)
}

/// `GET /readyz`: database and storage answer as well, and the server is not about to stop.
pub(crate) async fn ready(app: Data<App>) -> Result<Json<HealthView>, Problem> {
    if app.is_ending() {
        return Err(Problem::Ending);
    }
    let room = app.library.ready().await.map_err(|error| {
        tracing::warn!("not ready: {}", causes(&error));
        Problem::NotReady(error.part)
    })?;
    // What still works is to be reached: lists, downloads, and deleting, which makes room.
    Ok(Json(if room == Room::Full { HealthView::FULL } else { HealthView::OK }))
}
