//! What a file is.

mod extension;
mod kind;
mod magic;
mod table;
mod text;

use std::io::{Read, Seek, SeekFrom};

use file_format::FileFormat;

pub use kind::Kind;
pub use magic::mime_database_available;

use crate::probe::{self, ReadSeek};
use crate::source::Source;
use crate::{Error, Format, guard};

/// How an OLE compound file begins (MS-CFB, section 2.2).
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Bytes at the beginning that text and magic are looked for in.
const HEAD_BYTES: usize = 64 << 10;

/// What a file is by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Detected {
    /// The coarse kind.
    pub kind: Kind,
    /// The media type, such as `image/jpeg`; `application/octet-stream` when nothing is known.
    pub mime_type: &'static str,
}

impl Detected {
    pub(crate) const fn new(kind: Kind, mime_type: &'static str) -> Self {
        Self { kind, mime_type }
    }
}

/// Returns what a file is, from its content; the name only chooses inside what the content allows.
///
/// Images are told by their signatures, everything else by the whole file: what is inside an archive makes it a text
/// document or a spreadsheet. Where the content says no more than "a zip archive", "an OLE container" or "text", the
/// name's extension may choose among the formats that are built that way, so that `table.csv` is a spreadsheet and
/// `photo.csv`, which holds a JPEG, an image. Text that a browser would take for HTML is HTML whatever its name.
///
/// The answer depends on nothing but content and name, with one exception: a few rare types are known only to the
/// operating system's database of media types (see [`mime_database_available`]).
///
/// # Errors
///
/// [`Error::Io`]; whatever the content is, there is an answer.
///
/// ```
/// use std::io::Cursor;
/// use tintype_media::{Kind, detect};
///
/// # fn main() -> Result<(), tintype_media::Error> {
/// let mut table = Cursor::new(b"name,size\nwallpaper,3\n");
/// assert_eq!(detect(&mut table, Some("list.csv"))?.kind, Kind::Spreadsheet);
/// assert_eq!(detect(&mut table, Some("list.txt"))?.kind, Kind::Text);
/// assert_eq!(detect(&mut table, Some("list.jpg"))?.mime_type, "text/plain");
/// # Ok(())
/// # }
/// ```
pub fn detect<R: Read + Seek>(reader: &mut R, file_name: Option<&str>) -> Result<Detected, Error> {
    let extension = extension::of(file_name);
    let (image, head) = {
        let mut source = Source::new(reader as &mut dyn ReadSeek)?;
        (recognise_image(&mut source)?, source.read_up_to(0, HEAD_BYTES)?)
    };
    // TGA has no signature, so everything that has one comes first.
    if let Some(format) = image.filter(|format| *format != Format::Tga) {
        return Ok(Detected::new(Kind::Image, image_type(format, &extension)));
    }
    reader.seek(SeekFrom::Start(0))?;
    let format = guard::catch(|| Ok(FileFormat::from_reader(&mut *reader)?)).or_else(|error| match error {
        Error::Panicked { .. } => Ok(FileFormat::ArbitraryBinaryData),
        other => Err(other),
    })?;
    Ok(decide(format, image, &head, &extension))
}

fn decide(format: FileFormat, image: Option<Format>, head: &[u8], extension: &str) -> Detected {
    let format = match format {
        // A container that is damaged inside is the container all the same.
        FileFormat::ArbitraryBinaryData if head.starts_with(b"PK\x03\x04") => FileFormat::Zip,
        FileFormat::ArbitraryBinaryData if head.starts_with(OLE) => FileFormat::CompoundFileBinary,
        other => other,
    };
    match format {
        FileFormat::Empty => text::decide(head, extension),
        FileFormat::Zip => magic::decide(magic::ZIP, head)
            .or_else(|| extension::choose(extension::ZIP, extension))
            .unwrap_or(Detected::new(Kind::Compressed, "application/zip")),
        // The container itself has no registered type.
        FileFormat::CompoundFileBinary => extension::choose(extension::OLE, extension)
            .unwrap_or(Detected::new(Kind::Other, "application/x-ole-storage")),
        FileFormat::ArbitraryBinaryData if text::is_text(head, extension) => text::decide(head, extension),
        FileFormat::ArbitraryBinaryData if image == Some(Format::Tga) => {
            Detected::new(Kind::Image, Format::Tga.mime_type())
        }
        FileFormat::ArbitraryBinaryData => {
            magic::decide(magic::BINARY, head).unwrap_or(Detected::new(Kind::Other, "application/octet-stream"))
        }
        FileFormat::PlainText | FileFormat::ExtensibleMarkupLanguage | FileFormat::HypertextMarkupLanguage => {
            text::decide(head, extension)
        }
        FileFormat::Id3v2 => {
            extension::choose(extension::TAGGED_AUDIO, extension).unwrap_or(Detected::new(Kind::Audio, "audio/mpeg"))
        }
        // Streams inside were not understood.
        FileFormat::Mpeg4Part14 => {
            extension::choose(extension::MPEG4, extension).unwrap_or(Detected::new(Kind::Video, "video/mp4"))
        }
        FileFormat::ExtensibleBinaryMetaLanguage => {
            extension::choose(extension::MATROSKA, extension).unwrap_or(Detected::new(Kind::Video, "video/matroska"))
        }
        FileFormat::AdvancedSystemsFormat => {
            extension::choose(extension::ASF, extension).unwrap_or(Detected::new(Kind::Video, "video/x-ms-asf"))
        }
        FileFormat::OggMultiplexedMedia => {
            extension::choose(extension::OGG, extension).unwrap_or(Detected::new(Kind::Video, "video/ogg"))
        }
        known => table::decide(known, head, extension),
    }
}

fn recognise_image(source: &mut probe::Headers<'_>) -> Result<Option<Format>, Error> {
    match guard::catch(|| probe::recognise(source)) {
        Err(Error::Panicked { .. }) => Ok(None),
        other => other,
    }
}

/// Some formats share a signature and differ by name only in how they are called.
fn image_type(format: Format, extension: &str) -> &'static str {
    match (format, extension) {
        (Format::Heif, "heic" | "heics") => "image/heic",
        (Format::Pnm, "pbm") => "image/x-portable-bitmap",
        (Format::Pnm, "pgm") => "image/x-portable-graymap",
        (Format::Pnm, "ppm") => "image/x-portable-pixmap",
        _ => format.mime_type(),
    }
}
