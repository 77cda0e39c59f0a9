//! What a file is.

#[cfg(test)]
mod answers;
mod archives;
mod confirm;
mod detected;
mod documents;
mod extension;
mod file;
mod kind;
mod markup;
mod ole;
mod pictures;
mod signatures;
mod table;
mod text;
mod tracks;
mod types;
mod wordperfect;
mod zip;

use std::io::{Cursor, Read, Seek, SeekFrom};

use file_format::FileFormat;

pub use detected::Detected;
pub use kind::Kind;

use crate::reader::{BoundedReader, ReadSeek};
use crate::{Error, Format, encoding, formats, guard};
use file::{File, tail};

/// Bytes at the beginning that everything but the insides of containers is told by.
const HEAD_BYTES: usize = 64 << 10;

/// Returns what a file is, from its content; the name only chooses inside what the content allows.
///
/// What reads as plain text to its end is text, whatever its first word is, unless its format is
/// one that is text: SVG, HTML, XML, PDF, PostScript, RTF and the like. Everything else is told by
/// its signature and by the structure that has to stand behind it; containers (ZIP, OLE, Matroska,
/// MPEG-4, Ogg) by what they contain. Where the content says no more than "a ZIP archive", "an OLE
/// container" or "text", the name's extension may choose among the formats that are built that way,
/// so that `table.csv` is a spreadsheet and `photo.csv`, which holds a JPEG, an image. Text that a
/// browser would take for HTML is HTML whatever its name.
///
/// The answer depends on nothing but content and name. Memory is some megabytes at most, whatever
/// the file holds. Text is read to its end, but for the middle of what is longer than 32 MiB; of
/// everything else only some places are read.
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
    let (head, found) = {
        let mut file = BoundedReader::new(reader as &mut dyn ReadSeek)?;
        let head = file.read_up_to(0, HEAD_BYTES)?;
        if text::is_text(&mut file, &head, &extension)? {
            return decide_text(&mut file, &head, &extension);
        }
        let found = decide_binary(&mut file, &head, &extension)?;
        (head, found)
    };
    if let Some(found) = found {
        return Ok(found);
    }
    reader.seek(SeekFrom::Start(0))?;
    let format = guard::catch(|| Ok(FileFormat::from_reader(&mut *reader)?)).or_else(|error| match error {
        Error::Panicked { .. } => Ok(FileFormat::ArbitraryBinaryData),
        other => Err(other),
    })?;
    let mut file = BoundedReader::new(reader as &mut dyn ReadSeek)?;
    if confirm::confirm(format, &mut file, &head)?
        && let Some(found) = table::decide(format, &head, &extension)
    {
        return Ok(found);
    }
    decide_unknown(&mut file, &head, &extension)
}

/// Says what text is.
fn decide_text(file: &mut File<'_>, head: &[u8], extension: &str) -> Result<Detected, Error> {
    let start = encoding::readable(head);
    if documents::is_pdf(&start) {
        return Ok(types::PDF);
    }
    match recognise_image(file)? {
        Some(format @ (Format::Svg | Format::Xpm | Format::Fits)) => {
            return Ok(pictures::by_name(format, head, extension));
        }
        Some(Format::Pnm) if pictures::is_netpbm_text(head, file.len()) => {
            return Ok(pictures::by_name(Format::Pnm, head, extension));
        }
        _ => {}
    }
    if let Some(found) = markup::decide(&start, extension).or_else(|| decide_job(&start)) {
        return Ok(found);
    }
    if documents::is_late_pdf(head, &tail(file, 1024)?) {
        return Ok(types::PDF);
    }
    let format = guard::catch(|| Ok(FileFormat::from_reader(Cursor::new(&start))?)).unwrap_or(FileFormat::PlainText);
    if table::is_text(format, &start)
        && let Some(found) = table::decide(format, &start, extension)
    {
        return Ok(found);
    }
    Ok(markup::by_name(extension))
}

/// Says what is behind the commands of a printer job.
fn decide_job(head: &[u8]) -> Option<Detected> {
    let document = documents::job(head)?;
    if documents::is_pdf(document) { Some(types::PDF) } else { documents::postscript(document) }
}

/// Says what a file that is no text is, where we look at it ourselves.
fn decide_binary(file: &mut File<'_>, head: &[u8], extension: &str) -> Result<Option<Detected>, Error> {
    if documents::is_pdf(head) {
        return Ok(Some(types::PDF));
    }
    let found = match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] => {
            zip::decide(file, extension)?
        }
        _ if head.starts_with(ole::SIGNATURE) => ole::decide(file, extension)?,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => tracks::ebml::decide(file, extension)?,
        [b'O', b'g', b'g', b'S', 0, ..] => Some(tracks::ogg::decide(file, extension)?),
        [0xFF, b'W', b'P', b'C', ..] => wordperfect::decide(head),
        [0x1F, 0x8B, ..] => archives::gzipped(file, extension)?,
        [b'%' | 0x1B | 4, ..] => documents::postscript(head).or_else(|| decide_job(head)),
        [b'{', b'\\', b'r', b't', b'f', digit, ..] if digit.is_ascii_digit() => Some(types::RTF),
        _ => None,
    };
    if found.is_some() {
        return Ok(found);
    }
    if let Some(format) = recognise_image(file)?.filter(|format| *format != Format::Tga)
        && pictures::confirm(format, file, head, extension)?
    {
        return Ok(Some(pictures::by_name(format, head, extension)));
    }
    let found = tracks::riff::decide(head).or_else(|| signatures::decide(head, file.len()));
    if found.is_some() {
        return Ok(found);
    }
    if let Some(found) = tracks::iso::decide(file, extension)? {
        return Ok(Some(found));
    }
    if matches!(head, [0xFF, 0xE0..=0xFF, ..] | [b'I', b'D', b'3', ..] | [0x0B, 0x77, ..])
        && let Some(found) = tracks::mpeg::decide(file, extension)?
    {
        return Ok(Some(found));
    }
    Ok(archives::is_tar(head).then_some(types::TAR))
}

/// Says what a file is that no signature fits.
fn decide_unknown(file: &mut File<'_>, head: &[u8], extension: &str) -> Result<Detected, Error> {
    if head.starts_with(ole::SIGNATURE) {
        // The container itself has no registered type.
        return Ok(extension::choose(extension::OLE, extension).unwrap_or(types::OLE));
    }
    if recognise_image(file)? == Some(Format::Tga) {
        return Ok(pictures::by_name(Format::Tga, head, extension));
    }
    if documents::is_late_pdf(head, &tail(file, 1024)?) {
        return Ok(types::PDF);
    }
    if let Some(found) = tracks::mpeg::decide(file, extension)? {
        return Ok(found);
    }
    // Containers whose insides are damaged.
    if head.starts_with(b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C") {
        return Ok(extension::choose(extension::ASF_NAMES, extension).unwrap_or(types::ASF));
    }
    if head.starts_with(b".RMF\0\0\0\x12") {
        return Ok(types::REAL);
    }
    if text::is_nearly_text(head, extension) {
        return Ok(markup::decide(head, extension).unwrap_or_else(|| markup::by_name(extension)));
    }
    Ok(types::UNKNOWN)
}

fn recognise_image(file: &mut File<'_>) -> Result<Option<Format>, Error> {
    match guard::catch(|| formats::recognise(file)) {
        Err(Error::Panicked { .. }) => Ok(None),
        other => other,
    }
}
