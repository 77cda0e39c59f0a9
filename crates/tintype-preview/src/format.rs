//! Which room a file belongs to, by its first bytes.

use crate::Error;
use crate::input::{Input, Numbers};

/// What a file is, as far as this crate treats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC, JPEG XL, JPEG 2000: metadata only; `tintype-media`
    /// makes their pictures.
    Image,
    /// Photoshop.
    Psd,
    /// A camera's raw file.
    Raw,
    /// PDF, also as Illustrator writes it.
    Pdf,
    /// MP4, MOV and what is made like them, sound only included.
    Mp4,
    /// Matroska and WebM, sound only included.
    Matroska,
    /// Sound.
    Audio,
    /// Office documents, OpenDocument, EPUB, comic archives and other ZIP archives.
    Zip,
    /// Tar archives.
    Tar,
    /// The container of old office documents and of encrypted new ones.
    Cfb,
}

/// Bytes at the beginning that [`detect`] looks at.
const HEAD_BYTES: usize = 1024;

/// Returns what the file is.
pub(crate) fn detect(input: &mut Input<'_>) -> Result<Option<Format>, Error> {
    let head = input.read_up_to(0, HEAD_BYTES)?;
    Ok(of_head(&head))
}

fn of_head(head: &[u8]) -> Option<Format> {
    let begins = |magic: &[u8]| head.starts_with(magic);
    if begins(b"\xff\xd8\xff")
        || begins(b"\x89PNG\r\n\x1a\n")
        || begins(b"GIF8")
        || begins(b"\xff\x0a")
        || begins(b"\0\0\0\x0cJXL ")
        || begins(b"\0\0\0\x0cjP  \r\n\x87\n")
        || begins(b"\xff\x4f\xff\x51")
    {
        return Some(Format::Image);
    }
    if begins(b"RIFF") {
        return match head.get(8..12)? {
            b"WEBP" => Some(Format::Image),
            b"WAVE" => Some(Format::Audio),
            _ => None,
        };
    }
    if begins(b"II*\0") || begins(b"MM\0*") || begins(b"II+\0") || begins(b"MM\0+") {
        return Some(if is_raw_tiff(head) { Format::Raw } else { Format::Image });
    }
    if begins(b"IIRO") || begins(b"IIRS") || begins(b"MMOR") || begins(b"IIU\0") || begins(b"FUJIFILMCCD-RAW") {
        return Some(Format::Raw);
    }
    if begins(b"8BPS") {
        return Some(Format::Psd);
    }
    if begins(b"\x1aE\xdf\xa3") {
        return Some(Format::Matroska);
    }
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return Some(Format::Zip);
    }
    if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Some(Format::Cfb);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(Format::Tar);
    }
    if let Some(format) = of_boxes(head) {
        return Some(format);
    }
    if is_audio(head) {
        return Some(Format::Audio);
    }
    // A PDF's header may come late.
    head.windows(5).any(|window| window == b"%PDF-").then_some(Format::Pdf)
}

/// TIFF-like raw files say so by a maker's mark behind the header; the others look like TIFF and
/// are told apart by their directories.
fn is_raw_tiff(head: &[u8]) -> bool {
    head.get(8..10) == Some(b"CR")
}

fn of_boxes(head: &[u8]) -> Option<Format> {
    let kind = head.get(4..8)?;
    if kind != b"ftyp" {
        // Old QuickTime files have no `ftyp`.
        let known: [&[u8]; 6] = [b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];
        return known.contains(&kind).then_some(Format::Mp4);
    }
    let size = (head.u32_be(0)? as usize).max(16).min(head.len());
    let brands = std::iter::once(head.get(8..12)?).chain(head.get(16..size).unwrap_or_default().chunks_exact(4));
    let mut heif = false;
    for (index, brand) in brands.enumerate() {
        match brand {
            b"avif" | b"avis" => return Some(Format::Image),
            b"crx " => return Some(Format::Raw),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => heif = true,
            b"mif1" | b"msf1" | b"mif2" if index == 0 => heif = true,
            _ => {}
        }
    }
    Some(if heif { Format::Image } else { Format::Mp4 })
}

fn is_audio(head: &[u8]) -> bool {
    let magics: [&[u8]; 10] = [b"ID3", b"fLaC", b"OggS", b"MAC ", b"MPCK", b"MP+", b"wvpk", b"FORM", b"DSD ", b"caff"];
    if magics.iter().any(|magic| head.starts_with(magic)) {
        return !head.starts_with(b"FORM") || matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"));
    }
    // Frames of MPEG audio or ADTS: eleven bits of synchronisation, and no value that is reserved.
    let Some([0xff, second, third, ..]) = head.first_chunk::<4>() else {
        return false;
    };
    if second & 0xf6 == 0xf0 {
        return third >> 2 & 15 < 13;
    }
    second & 0xe0 == 0xe0
        && second >> 3 & 3 != 1
        && second >> 1 & 3 != 0
        && third >> 4 != 15
        && third >> 4 != 0
        && third >> 2 & 3 != 3
}
