use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, Responder};
use schemars::JsonSchema;
use serde::Serialize;
use tintype_library::auth::Parameters;
use tintype_library::domain::Permission;
use tintype_library::{LinkSigner, UploadLinkOptions};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::caller::Caller;
use crate::form::Form;
use crate::input::{NewFile, NewUploadLink};
use crate::links::within_longest;
use crate::page_request::PageRequest;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::reply::{Created, NoContent};
use crate::view::PageView;
use crate::{files, tus, uploads};

/// A new upload link.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreatedUploadLink")]
pub(crate) struct CreatedView {
    url: String,
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    id: i64,
}

/// An upload link.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UploadLink")]
pub(crate) struct UploadLinkView {
    id: i64,
    url: String,
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    max_size: Option<u64>,
    allowed_types: Vec<String>,
    uploads: u64,
    used: u64,
    visibility: Option<&'static str>,
    description: String,
    user: i64,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// `POST /api/media/upload-links`: a link by which people without a token upload files.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    form: Form<NewUploadLink>,
) -> Result<HttpResponse, Problem> {
    actor.require(Permission::Create)?;
    let NewUploadLink { lifetime, max_size, allowed_types, uploads, visibility, description } = form.read().await?;
    let lifetime = within_longest(&app, lifetime)?;
    let link = UploadLinkOptions { lifetime, max_size, allowed_types, uploads, visibility, description };
    let (id, signer) = app.library.create_upload_link(&actor, link).await?;
    let view = CreatedView { url: url(&base, id, &signer), expires_at: signer.expires_at().to_string(), id };
    Ok(HttpResponse::Created().json(view))
}

/// `GET /api/media/upload-links`: a page of those of the caller; of an admin, of all.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    request: PageRequest,
) -> Result<Json<PageView<UploadLinkView>>, Problem> {
    let (limit, offset) = request.window();
    let (links, count) = app.library.upload_links(&actor, limit, offset).await?;
    let view = |(record, signer): (tintype_library::persistence::UploadLinkRecord, LinkSigner)| {
        let link = record.link;
        UploadLinkView {
            id: record.id,
            url: url(&base, record.id, &signer),
            expires_at: link.expires_at.to_string(),
            max_size: link.max_size,
            allowed_types: link.allowed_types.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect(),
            uploads: link.uploads,
            used: record.used,
            visibility: link.visibility.map(|visibility| visibility.as_str()),
            description: link.description,
            user: record.user_id.0,
            created_at: record.created_at.to_string(),
        }
    };
    let results = links.into_iter().map(view).collect();
    Ok(Json(PageView::new(Some(count), request.offset_links(limit, offset, count), results)))
}

/// `DELETE /api/media/upload-links/<id>`: the link is refused from now on.
pub(crate) async fn delete(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<i64>,
) -> Result<NoContent, Problem> {
    app.library.delete_upload_link(&actor, id).await?;
    Ok(NoContent)
}

/// `POST /api/media/upload-links/<id>?expires=…&signature=…`: an upload by whoever has the link, or
/// the beginning of a resumable one.
pub(crate) async fn upload(
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId<i64>,
    request: HttpRequest,
    form: Form<NewFile>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::parse(request.query_string())?;
    let place = app.library.begin_upload_by_link(&path(id), &parameters, id).await?;
    if tus::is_meant(request.headers()) {
        return uploads::create_by_link(&app, place, request.headers(), form.into_body()).await;
    }
    let NewFile { upload, details } = match form.read_into(&place.inbox).await {
        Ok(file) => file,
        Err(problem) => {
            place.cancel().await;
            return Err(problem);
        }
    };
    let file = app.library.upload_by_link(place, upload, details).await?;
    let created =
        Created { location: format!("/api/media/files/{}", file.id), body: files::view(&app, base, &file).await? };
    Ok(created.respond_to(&request))
}

fn url(base: &BaseUrl, id: i64, signer: &LinkSigner) -> String {
    let path = path(id);
    format!("{}?{}", base.join(&path), signer.query(&path, Parameters::default()))
}

/// Returns the path of a link, as it is signed.
fn path(id: i64) -> String {
    format!("/api/media/upload-links/{id}")
}
