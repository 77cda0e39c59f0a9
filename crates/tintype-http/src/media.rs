mod blocks;
mod download;
mod policy;
mod rendition;

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use percent_encoding::percent_decode_str;
use serde_json::json;
use tintype_library::auth::Parameters;
use tintype_library::domain::Key;
use tintype_library::storage::{PresignOptions, PresignedFor};
use tintype_library::{Content, Error, Grant, Media, MediaRequest, RenditionRequest, serving};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::client_address::ClientAddress;
use crate::config::Delivery;
use crate::describe::{Describe, Operation, Place};
use crate::problem::Problem;
use crate::range::{Requested, content_range, requested};
use crate::request_log::note_user;
use crate::validators::{Validators, Verdict};
use blocks::Blocks;
use policy::Policy;

/// Where a proxy in front has the folder of the files.
const ACCEL_LOCATION: &str = "/tintype-media/";

const X_ACCEL_REDIRECT: HeaderName = HeaderName::from_static("x-accel-redirect");

const X_SENDFILE: HeaderName = HeaderName::from_static("x-sendfile");

/// `GET /media/<key>`: the bytes of a file, a thumbnail or a rendition, for those who may have
/// them.
pub(crate) async fn serve(app: Data<App>, key: Result<PathKey, Problem>, request: HttpRequest) -> HttpResponse {
    let answer = match key {
        Ok(PathKey(key)) => answer(&app, key, &request).await,
        Err(problem) => Err(problem),
    };
    let mut response = answer.unwrap_or_else(refuse);
    if rendition::is_negotiated(request.query_string(), &app.library.options().renditions) {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    }
    response
}

async fn answer(app: &App, key: Key, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = parameters(request.query_string())?;
    let authorization = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let shown = MediaRequest { path: request.uri().path(), parameters: &parameters, authorization };
    if rendition::is_asked(&parameters) {
        let request_of_rendition = RenditionRequest {
            media: shown,
            accepted: rendition::accepted(request),
            from: ClientAddress::extract(request).into_inner()?.0,
        };
        let made = app.library.rendition(request_of_rendition, key.clone()).await?;
        return match deliver(app, made, &parameters, request).await {
            // In this moment, it was removed to make room.
            Err(Problem::Library(Error::NotFound)) => {
                let made = app.library.rendition(request_of_rendition, key).await?;
                deliver(app, made, &parameters, request).await
            }
            answer => answer,
        };
    }
    let (media, grant) = app.library.media(shown, key).await?;
    deliver(app, (media, grant), &parameters, request).await
}

async fn deliver(
    app: &App,
    (media, grant): (Arc<Media>, Grant),
    parameters: &Parameters,
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    if let Grant::Token { username, .. } = &grant {
        note_user(request, username.clone());
    }
    let policy = Policy { grant, link_caching: app.config.link_caching };
    let content = &media.object;
    let disposition = download::file_name(parameters, &media)
        .map(|name| serving::attachment(&name))
        .or_else(|| serving::content_disposition(&content.key, &content.mime_type));
    let representation = Representation { content, disposition, policy };
    match &app.config.delivery {
        Delivery::Proxy => send(app, &representation, request).await,
        Delivery::Redirect { lifetime } => redirect(app, representation, request.method(), *lifetime).await,
        Delivery::Accel => {
            let location = format!("{ACCEL_LOCATION}{}", BaseUrl::encoded(&content.key));
            hand_over(app, &representation, request, (X_ACCEL_REDIRECT, location)).await
        }
        Delivery::Sendfile { folder } => {
            let path = folder.join(content.key.as_str());
            let path = BaseUrl::encoded_path(path.as_os_str().as_encoded_bytes()).to_string();
            hand_over(app, &representation, request, (X_SENDFILE, path)).await
        }
    }
}

/// Returns the parameters of a query. A repeated one is an error only where it may be signed:
/// others ignore what they do not know.
fn parameters(query: &str) -> Result<Parameters, Problem> {
    match Parameters::parse(query) {
        Err(_) if !query.contains("signature=") && !query.contains("download") => Ok(rendition::parameters(query)?),
        parsed => Ok(parsed?),
    }
}

/// Answers with an error, which caches must not keep: the next request may show more.
fn refuse(problem: Problem) -> HttpResponse {
    let mut response = HttpResponse::from_error(problem);
    if matches!(response.status(), StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// An object as it is sent to a client.
struct Representation<'a> {
    content: &'a Content,
    /// The `Content-Disposition`.
    disposition: Option<String>,
    policy: Policy,
}

/// The key in the path of a request.
pub(crate) struct PathKey(Key);

impl FromRequest for PathKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = || percent_decode_str(request.uri().path().strip_prefix("/media/")?).decode_utf8().ok()?.parse().ok();
        ready(key().map(Self).ok_or(Problem::NotFound))
    }
}

