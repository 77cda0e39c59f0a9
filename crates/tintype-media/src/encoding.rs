//! Text in other encodings than UTF-8.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Returns the beginning of a text in UTF-8 where it is in UTF-16, with or without a byte order
/// mark, and as it is otherwise: the ASCII in it is then readable whatever the encoding.
pub(crate) fn readable(head: &[u8]) -> Cow<'_, [u8]> {
    match utf16(head) {
        Some(encoding) => {
            let (text, _) = encoding.decode_with_bom_removal(head);
            Cow::Owned(text.into_owned().into_bytes())
        }
        None => Cow::Borrowed(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head)),
    }
}

/// Decodes an XML document: by its byte order mark, by the zeros of UTF-16, by what its declaration
/// names, else as UTF-8 (XML 1.0, appendix F). `None` where it is not in that encoding.
#[cfg(any(test, feature = "svg"))]
pub(crate) fn decode_xml(document: &[u8]) -> Option<Cow<'_, str>> {
    let encoding = match utf16(document) {
        Some(encoding) => encoding,
        None if document.starts_with(b"\xEF\xBB\xBF") => encoding_rs::UTF_8,
        None => declared(document).unwrap_or(encoding_rs::UTF_8),
    };
    let (text, malformed) = encoding.decode_with_bom_removal(document);
    (!malformed).then_some(text)
}

/// Returns the byte order of UTF-16, by its mark or, without one, by the zeros of a first `<` and
/// what follows it.
pub(crate) fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        [b'<', 0, 1..=0xFF, 0, ..] => Some(UTF_16LE),
        [0, b'<', 0, 1..=0xFF, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// Returns the encoding that an XML declaration names.
#[cfg(any(test, feature = "svg"))]
fn declared(document: &[u8]) -> Option<&'static Encoding> {
    let declaration = document.strip_prefix(b"<?xml")?;
    let end = declaration.iter().take(200).position(|byte| *byte == b'>')?;
    let text = std::str::from_utf8(&declaration[..end]).ok()?;
    let (_, rest) = text.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let label = rest[1..].split(quote).next()?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    // A document whose declaration could be read byte by byte is not in UTF-16, whatever it says.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { encoding_rs::UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_is_decoded_by_its_mark_its_zeros_or_its_declaration() {
        let utf16 = |text: &str, little: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        let text = "<?xml version='1.0' encoding='UTF-16'?><a>é</a>";
        for document in [
            utf16(&format!("\u{feff}{text}"), true),
            utf16(&format!("\u{feff}{text}"), false),
            utf16(text, true),
            utf16(text, false),
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
        ] {
            assert_eq!(decode_xml(&document).as_deref(), Some(text));
        }
        let latin = b"<?xml version=\"1.0\" encoding = \"ISO-8859-1\"?><a>\xE9</a>";
        assert!(decode_xml(latin).unwrap().ends_with("<a>é</a>"));
        let cyrillic = b"<?xml version='1.0' encoding='koi8-r'?><a>\xC1</a>";
        assert!(decode_xml(cyrillic).unwrap().ends_with("<a>а</a>"));
        assert_eq!(decode_xml(b"<a>\xE9</a>"), None);
    }
}
