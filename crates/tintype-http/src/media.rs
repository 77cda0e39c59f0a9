mod blocks;
mod range;

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use percent_encoding::percent_decode_str;
use tintype_library::domain::Key;
use tintype_library::storage::PresignedFor;
use tintype_library::{Content, Error, Library, serving};

use crate::app::App;
use crate::config::Delivery;
use crate::problem::Problem;
use crate::validators::{Validators, Verdict};
use blocks::{Blocks, content_range};
use range::Requested;

/// `GET /media/<key>`: the bytes of a file or a thumbnail, without authentication.
pub(crate) async fn serve(
    app: Data<App>,
    PathKey(key): PathKey,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let content = app.library.content(key).await?;
    match app.config.delivery {
        Delivery::Proxy => send(&app, &content, &request).await,
        Delivery::Redirect { lifetime } => redirect(&app.library, &content, request.method(), lifetime).await,
    }
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
async fn send(app: &App, content: &Content, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let validators = Validators::of_content(content);
    let head = |status| head(status, content, &validators);
    match validators.check(request) {
        Verdict::Failed => return Err(Problem::PreconditionFailed),
        Verdict::NotModified => return Ok(head(StatusCode::NOT_MODIFIED).finish()),
        Verdict::Proceed => {}
    }
    match requested(request, content, &validators, app.config.max_ranges) {
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

fn requested(request: &HttpRequest, content: &Content, validators: &Validators, max_ranges: usize) -> Requested {
    match request.headers().get(header::RANGE).and_then(|range| range.to_str().ok()) {
        // RFC 9110 section 14.2: ranges are for `GET` alone.
        Some(range) if request.method() == Method::GET && validators.allow_ranges(request) => {
            range::parse(range, content.size, max_ranges)
        }
        _ => Requested::Whole,
    }
}

fn head(status: StatusCode, content: &Content, validators: &Validators) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    validators.add_to(&mut response);
    response
        .insert_header((header::CACHE_CONTROL, serving::CACHE_CONTROL))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if status != StatusCode::NOT_MODIFIED {
        response.insert_header((header::CONTENT_TYPE, content.mime_type.as_str()));
    }
    if let Some(disposition) = serving::content_disposition(&content.key, &content.mime_type) {
        response
            .insert_header((header::CONTENT_DISPOSITION, disposition))
            .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"));
    }
    response
}

/// Redirects to storage, which handles conditions and ranges itself.
async fn redirect(
    library: &Library,
    content: &Content,
    method: &Method,
    lifetime: Duration,
) -> Result<HttpResponse, Problem> {
    let request = if method == Method::HEAD { PresignedFor::Head } else { PresignedFor::Get };
    let presigned = library.presign(content, request, lifetime).await?;
    // The configuration allows redirects only to storages that presign.
    let url = presigned.ok_or_else(|| Error::Internal("the storage cannot presign".into()))?;
    // An answer that was cached for half the lifetime still has a URL that is valid for the other
    // half. A signature is valid for one method only, but caches answer `HEAD` from a cached `GET`.
    let caching = match request {
        PresignedFor::Get => format!("public, max-age={}", lifetime.as_secs() / 2),
        PresignedFor::Head => "no-store".to_owned(),
    };
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, url))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .finish())
}
