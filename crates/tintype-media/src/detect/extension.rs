//! What a name may choose, container by container.

use super::detected::Detected;
use super::types::*;

/// Extensions of one container, and what they choose.
pub(super) type Choices = &'static [(&'static str, Detected)];

/// Returns the extension in lower case, or an empty one.
pub(super) fn of(file_name: Option<&str>) -> String {
    let extension = file_name.and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    extension.filter(|extension| extension.len() <= 16).unwrap_or_default().to_ascii_lowercase()
}

/// Returns what `extension` chooses among the formats of one container.
pub(super) fn choose(choices: Choices, extension: &str) -> Option<Detected> {
    choices.iter().find(|(name, _)| *name == extension).map(|(_, detected)| *detected)
}

/// Says whether the name is one of a text.
pub(super) fn is_text(extension: &str) -> bool {
    matches!(extension, "txt" | "text" | "log") || choose(TEXT, extension).is_some()
}

/// Office Open XML.
pub(super) const OOXML: Choices = &[
    ("docx", DOCX),
    ("docm", DOCM),
    ("dotx", DOTX),
    ("dotm", DOTM),
    ("xlsx", XLSX),
    ("xlsm", XLSM),
    ("xlsb", XLSB),
    ("xltx", XLTX),
    ("xltm", XLTM),
    ("xlam", XLAM),
    ("pptx", PPTX),
    ("pptm", PPTM),
    ("ppsx", PPSX),
    ("ppsm", PPSM),
    ("potx", POTX),
    ("potm", POTM),
    ("ppam", PPAM),
    ("vsdx", VSDX),
];

/// Other ZIP archives.
pub(super) const ZIP: Choices = &[
    ("odt", ODT),
    ("ott", OTT),
    ("ods", ODS),
    ("ots", OTS),
    ("odp", ODP),
    ("otp", OTP),
    ("odg", ODG),
    ("sxw", SXW),
    ("sxc", SXC),
    ("sxi", SXI),
    ("epub", EPUB),
    ("fbz", FBZ),
    ("pages", PAGES),
    ("numbers", NUMBERS),
    ("key", KEYNOTE),
    ("hwpx", HWPX),
    ("xps", XPS),
    ("oxps", OXPS),
    ("jar", JAR),
    ("apk", APK),
    ("kmz", KMZ),
    ("cbz", CBZ),
    ("xpi", XPI),
    ("mxl", MXL),
];

/// OLE compound files.
pub(super) const OLE: Choices = &[
    ("doc", DOC),
    ("dot", DOC),
    ("wps", WORKS),
    ("pub", PUB),
    ("vsd", VSD),
    ("hwp", HWP),
    ("xls", XLS),
    ("xlt", XLS),
    ("xla", XLS),
    ("xlr", WORKS_SHEET),
    ("ppt", PPT),
    ("pps", PPT),
    ("pot", PPT),
    ("wpd", WORDPERFECT),
    ("qpw", QUATTRO_PRO),
    ("msg", MSG),
    ("msi", MSI),
];

/// Text; the types that a browser would run are told by content.
pub(super) const TEXT: Choices = &[
    ("csv", CSV),
    ("tsv", TSV),
    ("tab", TSV),
    ("md", MARKDOWN),
    ("markdown", MARKDOWN),
    ("json", JSON),
    ("geojson", GEOJSON),
    ("ndjson", NDJSON),
    ("yaml", YAML),
    ("yml", YAML),
    ("toml", TOML),
    ("sql", SQL),
    ("css", CSS),
    ("js", JAVASCRIPT),
    ("mjs", JAVASCRIPT),
    ("html", HTML),
    ("htm", HTML),
    ("xhtml", XHTML),
    ("ics", ICALENDAR),
    ("vcf", VCARD),
    ("srt", SUBRIP),
    ("eml", MESSAGE),
    ("mbox", MAILBOX),
    ("tex", TEX),
    ("py", PYTHON),
    ("rs", RUST),
    ("c", C),
    ("sh", SHELL),
];

/// Sound behind an ID3 tag.
pub(super) const TAGGED_AUDIO: Choices = &[("flac", FLAC), ("aac", AAC), ("wav", WAV), ("aif", AIFF), ("aiff", AIFF)];

/// ISO base media files and QuickTime.
pub(super) const MPEG4: Choices = &[
    ("m4a", MP4_AUDIO),
    ("m4b", MP4_AUDIO),
    ("m4r", MP4_AUDIO),
    ("mov", QUICKTIME),
    ("qt", QUICKTIME),
    ("3gp", VIDEO_3GPP),
    ("3g2", VIDEO_3GPP2),
];

/// WebM.
pub(super) const WEBM_NAMES: Choices = &[("weba", WEBM_AUDIO)];

/// Matroska.
pub(super) const MATROSKA_NAMES: Choices = &[("mka", MATROSKA_AUDIO), ("mks", MATROSKA_SUBTITLES)];

/// Advanced Systems Format files.
pub(super) const ASF_NAMES: Choices = &[("wma", WMA), ("wmv", WMV)];

/// Ogg files.
pub(super) const OGG_NAMES: Choices = &[
    ("ogg", OGG_AUDIO),
    ("oga", OGG_AUDIO),
    ("opus", OGG_AUDIO),
    ("spx", OGG_AUDIO),
    ("ogv", OGG_VIDEO),
    ("ogm", OGG_VIDEO),
];

/// TIFF.
pub(super) const TIFF: Choices =
    &[("nef", NEF), ("nrw", NEF), ("arw", ARW), ("sr2", ARW), ("dng", DNG), ("cr2", CR2), ("pef", PEF), ("srw", SRW)];
