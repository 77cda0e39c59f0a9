use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use tintype_library::domain::{Description, FieldErrors, FileId, ListQuery, Name};
use tintype_library::{Change, ContentChange, Upload};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::caller::Caller;
use crate::form::{Fields, Form, Sent};
use crate::page::Parameters;
use crate::problem::Problem;
use crate::view::{FileView, PageView};

/// `GET /api/media/files`: a page of files.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    actor.require(tintype_library::domain::Permission::View).map_err(tintype_library::Error::from)?;
    let parameters = Parameters::parse(request.query_string());
    let query = ListQuery::parse(parameters.iter())?;
    let (limit, offset) = (query.limit, query.offset);
    let page = app.library.list(&actor, query).await?;
    let base = BaseUrl::of(&request, &app.config);
    let (next, previous) = parameters.links(&base, request.path(), (limit, offset, page.count));
    let results = page.files.iter().map(|file| FileView::new(file, &base)).collect();
    Ok(HttpResponse::Ok().json(PageView { count: page.count, next, previous, results }))
}

/// `GET /api/media/files/<id>`: a file.
pub(crate) async fn get(
    Caller(actor): Caller,
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let file = app.library.get(&actor, file_id(&id)).await?;
    Ok(HttpResponse::Ok().json(FileView::new(&file, &BaseUrl::of(&request, &app.config))))
}

/// `POST /api/media/files`: an upload.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let inbox = app.library.begin_upload(&actor)?;
    let sent = Form::new(&request, payload, &app.config).read_upload(&inbox).await?;
    let mut errors = FieldErrors::default();
    // An empty name is what a form sends for a field left alone.
    let name = errors.take(name(&sent.fields, Blank::IsAbsent)).flatten();
    let description = errors.take(description(&sent.fields)).flatten().unwrap_or_default();
    let upload = errors.take(required_file(sent));
    let upload = match upload {
        Some(upload) => errors.or(upload)?,
        None => return Err(errors.into()),
    };
    let file = app.library.upload(&actor, upload, name, description).await?;
    let location = format!("/api/media/files/{}", file.id);
    let view = FileView::new(&file, &BaseUrl::of(&request, &app.config));
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(view))
}

/// `PATCH` and `PUT /api/media/files/<id>`: other metadata, other content, or both. No field is required of either.
pub(crate) async fn change(
    Caller(actor): Caller,
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = file_id(&id);
    let inbox = app.library.begin_change(&actor, id).await?;
    let base = BaseUrl::of(&request, &app.config);
    let sent = Form::new(&request, payload, &app.config).read(&inbox).await?;
    let mut errors = FieldErrors::default();
    let name = errors.take(name(&sent.fields, Blank::IsWrong)).flatten();
    let description = errors.take(description(&sent.fields)).flatten();
    let content = errors.take(content_change(sent, &base)).unwrap_or_default();
    let change = errors.or(Change { name, description, content })?;
    let file = app.library.change(&actor, id, change).await?;
    Ok(HttpResponse::Ok().json(FileView::new(&file, &base)))
}

/// `DELETE /api/media/files/<id>`: a file, its content and its thumbnails.
pub(crate) async fn delete(
    Caller(actor): Caller,
    app: web::Data<App>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    app.library.delete(&actor, file_id(&id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Returns the id in a path. Ids begin at 1, so that what is no number names no file, once permission was checked.
fn file_id(text: &str) -> FileId {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    FileId(text.parse().ok().filter(|_| digits).unwrap_or(0))
}

enum Blank {
    IsAbsent,
    IsWrong,
}

fn name(fields: &Fields, blank: Blank) -> Result<Option<Name>, FieldErrors> {
    match (fields.text("name")?, blank) {
        (None, _) => Ok(None),
        (Some(text), Blank::IsAbsent) if text.trim().is_empty() => Ok(None),
        (Some(text), _) => Name::new(&text).map(Some).map_err(|message| FieldErrors::one("name", message)),
    }
}

fn description(fields: &Fields) -> Result<Option<Description>, FieldErrors> {
    let text = fields.text("description")?;
    let description = text.map(|text| Description::new(&text)).transpose();
    description.map_err(|message| FieldErrors::one("description", message))
}

const NOT_A_FILE: &str = "The submitted data was not a file. Check the encoding type on the form.";

fn required_file(sent: Sent) -> Result<Upload, FieldErrors> {
    match sent.file {
        Some(file) => Upload::new(file.content, &file.file_name),
        None if sent.fields.contains("f") => Err(FieldErrors::one("f", NOT_A_FILE)),
        None => Err(FieldErrors::one("f", "No file was submitted.")),
    }
}

fn content_change(sent: Sent, base: &BaseUrl) -> Result<ContentChange, FieldErrors> {
    if let Some(file) = sent.file {
        return Upload::new(file.content, &file.file_name).map(ContentChange::Replace);
    }
    match sent.fields.text("f") {
        Ok(None) => Ok(ContentChange::Keep),
        Ok(Some(text)) => Ok(ContentChange::Confirm(base.to_key(&text))),
        Err(_) => Err(FieldErrors::one("f", NOT_A_FILE)),
    }
}
