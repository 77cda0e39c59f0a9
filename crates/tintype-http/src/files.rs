use actix_web::web::{Data, Json};
use tintype_library::Change;
use tintype_library::domain::Permission;

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::caller::Caller;
use crate::conditions::Conditions;
use crate::file_id::PathId;
use crate::form::Form;
use crate::input::NewFile;
use crate::page_request::PageRequest;
use crate::problem::Problem;
use crate::reply::{Created, NoContent, Tagged};
use crate::view::{FileView, PageView};

/// `GET /api/media/files`: a page of files.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    request: PageRequest,
) -> Result<Json<PageView>, Problem> {
    // Permission is checked before the query is parsed: 403 goes before 400.
    actor.require(Permission::View)?;
    let query = request.query()?;
    let page = app.library.list(&actor, query.clone()).await?;
    Ok(Json(PageView::new(&page, request.links(&query, &page), &base)))
}

/// `GET /api/media/files/<id>`: a file.
pub(crate) async fn get(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId,
) -> Result<Tagged<FileView>, Problem> {
    let file = app.library.get(&actor, id).await?;
    Ok(Tagged(FileView::new(&file, &base)))
}

/// `POST /api/media/files`: an upload.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    form: Form<NewFile>,
) -> Result<Created<FileView>, Problem> {
    let inbox = app.library.begin_upload(&actor)?;
    let NewFile { upload, name, description } = form.read_into(&inbox).await?;
    let file = app.library.upload(&actor, upload, name, description).await?;
    Ok(Created { location: format!("/api/media/files/{}", file.id), body: FileView::new(&file, &base) })
}

/// `PATCH` and `PUT /api/media/files/<id>`: new metadata, new content, or both. No field is
/// required.
pub(crate) async fn change(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId,
    conditions: Conditions,
    form: Form<Change>,
) -> Result<Tagged<FileView>, Problem> {
    let (file, inbox) = app.library.begin_change(&actor, id).await?;
    let expected = conditions.check(&file)?;
    let change = form.read_into(&inbox).await?;
    let file = app.library.change(&actor, id, Change { expected, ..change }).await?;
    Ok(Tagged(FileView::new(&file, &base)))
}

/// `DELETE /api/media/files/<id>`: a file, its content and its thumbnails.
pub(crate) async fn delete(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId,
    conditions: Conditions,
) -> Result<NoContent, Problem> {
    let expected = match conditions.are_absent() {
        true => None,
        false => conditions.check(&app.library.begin_delete(&actor, id).await?)?,
    };
    app.library.delete(&actor, id, expected).await?;
    Ok(NoContent)
}
