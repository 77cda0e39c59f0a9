//! From `file-format`'s answers to ours.

use file_format::{FileFormat, Kind as Family};

use super::detected::Detected;
use super::file::Bytes;
use super::kind::Kind;
use super::types::*;
use super::{extension, markup, text};

/// Maps an answer; `None` where it says nothing, or what only looking inside could say.
pub(super) fn decide(format: FileFormat, head: &[u8], extension: &str) -> Option<Detected> {
    let known = |kind| Some(Detected::new(kind, media_type(format)));
    match format {
        FileFormat::ArbitraryBinaryData | FileFormat::PlainText | FileFormat::CompoundFileBinary => None,
        FileFormat::Empty => Some(TEXT),
        format if is_looked_into(format) => None,
        // Formats that are text, in what is none.
        format if is_short_text(format) && !text::is_nearly_text(head, "txt") => None,
        format if is_markup(format) => Some(markup::decide(head, extension).unwrap_or(XML)),
        // Its keywords begin many a text, which may be HTML further on.
        FileFormat::Latex => None,
        FileFormat::EncapsulatedPostscript => Some(EPS),
        FileFormat::AudioInterchangeFileFormat => Some(AIFF),
        FileFormat::AdvancedSystemsFormat => Some(extension::choose(extension::ASF_NAMES, extension).unwrap_or(ASF)),
        FileFormat::MicrosoftDigitalVideoRecording => Some(ASF),
        FileFormat::FlexibleImageTransportSystem => Some(FITS),
        FileFormat::Realmedia => Some(REAL),
        FileFormat::MicrosoftVisioDrawing => known(Kind::Document),
        FileFormat::Sketch => known(Kind::Other),
        format if is_text_format(format) => known(Kind::Text),
        format => known(family(format.kind())),
    }
}

/// Formats that rules of our own would have found.
fn is_looked_into(format: FileFormat) -> bool {
    matches!(
        format,
        FileFormat::AdobeIllustratorArtwork
            | FileFormat::AppleItunesAudio
            | FileFormat::AppleItunesAudiobook
            | FileFormat::AppleItunesProtectedAudio
            | FileFormat::AppleItunesVideo
            | FileFormat::AppleQuicktime
            | FileFormat::CanonRaw3
            | FileFormat::ExtensibleBinaryMetaLanguage
            | FileFormat::FlashMp4Audio
            | FileFormat::FlashMp4Audiobook
            | FileFormat::FlashMp4ProtectedVideo
            | FileFormat::FlashMp4Video
            | FileFormat::Id3v2
            | FileFormat::Matroska3dVideo
            | FileFormat::MatroskaAudio
            | FileFormat::MatroskaSubtitles
            | FileFormat::MatroskaVideo
            | FileFormat::Mpeg4Part14
            | FileFormat::Mpeg4Part14Audio
            | FileFormat::Mpeg4Part14Subtitles
            | FileFormat::Mpeg4Part14Video
            | FileFormat::OggFlac
            | FileFormat::OggMedia
            | FileFormat::OggMultiplexedMedia
            | FileFormat::OggOpus
            | FileFormat::OggSpeex
            | FileFormat::OggTheora
            | FileFormat::OggVorbis
            | FileFormat::PortableDocumentFormat
            | FileFormat::Postscript
            | FileFormat::RichTextFormat
            | FileFormat::SonyMovie
            | FileFormat::ThirdGenerationPartnershipProject
            | FileFormat::ThirdGenerationPartnershipProject2
            | FileFormat::WaveformAudio
            | FileFormat::Webm
            | FileFormat::Zip
    )
}

/// Formats that are text and known by a short signature.
fn is_short_text(format: FileFormat) -> bool {
    is_markup(format)
        || matches!(
            format,
            FileFormat::Model3dAscii
                | FileFormat::Mp3Url
                | FileFormat::ShoutcastPlaylist
                | FileFormat::SubripText
                | FileFormat::WebVideoTextTracks
                | FileFormat::WebassemblyText
                | FileFormat::MsDosBatch
                | FileFormat::UniversalSceneDescriptionAscii
                | FileFormat::XPixmap
        )
}

