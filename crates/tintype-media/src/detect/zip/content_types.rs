//! `[Content_Types].xml` (ECMA-376, part 2, section 7.2.3).

use crate::detect::detected::Detected;
use crate::detect::types::*;
use crate::encoding;

/// A main part that the content types declare.
pub(super) struct MainPart {
    pub(super) found: Detected,
    /// Its name in the archive; empty where a default for all parts declares it.
    pub(super) name: Vec<u8>,
}

/// Content types of main parts, in lower case.
const MAIN: &[(&str, Detected)] = &[
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", DOCX),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", DOTX),
    ("application/vnd.ms-word.document.macroenabled.main+xml", DOCM),
    ("application/vnd.ms-word.template.macroenabledtemplate.main+xml", DOTM),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", XLSX),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml", XLTX),
    ("application/vnd.ms-excel.sheet.macroenabled.main+xml", XLSM),
    ("application/vnd.ms-excel.template.macroenabled.main+xml", XLTM),
    ("application/vnd.ms-excel.addin.macroenabled.main+xml", XLAM),
    ("application/vnd.ms-excel.sheet.binary.macroenabled.main", XLSB),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", PPTX),
    ("application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml", PPSX),
    ("application/vnd.openxmlformats-officedocument.presentationml.template.main+xml", POTX),
    ("application/vnd.ms-powerpoint.presentation.macroenabled.main+xml", PPTM),
    ("application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml", PPSM),
    ("application/vnd.ms-powerpoint.template.macroenabled.main+xml", POTM),
    ("application/vnd.ms-powerpoint.addin.macroenabled.main+xml", PPAM),
    ("application/vnd.ms-visio.drawing.main+xml", VSDX),
    ("application/vnd.ms-visio.drawing.macroenabled.main+xml", VSDX),
    ("application/vnd.ms-visio.stencil.main+xml", VSDX),
    ("application/vnd.ms-visio.template.main+xml", VSDX),
];

/// Returns the main parts that are declared.
pub(super) fn main_parts(text: &[u8]) -> impl Iterator<Item = MainPart> + use<> {
    let text = encoding::readable(text);
    let text = String::from_utf8_lossy(&text);
    let mut found = Vec::new();
    for tag in text.split('<') {
        let Some(content_type) = attribute(tag, "ContentType") else {
            continue;
        };
        let content_type = content_type.to_ascii_lowercase();
        if let Some((_, detected)) = MAIN.iter().find(|(known, _)| *known == content_type) {
            let name = attribute(tag, "PartName").unwrap_or_default();
            found.push(MainPart { found: *detected, name: name.trim_start_matches('/').as_bytes().to_vec() });
        }
        if found.len() == 16 {
            break;
        }
    }
    found.into_iter()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(name)?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    rest[1..].split(quote).next()
}
