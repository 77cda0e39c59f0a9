//! How objects are served, whoever serves them: the values of HTTP headers.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tintype_domain::Key;
use tintype_storage::Attributes;

/// `Cache-Control` of an object that everybody may see: what lies under a key never changes. It is decided when the object is
/// served, and nothing of it is kept with the object.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Returns whether a browser could execute something in a document of this media type.
pub fn is_active(mime_type: &str) -> bool {
    const ACTIVE: [&str; 8] = [
        "text/html",
        "text/xml",
        "text/xsl",
        "text/javascript",
        "application/xml",
        "application/javascript",
        "application/x-shockwave-flash",
        "multipart/related",
    ];
    ACTIVE.contains(&mime_type) || mime_type.ends_with("+xml") || mime_type.ends_with("script")
}

/// Returns the `Content-Disposition` of an object, where it needs one: what a browser could execute is for downloading only.
pub fn content_disposition(key: &Key, mime_type: &str) -> Option<String> {
    let name = utf8_percent_encode(key.file_name(), NON_ALPHANUMERIC);
    is_active(mime_type).then(|| format!("attachment; filename*=UTF-8''{name}"))
}

/// Returns what a storage that serves objects itself is to send along, whoever asks.
pub(crate) fn attributes(key: &Key, mime_type: &str) -> Attributes {
    Attributes { content_type: mime_type.to_owned(), content_disposition: content_disposition(key, mime_type) }
}
