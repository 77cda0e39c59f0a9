//! What kind of text a text is.

use super::detected::Detected;
use super::types::*;
use super::{documents, extension};
use crate::xml;

/// Elements that make a browser take text for HTML (WHATWG MIME Sniffing, section 7.1).
const HTML_STARTS: &[&[u8]] = &[
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<script",
    b"<iframe",
    b"<h1",
    b"<div",
    b"<font",
    b"<table",
    b"<a",
    b"<style",
    b"<title",
    b"<b",
    b"<body",
    b"<br",
    b"<p",
    b"<link",
    b"<meta",
];

/// Says what a text is by its beginning, in which ASCII can be read, and its name; `None` where it
/// is plain.
pub(super) fn decide(head: &[u8], extension: &str) -> Option<Detected> {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    if is_html(start) {
        return Some(HTML);
    }
    if start.starts_with(b"<?xml") || (extension == "xml" && start.starts_with(b"<")) {
        return Some(by_root(start).unwrap_or(XML));
    }
    if start.starts_with(b"<")
        && let Some(found) = by_root(start)
    {
        return Some(found);
    }
    documents::by_text(start)
}

fn is_html(start: &[u8]) -> bool {
    // A comment may come first, and more of them.
    let mut rest = start;
    while let Some(comment) = rest.strip_prefix(b"<!--") {
        let Some(end) = comment.windows(3).position(|window| window == b"-->") else {
            return true;
        };
        rest = comment[end + 3..].trim_ascii_start();
        if rest.is_empty() {
            return true;
        }
    }
    HTML_STARTS.iter().any(|tag| {
        rest.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
            && rest.get(tag.len()).is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'))
    })
}

/// Roots of XML formats, and what their namespace has to contain.
const ROOTS: &[(&str, &str, Detected)] = &[
    ("html", "w3.org/1999/xhtml", XHTML),
    ("feed", "w3.org/2005/Atom", ATOM),
    ("rss", "", RSS),
    ("RDF", "w3.org/1999/02/22-rdf-syntax-ns", RDF),
    ("kml", "", KML),
    ("gpx", "", GPX),
    ("gml", "", GML),
    ("FeatureCollection", "opengis.net/gml", GML),
    ("TrainingCenterDatabase", "", TCX),
    ("stylesheet", "w3.org/1999/XSL/Transform", XSLT),
    ("transform", "w3.org/1999/XSL/Transform", XSLT),
    ("math", "w3.org/1998/Math/MathML", MATHML),
    ("score-partwise", "", MUSICXML),
    ("score-timewise", "", MUSICXML),
    ("MPD", "urn:mpeg:dash", DASH),
    ("tt", "w3.org/ns/ttml", TTML),
    ("xliff", "", XLIFF),
    ("playlist", "xspf.org", XSPF),
    ("Envelope", "schemas.xmlsoap.org/soap/envelope", SOAP),
    ("Envelope", "w3.org/2003/05/soap-envelope", SOAP),
    ("COLLADA", "", COLLADA),
    ("X3D", "", X3D),
    ("mxfile", "", DRAWIO),
    ("plist", "", PLIST),
    ("FictionBook", "", FB2),
    ("abiword", "", ABIWORD),
    ("Workbook", "urn:schemas-microsoft-com:office:spreadsheet", EXCEL_XML),
    ("wordDocument", "schemas.microsoft.com/office/word", WORD_XML),
];

/// What a flat document of OpenDocument says that it is.
const FLAT: &[Detected] = &[ODT, OTT, ODM, ODS, OTS, ODP, OTP, ODG, OTG, ODC, ODF];

fn by_root(start: &[u8]) -> Option<Detected> {
    let root = xml::root(start)?;
    if root.local == b"document" && root.prefix == b"office" {
        let media_type = root.attribute(b"office:mimetype")?;
        return FLAT.iter().find(|known| known.mime_type.as_bytes() == media_type).copied();
    }
    // `pkg:package` is a whole office document in one XML file.
    if root.local == b"package" && root.prefix == b"pkg" {
        let of = |name: &[u8]| start.windows(name.len()).take(2048).any(|window| window == name);
        return [(&b"Word.Document"[..], DOCX), (b"PowerPoint.Show", PPTX), (b"Excel.Sheet", XLSX)]
            .into_iter()
            .find_map(|(program, found)| of(program).then_some(found));
    }
    if root.local == b"UOF" {
        return match root.attribute(b"uof:mimetype")? {
            b"vnd.uof.text" => Some(UOT),
            b"vnd.uof.spreadsheet" => Some(UOS),
            b"vnd.uof.presentation" => Some(UOP),
            _ => None,
        };
    }
    let namespace = String::from_utf8_lossy(root.namespace().unwrap_or_default());
    let known = ROOTS.iter().find(|(local, within, _)| local.as_bytes() == root.local && namespace.contains(within));
    // Without a declaration and without attributes a name alone is too little.
    let declared = start.starts_with(b"<?") || start.starts_with(b"<!") || root.attributes().next().is_some();
    known.filter(|_| declared).map(|(_, _, found)| *found)
}

/// Says what a plain text is by its name.
pub(super) fn by_name(extension: &str) -> Detected {
    extension::choose(extension::TEXT, extension).unwrap_or(TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_run_is_html_whatever_its_name() {
        for text in [
            "<html>",
            "  \n\t<!DOCTYPE HTML PUBLIC>",
            "\u{feff}<script>alert(1)</script>",
            "<!-- x --> <!-- y --><BODY onload=x>",
            "<p/>",
        ] {
            assert_eq!(decide(text.as_bytes(), "txt"), Some(HTML), "{text}");
        }
        assert_eq!(decide(b"<paragraph> is no element", "txt"), None);
    }

    #[test]
    fn the_root_of_a_document_decides_and_nothing_further_inside() {
        for (document, expected) in [
            ("<?xml version='1.0'?><map name='x'><svg/><math/></map>", XML),
            ("<?xml version='1.0'?><!-- <rss> --><a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", ATOM),
            ("<rss version='2.0'>", RSS),
            ("<kml xmlns='http://www.opengis.net/kml/2.2'>", KML),
            ("<?xml version='1.0'?><stylesheet/>", XML),
            ("<?xml version='1.0'?><ss:Workbook xmlns:ss='urn:schemas-microsoft-com:office:spreadsheet'>", EXCEL_XML),
            (
                "<?xml version='1.0'?><office:document xmlns:office='x' \
                 office:mimetype='application/vnd.oasis.opendocument.spreadsheet'>",
                ODS,
            ),
        ] {
            assert_eq!(decide(document.as_bytes(), "xml"), Some(expected), "{document}");
        }
    }
}
