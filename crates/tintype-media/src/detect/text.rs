//! What kind of text a text is.

use super::{Detected, Kind, extension};

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

/// Says what the text at the beginning of a file is.
pub(super) fn decide(head: &[u8], extension: &str) -> Detected {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    if start.is_empty() && head.is_empty() {
        return Detected::new(Kind::Text, "text/plain");
    }
    if is_html(start) {
        return Detected::new(Kind::Text, "text/html");
    }
    if start.starts_with(b"<?xml") || (extension == "xml" && start.starts_with(b"<")) {
        let xhtml = contains(start, b"http://www.w3.org/1999/xhtml");
        return Detected::new(Kind::Text, if xhtml { "application/xhtml+xml" } else { "application/xml" });
    }
    extension::choose(extension::TEXT, extension).unwrap_or(Detected::new(Kind::Text, "text/plain"))
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

fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|window| window == needle)
}

/// Says whether bytes that are not UTF-8 are text all the same: in UTF-16 with its mark, or in a legacy encoding.
pub(super) fn is_text(head: &[u8], extension: &str) -> bool {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return head.len() > 2 && !has_binary_units(head);
    }
    let allowed = |byte: &u8| *byte >= 0x20 && *byte != 0x7F || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B);
    if !head.iter().all(allowed) {
        return false;
    }
    let named = extension == "txt" || extension::choose(extension::TEXT, extension).is_some();
    let plain = head.iter().filter(|byte| byte.is_ascii()).count();
    named || plain * 10 >= head.len() * 7
}

/// UTF-16 text has no control characters either.
fn has_binary_units(head: &[u8]) -> bool {
    let big_endian = head[0] == 0xFE;
    head[2..].chunks_exact(2).any(|unit| {
        let unit = if big_endian { [unit[0], unit[1]] } else { [unit[1], unit[0]] };
        let unit = u16::from_be_bytes(unit);
        unit < 0x20 && !matches!(unit, 0x09 | 0x0A | 0x0D | 0x0C)
    })
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
            assert_eq!(decide(text.as_bytes(), "txt").mime_type, "text/html", "{text}");
        }
        assert_eq!(decide(b"<paragraph> is no element", "txt").mime_type, "text/plain");
    }

    #[test]
    fn legacy_encodings_are_text() {
        assert!(is_text(b"\xFF\xFEh\0i\0\n\0", ""));
        assert!(is_text(b"caf\xE9 cr\xE8me, na\xEFve and so on", ""));
        // "سلام" in Windows-1256 has no ASCII at all.
        assert!(is_text(b"\xD3\xE1\xC7\xE3", "txt"));
        assert!(!is_text(b"\xD3\xE1\xC7\xE3", "bin"));
        assert!(!is_text(b"\x00\x01\x02", "txt"));
    }
}
