//! The operating system's database of media types, for what nothing else knows.

use std::sync::OnceLock;

use super::{Detected, Kind};
use crate::guard;

/// Types asked for one by one, in this order.
///
/// Asking "what is it?" instead would walk the database in an order that changes from one start of the process to
/// the next, and give another answer with it.
type Questions = &'static [(&'static str, Kind)];

/// Formats that are zip archives.
pub(super) const ZIP: Questions = &[
    ("application/epub+zip", Kind::Document),
    ("application/vnd.oasis.opendocument.text", Kind::Document),
    ("application/vnd.oasis.opendocument.text-template", Kind::Document),
    ("application/vnd.oasis.opendocument.spreadsheet", Kind::Spreadsheet),
    ("application/vnd.oasis.opendocument.spreadsheet-template", Kind::Spreadsheet),
    ("application/vnd.oasis.opendocument.presentation", Kind::Presentation),
    ("application/vnd.oasis.opendocument.presentation-template", Kind::Presentation),
    ("application/vnd.sun.xml.writer", Kind::Document),
    ("application/vnd.sun.xml.calc", Kind::Spreadsheet),
    ("application/vnd.sun.xml.impress", Kind::Presentation),
    ("application/vnd.apple.pages", Kind::Document),
    ("application/vnd.apple.numbers", Kind::Spreadsheet),
    ("application/vnd.apple.keynote", Kind::Presentation),
];

/// Anything else that is not text.
pub(super) const BINARY: Questions = &[
    ("application/pdf", Kind::Pdf),
    ("application/postscript", Kind::Document),
    ("application/rtf", Kind::Document),
    ("application/vnd.wordperfect", Kind::Document),
    ("application/vnd.lotus-wordpro", Kind::Document),
    ("application/vnd.framemaker", Kind::Document),
    ("application/x-hwp", Kind::Document),
    ("application/x-dvi", Kind::Document),
    ("application/x-aportisdoc", Kind::Document),
    ("image/vnd.djvu+multipage", Kind::Document),
    ("image/vnd.djvu", Kind::Document),
    ("application/vnd.lotus-1-2-3", Kind::Spreadsheet),
    ("application/vnd.ms-excel", Kind::Spreadsheet),
    ("application/x-gnumeric", Kind::Spreadsheet),
    ("application/x-applix-spreadsheet", Kind::Spreadsheet),
    ("video/mp2t", Kind::Video),
    ("video/mpeg", Kind::Video),
    ("video/mp4", Kind::Video),
    ("video/quicktime", Kind::Video),
    ("video/x-msvideo", Kind::Video),
    ("video/x-flv", Kind::Video),
    ("video/dv", Kind::Video),
    ("video/x-nsv", Kind::Video),
    ("video/x-mng", Kind::Video),
    ("video/vnd.radgamettools.bink", Kind::Video),
    ("video/vnd.radgamettools.smacker", Kind::Video),
    ("application/mxf", Kind::Video),
    ("audio/mpeg", Kind::Audio),
    ("audio/aac", Kind::Audio),
    ("audio/ac3", Kind::Audio),
    ("audio/vnd.dts", Kind::Audio),
    ("audio/flac", Kind::Audio),
    ("audio/midi", Kind::Audio),
    ("audio/x-wav", Kind::Audio),
    ("audio/x-ape", Kind::Audio),
    ("audio/x-tta", Kind::Audio),
    ("audio/x-mod", Kind::Audio),
    ("audio/prs.sid", Kind::Audio),
    ("image/x-xcf", Kind::Image),
    ("image/x-sun-raster", Kind::Image),
    ("image/x-pict", Kind::Image),
    ("image/vnd.zbrush.pcx", Kind::Image),
    ("application/zip", Kind::Compressed),
    ("application/x-tar", Kind::Compressed),
    ("application/gzip", Kind::Compressed),
    ("application/x-cpio", Kind::Compressed),
    ("application/x-archive", Kind::Compressed),
    ("application/x-lha", Kind::Compressed),
    ("application/x-arj", Kind::Compressed),
    ("application/x-rpm", Kind::Compressed),
];

/// Says whether the operating system's database of media types (`shared-mime-info`) is there.
///
/// Without it [`detect`](crate::detect) works as well, but for a few rare types that it alone knows. A service may
/// want to log its absence once.
#[must_use]
pub fn mime_database_available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| matches("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"))
}

/// Returns the first type that the database finds fitting.
pub(super) fn decide(questions: Questions, head: &[u8]) -> Option<Detected> {
    if !mime_database_available() {
        return None;
    }
    let (mime_type, kind) = questions.iter().find(|(mime_type, _)| matches(mime_type, head))?;
    Some(Detected::new(*kind, mime_type))
}

fn matches(mime_type: &str, bytes: &[u8]) -> bool {
    guard::catch(|| Ok(tree_magic_mini::match_u8(mime_type, bytes))).unwrap_or(false)
}