/// Sends the content from this server.
async fn send(app: &App, sent: &Representation<'_>, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let content = sent.content;
    let validators = Validators::of_content(content);
    let head = |status| head(status, sent, &validators);
    match validators.check(request) {
        Verdict::Failed => return Err(Problem::PreconditionFailed),
        Verdict::NotModified => return Ok(head(StatusCode::NOT_MODIFIED).finish()),
        Verdict::Proceed => {}
    }
    match requested(request, content.size, &validators, app.config.max_ranges) {
        Requested::Unsatisfiable => Err(Problem::RangeNotSatisfiable { size: content.size }),
        Requested::Whole => {
            let body = Blocks::of_range(&app.library, content, 0..content.size, request.method()).await?;
            Ok(head(StatusCode::OK).body(body))
        }
        Requested::One(range) => {
            let shown = content_range(&range, content.size);
            let body = Blocks::of_range(&app.library, content, range, request.method()).await?;
            Ok(head(StatusCode::PARTIAL_CONTENT).insert_header((header::CONTENT_RANGE, shown)).body(body))
        }
        Requested::Several(ranges) => {
            let boundary = &content.checksum.to_hex()[..32];
            let media_type = format!("multipart/byteranges; boundary={boundary}");
            let body = Blocks::of_ranges(&app.library, content, ranges, boundary);
            Ok(head(StatusCode::PARTIAL_CONTENT).insert_header((header::CONTENT_TYPE, media_type)).body(body))
        }
    }
}

fn head(status: StatusCode, sent: &Representation<'_>, validators: &Validators) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    validators.add_to(&mut response);
    sent.policy.add_to(&mut response);
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    if status != StatusCode::NOT_MODIFIED {
        response.insert_header((header::CONTENT_TYPE, sent.content.mime_type.as_str()));
    }
    if let Some(disposition) = &sent.disposition {
        response.insert_header((header::CONTENT_DISPOSITION, disposition.as_str()));
    }
    if serving::is_active(&sent.content.mime_type) {
        response.insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"));
    }
    response
}

/// Lets the proxy in front send the content, ranges of it included, which a header tells it.
/// Whatever else can be decided is decided here.
async fn hand_over(
    app: &App,
    sent: &Representation<'_>,
    request: &HttpRequest,
    header: (HeaderName, String),
) -> Result<HttpResponse, Problem> {
    let validators = Validators::of_content(sent.content);
    match validators.check(request) {
        Verdict::Failed => return Err(Problem::PreconditionFailed),
        Verdict::NotModified => return Ok(head(StatusCode::NOT_MODIFIED, sent, &validators).finish()),
        Verdict::Proceed => app.library.check_size(sent.content).await?,
    }
    let mut response = head(StatusCode::OK, sent, &validators).insert_header(header).finish();
    // It is the proxy that has ranges, and says so.
    response.headers_mut().remove(header::ACCEPT_RANGES);
    Ok(response)
}

/// Redirects to storage, which handles conditions and ranges itself.
async fn redirect(
    app: &App,
    sent: Representation<'_>,
    method: &Method,
    lifetime: Duration,
) -> Result<HttpResponse, Problem> {
    let request = if method == Method::HEAD { PresignedFor::Head } else { PresignedFor::Get };
    let Representation { content, disposition, policy } = sent;
    let options = PresignOptions {
        request,
        lifetime: policy.presigned_lifetime(lifetime),
        cache_control: Some(policy.cache_control()),
        content_disposition: disposition,
    };
    let presigned = app.library.presign(content, options).await?;
    // The configuration allows redirects only to storages that presign.
    let url = presigned.ok_or_else(|| Error::Internal("the storage cannot presign".into()))?;
    let mut response = HttpResponse::Found();
    policy.add_to(&mut response);
    Ok(response
        .insert_header((header::LOCATION, url))
        .insert_header((header::CACHE_CONTROL, policy.redirect_cache_control(request, lifetime)))
        .finish())
}

impl Describe for PathKey {
    fn describe(operation: &mut Operation<'_>) {
        let schema = json!({"type": "string"});
        operation
            .parameter(Place::Path, "key", schema, "The key of a file or a thumbnail; slashes are not escaped")
            .errors([404]);
    }
}
