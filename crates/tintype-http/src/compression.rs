//! Compresses long answers of the API for those who accept it. actix's own middleware would change
//! the bytes that an entity tag names, and compress media.
//!
//! Whoever reads the length of a compressed answer could guess a secret in it, if they could put a
//! guess beside it and have the victim's browser ask again (BREACH). Here they cannot: browsers
//! send no token on their own, so that no other page can make one ask in somebody's name, and
//! answers that contain keys of tokens are to other methods than `GET`.

use std::io::Write;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AcceptEncoding, CONTENT_ENCODING, CONTENT_TYPE, ETAG, Encoding, HeaderValue, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Shorter answers fit into one packet as they are.
const LEAST_BYTES: u64 = 1024;

/// Longer answers would hold up other requests of the thread for more than a millisecond.
const LONG_BYTES: usize = 64 << 10;

/// Compresses JSON that `GET` answers below `/api/`, unless it has an entity tag: that names the
/// bytes, and clients send it back with changes.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub(crate) async fn compress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if request.method() != Method::GET || !request.path().starts_with("/api/") {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let choices = [Encoding::gzip(), Encoding::identity()];
    let accepted = request.get_header::<AcceptEncoding>().and_then(|header| header.negotiate(choices.iter()));
    let mut response = next.call(request).await?.map_into_boxed_body();
    let headers = response.headers();
    let is_json = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let is_long = matches!(response.response().body().size(), BodySize::Sized(bytes) if bytes >= LEAST_BYTES);
    let is_other = headers.contains_key(CONTENT_ENCODING) || headers.contains_key(ETAG);
    if !(is_json && is_long && response.status() == StatusCode::OK) || is_other {
        return Ok(response);
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    if accepted != Some(Encoding::gzip()) {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(bytes) if bytes.len() <= LONG_BYTES => gzip(&bytes),
        Ok(bytes) => web::block(move || gzip(&bytes)).await?,
        Err(body) => return Ok(ServiceResponse::new(request, response.set_body(body))),
    };
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(body))))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
