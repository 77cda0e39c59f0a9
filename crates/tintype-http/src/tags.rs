use actix_web::web::{Data, Json, Query};
use serde::Deserialize;
use tintype_library::domain::Permission;

use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::view::TagView;

/// The query of [`list`].
#[derive(Deserialize)]
pub(crate) struct TagQuery {
    #[serde(default)]
    prefix: String,
}

/// `GET /api/media/tags`: tags and how many files have each.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: Data<App>,
    query: Query<TagQuery>,
) -> Result<Json<Vec<TagView>>, Problem> {
    actor.require(Permission::View)?;
    let tags = app.library.tags(&actor, query.into_inner().prefix).await?;
    Ok(Json(tags.into_iter().map(TagView::from).collect()))
}
