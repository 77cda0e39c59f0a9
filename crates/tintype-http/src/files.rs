use actix_web::web::{Data, Json};
use tintype_library::auth::Actor;
use tintype_library::domain::{FieldErrors, FileId, FileRecord, Permission};
use tintype_library::{Change, Details, Upload};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::caller::Caller;
use crate::conditions::Conditions;
use crate::form::{Form, header_file_name};
use crate::input::{NewFile, NewImport};
use crate::media_urls::MediaUrls;
use crate::page_request::PageRequest;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::reply::{Created, NoContent, Tagged};
use crate::view::{CreatedView, FileView, PageView};

/// `GET /api/media/files`: a page of files.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    request: PageRequest,
) -> Result<Json<PageView<FileView>>, Problem> {
    // Permission is checked before the query is parsed: 403 goes before 400.
    actor.require(Permission::View)?;
    let query = request.query()?;
    let page = app.library.list(&actor, query.clone()).await?;
    let links = request.links(&query, &page);
    let urls = MediaUrls::of(&app.library, base, &page.files).await?;
    let distances = page.distances.iter().copied().map(Some).chain(std::iter::repeat(None));
    let files = page.files.iter().zip(distances);
    let results = files.map(|(file, distance)| FileView::new(file, &urls).at_distance(distance)).collect();
    Ok(Json(PageView::new(page.count, links, results)))
}

/// `GET /api/media/files/<id>`: a file.
pub(crate) async fn get(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId<FileId>,
) -> Result<Tagged<FileView>, Problem> {
    let file = app.library.get(&actor, id).await?;
    Ok(Tagged(view(&app, base, &file).await?))
}

/// `POST /api/media/files`: an upload.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    form: Form<NewFile>,
) -> Result<Created<CreatedView>, Problem> {
    let inbox = app.library.begin_upload(&actor)?;
    let NewFile { upload, details } = form.read_into(&inbox).await?;
    upload_file(&actor, &app, base, upload, details).await
}

/// `POST /api/media/files/from-url`: an upload that the server fetches.
pub(crate) async fn import(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    form: Form<NewImport>,
) -> Result<Created<CreatedView>, Problem> {
    let import = app.library.begin_import(&actor)?;
    let NewImport { url, details } = form.read().await?;
    let fetched = import.fetch(&url).await?;
    let sent = fetched.disposition.and_then(|header| header_file_name(&header)).filter(|name| !name.is_empty());
    let named = || details.name.as_ref().map(|name| name.as_str().to_owned());
    let file_name = sent.or(fetched.path_name).or_else(named).unwrap_or_default();
    let upload = Upload::new(fetched.content, &file_name).map_err(|problem| FieldErrors::one("url", problem))?;
    upload_file(&actor, &app, base, upload, details).await
}

async fn upload_file(
    actor: &Actor,
    app: &App,
    base: BaseUrl,
    upload: Upload,
    details: Details,
) -> Result<Created<CreatedView>, Problem> {
    let file = app.library.upload(actor, upload, details).await?;
    let duplicates = match actor.require(Permission::View) {
        Ok(()) => Some(app.library.duplicates(actor, &file).await?),
        Err(_) => None,
    };
    let location = format!("/api/media/files/{}", file.id);
    Ok(Created { location, body: CreatedView::new(view(app, base, &file).await?, duplicates) })
}

/// `PATCH` and `PUT /api/media/files/<id>`: new metadata, new content, or both. No field is
/// required.
pub(crate) async fn change(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId<FileId>,
    conditions: Conditions,
    form: Form<Change>,
) -> Result<Tagged<FileView>, Problem> {
    let (file, inbox) = app.library.begin_change(&actor, id).await?;
    let expected = conditions.check(&file)?;
    let change = form.read_into(&inbox).await?;
    let file = app.library.change(&actor, id, Change { expected, ..change }).await?;
    Ok(Tagged(view(&app, base, &file).await?))
}

/// `DELETE /api/media/files/<id>`: a file, its content and its thumbnails, perhaps into the trash.
pub(crate) async fn delete(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<FileId>,
    conditions: Conditions,
) -> Result<NoContent, Problem> {
    let expected = match conditions.are_absent() {
        true => None,
        false => conditions.check(&app.library.begin_delete(&actor, id).await?)?,
    };
    app.library.delete(&actor, id, expected).await?;
    Ok(NoContent)
}

/// `POST /api/media/files/<id>/restore`: a file is brought back from the trash.
pub(crate) async fn restore(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId<FileId>,
) -> Result<Tagged<FileView>, Problem> {
    let file = app.library.restore(&actor, id).await?;
    Ok(Tagged(view(&app, base, &file).await?))
}

pub(crate) async fn view(app: &App, base: BaseUrl, file: &FileRecord) -> Result<FileView, Problem> {
    let urls = MediaUrls::of(&app.library, base, std::slice::from_ref(file)).await?;
    Ok(FileView::new(file, &urls))
}