/// Formats that are XML or HTML. They are text; a file in which stray bytes are not is told by its
/// root as well.
fn is_markup(format: FileFormat) -> bool {
    matches!(
        format,
        FileFormat::Abiword
            | FileFormat::AbiwordTemplate
            | FileFormat::AdditiveManufacturingFormat
            | FileFormat::AdvancedStreamRedirector
            | FileFormat::Atom
            | FileFormat::CollaborativeDesignActivity
            | FileFormat::DrawIo
            | FileFormat::Extensible3d
            | FileFormat::ExtensibleMarkupLanguage
            | FileFormat::ExtensibleStylesheetLanguageTransformations
            | FileFormat::Fictionbook
            | FileFormat::GeographyMarkupLanguage
            | FileFormat::GpsExchangeFormat
            | FileFormat::HypertextMarkupLanguage
            | FileFormat::KeyholeMarkupLanguage
            | FileFormat::MathematicalMarkupLanguage
            | FileFormat::MpegDashMpd
            | FileFormat::Musicxml
            | FileFormat::ReallySimpleSyndication
            | FileFormat::ScalableVectorGraphics
            | FileFormat::SimpleObjectAccessProtocol
            | FileFormat::TiledMapXml
            | FileFormat::TiledTilesetXml
            | FileFormat::TimedTextMarkupLanguage
            | FileFormat::TrainingCenterXml
            | FileFormat::UniformOfficeFormatPresentation
            | FileFormat::UniformOfficeFormatSpreadsheet
            | FileFormat::UniformOfficeFormatText
            | FileFormat::UniversalSubtitleFormat
            | FileFormat::XmlLocalizationInterchangeFileFormat
            | FileFormat::XmlShareablePlaylistFormat
    )
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

/// Says whether a text can be of this format, and what stands behind the signature bears it out.
pub(super) fn is_text(format: FileFormat, head: &[u8]) -> bool {
    let bytes = Bytes(head);
    let has = |word: &[u8]| bytes.contains(word);
    match format {
        FileFormat::ShoutcastPlaylist => has(b"File1="),
        FileFormat::SubripText => has(b" --> "),
        FileFormat::StereolithographyAscii => has(b"facet normal") && has(b"vertex"),
        FileFormat::WebVideoTextTracks => {
            let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
            start.get(6).is_none_or(u8::is_ascii_whitespace)
        }
        FileFormat::WebassemblyText => has(b"(func") || has(b"(memory") || has(b"(import"),
        FileFormat::InitialGraphicsExchangeSpecification => has(b"G      1") || has(b"G0000001"),
        FileFormat::UnixArchiver => bytes.has(7, b"\n") && (head.len() == 8 || bytes.has(66, b"`\n")),
        FileFormat::Bzip2 => bytes.has(4, b"1AY&SY"),
        FileFormat::Bittorrent => bytes.digit(11),
        FileFormat::PolygonAscii
        | FileFormat::DrawingExchangeFormatAscii
        | FileFormat::FlexibleImageTransportSystem
        | FileFormat::InterQuakeExport
        | FileFormat::MayaAscii
        | FileFormat::Glyphs
        | FileFormat::StandardForTheExchangeOfProductModelData
        | FileFormat::UniversalSceneDescriptionAscii
        | FileFormat::VirtualRealityModelingLanguage
        | FileFormat::WindowsMediaPlaylist
        | FileFormat::Mp3Url
        | FileFormat::XPixmap
        | FileFormat::AgeEncryption
        | FileFormat::DebianPackage => true,
        format => is_text_format(format),
    }
}

/// Formats that are text under a name of their own.
fn is_text_format(format: FileFormat) -> bool {
    matches!(
        format,
        FileFormat::ClojureScript
            | FileFormat::Icalendar
            | FileFormat::JsonFeed
            | FileFormat::LuaScript
            | FileFormat::MicrosoftVisualStudioSolution
            | FileFormat::MsDosBatch
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
            | FileFormat::RubyScript
            | FileFormat::ShellScript
            | FileFormat::ToolCommandLanguageScript
            | FileFormat::Vcalendar
            | FileFormat::Vcard
            | FileFormat::WebassemblyText
    )
}

/// Returns the media type with the lifetime of the program, which only the table's own entries give
/// away.
fn media_type(format: FileFormat) -> &'static str {
    let entries = FileFormat::from_kind(format.kind());
    entries.iter().find(|known| **known == format).map_or("application/octet-stream", FileFormat::media_type)
}
