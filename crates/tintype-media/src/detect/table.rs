//! From `file-format`'s answers to ours.

use file_format::{FileFormat, Kind as Family};

use super::{Detected, Kind, text};

/// Maps a format that is no mere container.
pub(super) fn decide(format: FileFormat, head: &[u8], extension: &str) -> Detected {
    let known = |kind| Detected::new(kind, media_type(format));
    match format {
        // Illustrator's own files open as PDF.
        FileFormat::PortableDocumentFormat | FileFormat::AdobeIllustratorArtwork => {
            Detected::new(Kind::Pdf, "application/pdf")
        }
        FileFormat::EncapsulatedPostscript => known(Kind::Document),
        // Its keywords begin many a text, which may be HTML further on.
        FileFormat::Latex => text::decide(head, extension),
        FileFormat::Realmedia => known(Kind::Video),
        FileFormat::OpendocumentGraphics
        | FileFormat::OpendocumentGraphicsTemplate
        | FileFormat::MicrosoftVisioDrawing
        | FileFormat::OfficeOpenXmlDrawing
        | FileFormat::OpendocumentFormula
        | FileFormat::OpendocumentFormulaTemplate => known(Kind::Document),
        FileFormat::FigmaDesign | FileFormat::Sketch | FileFormat::Sketch43 => known(Kind::Other),
        format if is_text(format) => {
            // A text format is the stricter for looking like HTML, too.
            let decided = text::decide(head, extension);
            if decided.mime_type == "text/html" { decided } else { known(Kind::Text) }
        }
        format => known(family(format.kind())),
    }
}

fn family(family: Family) -> Kind {
    match family {
        Family::Image => Kind::Image,
        Family::Video => Kind::Video,
        Family::Audio => Kind::Audio,
        Family::Document | Family::Ebook => Kind::Document,
        Family::Spreadsheet => Kind::Spreadsheet,
        Family::Presentation => Kind::Presentation,
        Family::Archive | Family::Compressed | Family::Package => Kind::Compressed,
        Family::Playlist | Family::Subtitle => Kind::Text,
        _ => Kind::Other,
    }
}

/// Formats that are text under a name of their own.
fn is_text(format: FileFormat) -> bool {
    matches!(
        format,
        FileFormat::Atom
            | FileFormat::ClojureScript
            | FileFormat::CollaborativeDesignActivity
            | FileFormat::DrawIo
            | FileFormat::ExtensibleStylesheetLanguageTransformations
            | FileFormat::GeographyMarkupLanguage
            | FileFormat::GpsExchangeFormat
            | FileFormat::Icalendar
            | FileFormat::JsonFeed
            | FileFormat::KeyholeMarkupLanguage
            | FileFormat::LuaScript
            | FileFormat::MathematicalMarkupLanguage
            | FileFormat::MicrosoftVisualStudioSolution
            | FileFormat::MsDosBatch
            | FileFormat::Musicxml
            | FileFormat::PemCertificate
            | FileFormat::PemCertificateSigningRequest
            | FileFormat::PemPrivateKey
            | FileFormat::PemPublicKey
            | FileFormat::PerlScript
            | FileFormat::PgpMessage
            | FileFormat::PgpPrivateKeyBlock
            | FileFormat::PgpPublicKeyBlock
            | FileFormat::PgpSignature
            | FileFormat::PgpSignedMessage
            | FileFormat::PythonScript
            | FileFormat::ReallySimpleSyndication
            | FileFormat::RubyScript
            | FileFormat::ShellScript
            | FileFormat::SimpleObjectAccessProtocol
            | FileFormat::TiledMapXml
            | FileFormat::TiledTilesetXml
            | FileFormat::ToolCommandLanguageScript
            | FileFormat::TrainingCenterXml
            | FileFormat::Vcalendar
            | FileFormat::Vcard
            | FileFormat::WebassemblyText
            | FileFormat::XmlLocalizationInterchangeFileFormat
    )
}

/// Returns the media type with the lifetime of the program, which only the table's own entries give away.
fn media_type(format: FileFormat) -> &'static str {
    let entries = FileFormat::from_kind(format.kind());
    entries.iter().find(|known| **known == format).map_or("application/octet-stream", FileFormat::media_type)
}
