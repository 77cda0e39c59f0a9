use actix_web::web::{Data, Json};
use tintype_library::domain::Permission;

use crate::app::App;
use crate::caller::Caller;
use crate::page_request::PageRequest;
use crate::problem::Problem;
use crate::view::TagView;

/// `GET /api/media/tags`: tags and how many files have each.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: Data<App>,
    request: PageRequest,
) -> Result<Json<Vec<TagView>>, Problem> {
    actor.require(Permission::View)?;
    let tags = app.library.tags(&actor, request.last("prefix").to_owned()).await?;
    Ok(Json(tags.into_iter().map(TagView::from).collect()))
}
