//! Files of pages that are in the binary.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING};

/// Answers with the bytes of a gzip file, which all browsers decompress.
pub(crate) fn compressed(media_type: &'static str, bytes: &'static [u8], caching: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((CONTENT_ENCODING, "gzip"))
        .insert_header((CACHE_CONTROL, caching))
        .body(bytes)
}
