//! What a name may choose, container by container.

use super::{Detected, Kind};

/// Extensions of one container, and what they choose.
pub(super) type Choices = &'static [(&'static str, Kind, &'static str)];

/// Returns the extension in lower case, or an empty one.
pub(super) fn of(file_name: Option<&str>) -> String {
    let extension = file_name.and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    extension.filter(|extension| extension.len() <= 16).unwrap_or_default().to_ascii_lowercase()
}

/// Returns what `extension` chooses among the formats of one container.
pub(super) fn choose(choices: Choices, extension: &str) -> Option<Detected> {
    let (_, kind, mime_type) = choices.iter().find(|(name, ..)| *name == extension)?;
    Some(Detected::new(*kind, mime_type))
}

/// Zip archives.
pub(super) const ZIP: Choices = &[
    ("docx", Kind::Document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("docm", Kind::Document, "application/vnd.ms-word.document.macroenabled.12"),
    ("dotx", Kind::Document, "application/vnd.openxmlformats-officedocument.wordprocessingml.template"),
    ("odt", Kind::Document, "application/vnd.oasis.opendocument.text"),
    ("ott", Kind::Document, "application/vnd.oasis.opendocument.text-template"),
    ("epub", Kind::Document, "application/epub+zip"),
    ("fbz", Kind::Document, "application/x-zip-compressed-fb2"),
    ("pages", Kind::Document, "application/vnd.apple.pages"),
    ("hwpx", Kind::Document, "application/hwp+zip"),
    ("xps", Kind::Document, "application/oxps"),
    ("oxps", Kind::Document, "application/oxps"),
    ("xlsx", Kind::Spreadsheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xlsm", Kind::Spreadsheet, "application/vnd.ms-excel.sheet.macroenabled.12"),
    ("xlsb", Kind::Spreadsheet, "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    ("xltx", Kind::Spreadsheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.template"),
    ("ods", Kind::Spreadsheet, "application/vnd.oasis.opendocument.spreadsheet"),
    ("ots", Kind::Spreadsheet, "application/vnd.oasis.opendocument.spreadsheet-template"),
    ("numbers", Kind::Spreadsheet, "application/vnd.apple.numbers"),
    ("pptx", Kind::Presentation, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("pptm", Kind::Presentation, "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    ("ppsx", Kind::Presentation, "application/vnd.openxmlformats-officedocument.presentationml.slideshow"),
    ("potx", Kind::Presentation, "application/vnd.openxmlformats-officedocument.presentationml.template"),
    ("odp", Kind::Presentation, "application/vnd.oasis.opendocument.presentation"),
    ("otp", Kind::Presentation, "application/vnd.oasis.opendocument.presentation-template"),
    ("key", Kind::Presentation, "application/vnd.apple.keynote"),
    ("jar", Kind::Compressed, "application/java-archive"),
    ("apk", Kind::Compressed, "application/vnd.android.package-archive"),
    ("kmz", Kind::Compressed, "application/vnd.google-earth.kmz"),
    ("cbz", Kind::Compressed, "application/vnd.comicbook+zip"),
];

/// OLE compound files.
pub(super) const OLE: Choices = &[
    ("doc", Kind::Document, "application/msword"),
    ("dot", Kind::Document, "application/msword"),
    ("wps", Kind::Document, "application/vnd.ms-works"),
    ("pub", Kind::Document, "application/vnd.ms-publisher"),
    ("vsd", Kind::Document, "application/vnd.visio"),
    ("hwp", Kind::Document, "application/x-hwp"),
    ("xls", Kind::Spreadsheet, "application/vnd.ms-excel"),
    ("xlt", Kind::Spreadsheet, "application/vnd.ms-excel"),
    ("xla", Kind::Spreadsheet, "application/vnd.ms-excel"),
    ("ppt", Kind::Presentation, "application/vnd.ms-powerpoint"),
    ("pps", Kind::Presentation, "application/vnd.ms-powerpoint"),
    ("pot", Kind::Presentation, "application/vnd.ms-powerpoint"),
    ("msg", Kind::Other, "application/vnd.ms-outlook"),
    ("msi", Kind::Other, "application/x-msi"),
];

/// Text; the types that a browser would run are told by content.
pub(super) const TEXT: Choices = &[
    ("csv", Kind::Spreadsheet, "text/csv"),
    ("tsv", Kind::Spreadsheet, "text/tab-separated-values"),
    ("tab", Kind::Spreadsheet, "text/tab-separated-values"),
    ("md", Kind::Text, "text/markdown"),
    ("markdown", Kind::Text, "text/markdown"),
    ("json", Kind::Text, "application/json"),
    ("geojson", Kind::Text, "application/geo+json"),
    ("ndjson", Kind::Text, "application/x-ndjson"),
    ("yaml", Kind::Text, "application/yaml"),
    ("yml", Kind::Text, "application/yaml"),
    ("toml", Kind::Text, "application/toml"),
    ("sql", Kind::Text, "application/sql"),
    ("css", Kind::Text, "text/css"),
    ("js", Kind::Text, "text/javascript"),
    ("mjs", Kind::Text, "text/javascript"),
    ("html", Kind::Text, "text/html"),
    ("htm", Kind::Text, "text/html"),
    ("xhtml", Kind::Text, "application/xhtml+xml"),
    ("ics", Kind::Text, "text/calendar"),
    ("vcf", Kind::Text, "text/vcard"),
    ("vtt", Kind::Text, "text/vtt"),
    ("srt", Kind::Text, "application/x-subrip"),
    ("tex", Kind::Text, "text/x-tex"),
    ("py", Kind::Text, "text/x-python"),
    ("rs", Kind::Text, "text/x-rust"),
    ("c", Kind::Text, "text/x-c"),
    ("sh", Kind::Text, "application/x-sh"),
];

/// Sound behind an ID3 tag.
pub(super) const TAGGED_AUDIO: Choices = &[
    ("flac", Kind::Audio, "audio/flac"),
    ("aac", Kind::Audio, "audio/aac"),
    ("wav", Kind::Audio, "audio/vnd.wave"),
    ("aiff", Kind::Audio, "audio/aiff"),
];

/// ISO base media files.
pub(super) const MPEG4: Choices = &[
    ("m4a", Kind::Audio, "audio/mp4"),
    ("m4b", Kind::Audio, "audio/mp4"),
    ("m4r", Kind::Audio, "audio/mp4"),
    ("mov", Kind::Video, "video/quicktime"),
    ("3gp", Kind::Video, "video/3gpp"),
];

/// EBML files.
pub(super) const MATROSKA: Choices = &[("mka", Kind::Audio, "audio/matroska"), ("webm", Kind::Video, "video/webm")];

/// Advanced Systems Format files.
pub(super) const ASF: Choices = &[("wma", Kind::Audio, "audio/x-ms-wma"), ("wmv", Kind::Video, "video/x-ms-wmv")];

/// Ogg files.
pub(super) const OGG: Choices = &[
    ("ogg", Kind::Audio, "audio/ogg"),
    ("oga", Kind::Audio, "audio/ogg"),
    ("opus", Kind::Audio, "audio/ogg"),
    ("spx", Kind::Audio, "audio/ogg"),
];
