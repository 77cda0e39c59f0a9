//! HTTP headers of objects, whether tintype or the storage serves them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tintype_domain::Key;
use tintype_storage::Attributes;

/// `Cache-Control` of a public object, which never changes under its key. Chosen when an object is
/// served, and not stored with the object.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Returns whether a browser may run scripts in a document of this media type.
pub fn is_active(mime_type: &str) -> bool {
    const ACTIVE: [&str; 9] = [
        "text/html",
        "text/xml",
        "text/xsl",
        "text/javascript",
        "application/xml",
        "application/javascript",
        "application/x-shockwave-flash",
        "multipart/related",
        // Mail may hold HTML, and some browsers show it as a page.
        "message/rfc822",
    ];
    ACTIVE.contains(&mime_type) || mime_type.ends_with("+xml") || mime_type.ends_with("script")
}

/// Returns the `Content-Disposition` of an object, if it needs one: documents that may run scripts
/// can only be downloaded.
pub fn content_disposition(key: &Key, mime_type: &str) -> Option<String> {
    is_active(mime_type).then(|| attachment(key.file_name()))
}

/// Returns the `Content-Disposition` that lets browsers save an object by this name.
pub fn attachment(name: &str) -> String {
    format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

/// Returns the headers that a storage stores with an object and always sends.
pub(crate) fn attributes(key: &Key, mime_type: &str) -> Attributes {
    Attributes { content_type: mime_type.to_owned(), content_disposition: content_disposition(key, mime_type) }
}
