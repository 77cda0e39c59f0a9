//! What every answer of the tus protocol has: <https://tus.io/protocols/resumable-upload>.

use actix_web::HttpResponseBuilder;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tintype_library::PartChecksum;

use crate::app::App;
use crate::problem::Problem;

const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: HeaderValue = HeaderValue::from_static(
    "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation",
);
const CHECKSUMS: HeaderValue = HeaderValue::from_static("sha1,sha256");

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// The media type of bytes that are added to an upload.
const BYTES: &str = "application/offset+octet-stream";

/// Obeys `X-HTTP-Method-Override`, and says in every answer what the server speaks.
pub(crate) async fn negotiate(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let overriding = request.headers().get(METHOD_OVERRIDE).and_then(|value| Method::from_bytes(value.as_bytes()).ok());
    if let (Some(method), &Method::POST) = (overriding, request.method()) {
        request.head_mut().method = method;
    }
    let max_size = request.app_data::<Data<App>>().map(|app| HeaderValue::from(app.config.max_upload_bytes));
    let is_options = *request.method() == Method::OPTIONS;
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, VERSION);
    headers.insert(HeaderName::from_static("tus-version"), VERSION);
    if is_options {
        headers.insert(HeaderName::from_static("tus-extension"), EXTENSIONS);
        headers.insert(HeaderName::from_static("tus-checksum-algorithm"), CHECKSUMS);
        if let Some(max_size) = max_size {
            headers.insert(HeaderName::from_static("tus-max-size"), max_size);
        }
    }
    Ok(response)
}

/// Returns whether a request is one of tus, which its endpoint takes beside others.
pub(crate) fn is_meant(headers: &HeaderMap) -> bool {
    headers.contains_key(TUS_RESUMABLE)
}

/// Says in an answer which version the server speaks.
pub(crate) fn answer(response: &mut HttpResponseBuilder) {
    response.insert_header((TUS_RESUMABLE, VERSION));
}

/// Refuses requests in other versions of the protocol, and such that are not part of it.
pub(crate) fn require_version(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get(TUS_RESUMABLE) == Some(&VERSION) { Ok(()) } else { Err(Problem::OtherTusVersion) }
}

/// Returns the text of a header; empty if it is not there.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Problem> {
    let Some(value) = headers.get(name) else { return Ok("") };
    value.to_str().map_err(|_| Problem::InvalidHeader(name))
}

/// Returns the number in a header.
pub(crate) fn number(headers: &HeaderMap, name: &'static str) -> Result<Option<u64>, Problem> {
    let text = text(headers, name)?;
    if text.is_empty() && !headers.contains_key(name) {
        return Ok(None);
    }
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A number that is too large is certainly over every limit.
    if is_number { Ok(Some(text.parse().unwrap_or(u64::MAX))) } else { Err(Problem::InvalidHeader(name)) }
}

/// Checks that the body of a request is bytes to add to an upload.
pub(crate) fn require_bytes(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let content_type = content_type.unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(BYTES) {
        Ok(())
    } else {
        Err(Problem::UnsupportedMediaType(content_type.into_owned()))
    }
}

/// Returns the checksum that the bytes of a request have to have.
pub(crate) fn checksum(headers: &HeaderMap) -> Result<Option<PartChecksum>, Problem> {
    const NAME: &str = "Upload-Checksum";
    if !headers.contains_key(NAME) {
        return Ok(None);
    }
    let invalid = || Problem::InvalidHeader(NAME);
    let (algorithm, digest) = text(headers, NAME)?.split_once(' ').ok_or_else(invalid)?;
    let digest = STANDARD.decode(digest.trim()).map_err(|_| invalid())?;
    let checksum = match algorithm {
        "sha1" => digest.try_into().map(PartChecksum::Sha1),
        "sha256" => digest.try_into().map(PartChecksum::Sha256),
        _ => return Err(invalid()),
    };
    checksum.map(Some).map_err(|_| invalid())
}
