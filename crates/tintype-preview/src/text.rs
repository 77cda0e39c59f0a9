//! Text of any encoding as UTF-8.

#[cfg(feature = "pdf")]
use encoding_rs::WINDOWS_1252;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Characters that one text may have; what is longer is cut.
const MAX_CHARS: usize = 1000;

/// Decodes bytes of unknown encoding: UTF-8 if they are, with or without a mark of byte order, else
/// the likeliest.
pub(crate) fn guess(bytes: &[u8]) -> Option<String> {
    let bytes = &bytes[..bytes.len().min(MAX_CHARS * 8)];
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return clean(&encoding.decode_without_bom_handling(&bytes[mark..]).0);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return clean(text);
    }
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut detector = chardetng::EncodingDetector::new();
    detector.feed(bytes, true);
    let encoding = detector.guess(None, true);
    clean(&encoding.decode_without_bom_handling(bytes).0)
}

/// Decodes bytes of a format whose text is Latin-1 by its rules and something else in the field.
#[cfg(feature = "audio")]
pub(crate) fn guess_latin(text: &str) -> Option<String> {
    let latin: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    match latin {
        Some(bytes) if !text.is_ascii() => guess(&bytes),
        _ => clean(text),
    }
}

pub(crate) fn utf16_be(bytes: &[u8]) -> Option<String> {
    clean(&UTF_16BE.decode_without_bom_handling(&bytes[..bytes.len().min(MAX_CHARS * 4)]).0)
}

pub(crate) fn utf16_le(bytes: &[u8]) -> Option<String> {
    clean(&UTF_16LE.decode_without_bom_handling(&bytes[..bytes.len().min(MAX_CHARS * 4)]).0)
}

/// Decodes a PDF's text string: UTF-16 or UTF-8 with a mark, else PDFDocEncoding, which is nearly
/// windows-1252.
#[cfg(feature = "pdf")]
pub(crate) fn pdf_string(bytes: &[u8]) -> Option<String> {
    match Encoding::for_bom(bytes) {
        Some(_) => guess(bytes),
        None if std::str::from_utf8(bytes).is_ok() => guess(bytes),
        None => clean(&WINDOWS_1252.decode_without_bom_handling(&bytes[..bytes.len().min(MAX_CHARS * 4)]).0),
    }
}

/// Decodes XML into UTF-8 by its mark of byte order, its zeros or its declaration.
pub(crate) fn xml(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let encoding = match bytes {
        [0, b'<', ..] => UTF_16BE,
        [b'<', 0, ..] => UTF_16LE,
        _ => declared(bytes).unwrap_or(UTF_8),
    };
    encoding.decode(bytes).0
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(100)];
    let head = std::str::from_utf8(head).unwrap_or_default();
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next()?;
    let label = value[1..].split(quote).next()?;
    Encoding::for_label(label.as_bytes())
}

/// Drops control characters, white space at the ends and what is too long; `None` if nothing is
/// left.
pub(crate) fn clean(text: &str) -> Option<String> {
    let text = text.trim_matches('\0');
    let text = text.split('\0').next().unwrap_or_default();
    let kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let text: String = text.trim().chars().filter(kept).take(MAX_CHARS).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
