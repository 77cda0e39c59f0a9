use actix_web::body::SizedStream;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use schemars::JsonSchema;
use serde::Serialize;
use tintype_library::auth::Parameters;
use tintype_library::domain::{FieldErrors, ListParameter, ListQuery, Permission};
use tintype_library::{ArchiveSelection, serving};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::caller::Caller;
use crate::form::Form;
use crate::input::{NewArchive, Selected};
use crate::links::within_longest;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::range::{Requested, content_range, requested};
use crate::validators::{Validators, Verdict};

/// The parameters that say which page of a list to show. An archive has all pages.
const OF_PAGES: [ListParameter; 5] =
    [ListParameter::Limit, ListParameter::Offset, ListParameter::Count, ListParameter::Paging, ListParameter::Cursor];

/// A link to an archive, and what it gives.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Archive")]
pub(crate) struct ArchiveView {
    /// Gives the ZIP archive to whoever has it.
    url: String,
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    /// The bytes of the archive.
    size: u64,
    /// How many files it has.
    files: usize,
}

/// `POST /api/media/archives`: a link that gives many files as one ZIP archive.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    form: Form<NewArchive>,
) -> Result<HttpResponse, Problem> {
    actor.require(Permission::View)?;
    let NewArchive { selected, lifetime } = form.read().await?;
    let lifetime = within_longest(&app, lifetime)?;
    let selection = match selected {
        Selected::Ids(ids) => ArchiveSelection::Files(ids),
        Selected::Filter(filter) => ArchiveSelection::Matches(Box::new(query(&filter)?)),
    };
    let created = app.library.create_archive(&actor, selection, lifetime).await?;
    let (path, signer) = (path(created.id), created.signer);
    let view = ArchiveView {
        url: format!("{}?{}", base.join(&path), signer.query(&path, Parameters::default())),
        expires_at: signer.expires_at().to_string(),
        size: created.size,
        files: created.files,
    };
    Ok(HttpResponse::Created().json(view))
}

/// `GET /api/media/archives/<id>?expires=…&signature=…`: the archive, for whoever has the link.
pub(crate) async fn get(
    app: Data<App>,
    PathId(id): PathId<i64>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::parse(request.query_string())?;
    let archive = app.library.archive(&path(id), &parameters, id).await?;
    let validators = Validators::of_archive(&archive);
    let head = |status| head(status, id, &validators);
    match validators.check(&request) {
        Verdict::Failed => return Err(Problem::PreconditionFailed),
        Verdict::NotModified => return Ok(head(StatusCode::NOT_MODIFIED).finish()),
        Verdict::Proceed => {}
    }
    let size = archive.size();
    // Downloads that go on need one range; several are not worth their price.
    let (range, mut response) = match requested(&request, size, &validators, 1) {
        Requested::Unsatisfiable => return Err(Problem::RangeNotSatisfiable { size }),
        Requested::One(range) => {
            let mut response = head(StatusCode::PARTIAL_CONTENT);
            response.insert_header((header::CONTENT_RANGE, content_range(&range, size)));
            (range, response)
        }
        Requested::Whole | Requested::Several(_) => (0..size, head(StatusCode::OK)),
    };
    let length = range.end - range.start;
    let read = if request.method() == Method::HEAD { range.start..range.start } else { range };
    Ok(response.body(SizedStream::new(length, app.library.read_archive(&archive, read).await?)))
}

fn head(status: StatusCode, id: i64, validators: &Validators) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    validators.add_to(&mut response);
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    if status != StatusCode::NOT_MODIFIED {
        response
            .insert_header((header::CONTENT_TYPE, "application/zip"))
            .insert_header((header::CONTENT_DISPOSITION, serving::attachment(&format!("archive-{id}.zip"))));
    }
    response
}

/// Parses the query of a list.
fn query(filter: &str) -> Result<ListQuery, Problem> {
    let filter = filter.trim();
    let pairs = form_urlencoded::parse(filter.strip_prefix('?').unwrap_or(filter).as_bytes()).into_owned();
    let pairs: Vec<(String, String)> =
        pairs.filter(|(name, _)| OF_PAGES.iter().all(|parameter| parameter.as_str() != name)).collect();
    let query = ListQuery::parse(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    query.map_err(|errors: FieldErrors| Problem::InvalidWithin { field: "filter", errors })
}

/// Returns the path of an archive, as it is signed.
fn path(id: i64) -> String {
    format!("/api/media/archives/{id}")
}
