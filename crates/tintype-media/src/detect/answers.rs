//! All answers of detection, compared with `docs/formats.md` and with what browsers play.

use std::collections::BTreeMap;
use std::fs;

use file_format::{FileFormat, Kind as Family};

use super::detected::Detected;
use super::kind::Kind;
use super::{table, types};
use crate::Format;

const PICTURES: [(&str, Format); 16] = [
    ("JPEG", Format::Jpeg),
    ("PNG, also animated", Format::Png),
    ("GIF", Format::Gif),
    ("WebP", Format::WebP),
    ("BMP", Format::Bmp),
    ("TIFF", Format::Tiff),
    ("icon (ICO) and cursor (CUR)", Format::Ico),
    ("Netpbm whose name says no more, PAM, PFM", Format::Pnm),
    ("QOI", Format::Qoi),
    ("TGA", Format::Tga),
    ("AVIF", Format::Avif),
    ("HEIF", Format::Heif),
    ("SVG", Format::Svg),
    ("Photoshop", Format::Psd),
    ("JPEG XL", Format::Jxl),
    ("JPEG 2000", Format::Jp2),
];

/// What no answer is made of: looked into, or told by rules of our own.
const NEVER: [FileFormat; 27] = [
    FileFormat::WindowsCursor,
    FileFormat::WindowsIcon,
    FileFormat::Mtv,
    FileFormat::Bzip,
    FileFormat::FigletFont,
    FileFormat::BmfontAscii,
    FileFormat::AnimatedPortableNetworkGraphics,
    FileFormat::Av1ImageFileFormatSequence,
    FileFormat::HighEfficiencyImageCodingSequence,
    FileFormat::Jpeg2000Part1,
    FileFormat::Jpeg2000Part2,
    FileFormat::Jpeg2000Part6,
    FileFormat::Jpeg2000Codestream,
    FileFormat::PortableFloatmap,
    FileFormat::PortableArbitraryMap,
    FileFormat::QuiteOkImage,
    FileFormat::AdobeIntegratedRuntime,
    FileFormat::Autodesk123d,
    FileFormat::CircuitDiagramDocument,
    FileFormat::DesignWebFormatXps,
    FileFormat::FictionbookZip,
    FileFormat::FlashCs5Project,
    FileFormat::Fusion360,
    FileFormat::OpendocumentDatabase,
    FileFormat::SpaceclaimDocument,
    FileFormat::ThreeDimensionalManufacturingFormat,
    FileFormat::Xap,
];

/// Sound and films that browsers play under just these names: Chrome, Firefox and Safari, or at
/// least one of them.
const PLAYED: [&str; 16] = [
    "audio/wav",
    "audio/mpeg",
    "audio/mp4",
    "audio/aac",
    "audio/flac",
    "audio/ogg",
    "audio/webm",
    "audio/aiff",
    "audio/x-caf",
    "video/mp4",
    "video/webm",
    "video/ogg",
    "video/quicktime",
    "video/3gpp",
    "video/3gpp2",
    "audio/matroska",
];

/// Other names of the same, which browsers refuse to play when they are told not to look further.
const REFUSED: [&str; 17] = [
    "audio/vnd.wave",
    "audio/vnd.wav",
    "audio/x-wav",
    "audio/opus",
    "audio/vorbis",
    "audio/speex",
    "audio/mp3",
    "audio/x-mp3",
    "audio/mpeg3",
    "audio/x-m4a",
    "audio/m4a",
    "audio/x-aac",
    "audio/x-flac",
    "audio/x-aiff",
    "audio/x-ogg",
    "video/x-m4v",
    "video/x-webm",
];

fn all() -> Vec<(String, Detected)> {
    let pictures =
        PICTURES.iter().map(|(title, format)| ((*title).to_owned(), Detected::new(Kind::Image, format.mime_type())));
    let own = types::ALL.iter().map(|(title, found)| ((*title).to_owned(), *found));
    const FAMILIES: [Family; 23] = [
        Family::Archive,
        Family::Audio,
        Family::Compressed,
        Family::Database,
        Family::Diagram,
        Family::Disk,
        Family::Document,
        Family::Ebook,
        Family::Executable,
        Family::Font,
        Family::Formula,
        Family::Geospatial,
        Family::Image,
        Family::Metadata,
        Family::Model,
        Family::Other,
        Family::Package,
        Family::Playlist,
        Family::Presentation,
        Family::Rom,
        Family::Spreadsheet,
        Family::Subtitle,
        Family::Video,
    ];
    let mut all: Vec<(String, Detected)> = pictures.chain(own).collect();
    for format in FAMILIES.iter().flat_map(|family| FileFormat::from_kind(*family)) {
        let Some(found) = table::decide(*format, b"", "").filter(|_| !NEVER.contains(format)) else {
            continue;
        };
        if all.iter().all(|(_, known)| known.mime_type != found.mime_type) {
            let title = format.short_name().unwrap_or(format.name());
            let title = if title == format.name() { title.to_owned() } else { format!("{} ({title})", format.name()) };
            all.push((title, found));
        }
    }
    all
}

/// One line for each kind and media type, with the formats that have it.
fn lines() -> String {
    let mut rows: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for (title, found) in all() {
        let kind = Kind::ALL.iter().position(|kind| *kind == found.kind).unwrap();
        rows.entry((kind, found.mime_type)).or_default().push(title);
    }
    let line = |((kind, mime_type), titles): ((usize, &str), Vec<String>)| {
        format!("| `{}` | `{mime_type}` | {} |\n", Kind::ALL[kind], titles.join("; "))
    };
    rows.into_iter().map(line).collect()
}

#[test]
fn the_documentation_lists_every_answer() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
    let page = fs::read_to_string(path).unwrap();
    let (begin, end) = ("| type | media type | formats |\n|---|---|---|\n", "\n<!-- end of the table of types -->");
    let start = page.find(begin).unwrap() + begin.len();
    let len = page[start..].find(end).unwrap();
    let expected = lines();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, format!("{}{expected}{}", &page[..start], &page[start + len..])).unwrap();
        return;
    }
    assert!(
        page[start..start + len] == expected,
        "docs/formats.md is not up to date: run this test with UPDATE_DOCS=1"
    );
}

#[test]
fn sound_and_films_have_the_names_that_browsers_play() {
    for (title, found) in all() {
        assert!(!REFUSED.contains(&found.mime_type), "{title}: browsers refuse {}", found.mime_type);
        let family = found.mime_type.split('/').next();
        if PLAYED.contains(&found.mime_type) {
            let kind = if family == Some("audio") { Kind::Audio } else { Kind::Video };
            assert_eq!(found.kind, kind, "{title}");
        }
    }
    for played in PLAYED {
        assert!(all().iter().any(|(_, found)| found.mime_type == played), "nothing is {played}");
    }
}

#[test]
fn an_answer_is_one_type_and_one_kind() {
    for (title, found) in all() {
        assert!(found.mime_type.is_ascii() && found.mime_type.split('/').count() == 2, "{title}");
        assert_eq!(found.mime_type, found.mime_type.to_ascii_lowercase(), "{title}");
    }
}
