use actix_web::web::Data;
use tintype_library::domain::FileId;

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::caller::Caller;
use crate::files::view;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::reply::Tagged;
use crate::view::FileView;

/// `POST /api/media/files/<id>/preview`: the preview is made again.
pub(crate) async fn retry(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId<FileId>,
) -> Result<Tagged<FileView>, Problem> {
    let file = app.library.retry_preview(&actor, id).await?;
    Ok(Tagged(view(&app, base, &file).await?))
}
