//! Text that begins like something else, and formats that are text.

use tintype_media::Kind;

use super::{bytes, study};
use crate::made::{utf16, zip};

#[test]
fn text_whose_first_word_is_a_signature_is_text() {
    let openings = [
        "true",
        "solid waste",
        "FWS offices",
        "CWS",
        "ZWS",
        "MAC addresses",
        "DDS is a degree",
        "GIF89a was new",
        "GIF87a",
        "P1 bugs",
        "P2 3 4 5",
        "P3 issues",
        "P4\nand so on",
        "P5 12 34 255 rooms",
        "P6",
        "P7 ",
        "Pf ",
        "PF 1 2 3 and more",
        "BM bookmarks",
        "BMW",
        "RIFF and WAVE",
        "FORM 27B",
        "OggS",
        "fLaC",
        "ID3 tags",
        "MThd",
        "wvpk",
        "OTTO and",
        "ttcf",
        "wOFF",
        "MZ is Mark Zbikowski",
        "PK is the initials",
        "SIMPLE",
        "!BDN",
        "Rar!",
        "PAR1 is",
        "Obj",
        "BZh is bzip2",
        "BZ3v1",
        "LZIP",
        "ITSF",
        "MSCF",
        "qoif",
        "icns",
        ".snd",
        ".ra",
        "#!AMR",
        "DRACO",
        "ARROW1",
        "BLENDER",
        "AMV",
        "SBx",
        "ZOO",
        "HEAD",
        "0707 in Riga",
        "070707",
        "(module",
        "3dmodel",
        "flf2a",
        "info face=",
        "glTF",
        "VOX populi",
        "MOVI",
        "NES",
        "XBEH",
        "PFS0",
        "%! is a comment",
        "%PDF- is how",
        "{\\rtf is RTF",
        "8BPS",
        "DSD ",
        "AC10 motors",
        "MP+ is",
        "II*",
        "MM",
        "caff",
        "BIKi",
        "KB2 notes",
        "TTA1",
        "OFR ",
        "G is for TS",
        "xar!",
        "hsqs",
        "FLIF",
        "MAR1",
        "bvx-",
        "WEBVTTs",
        "[playlist]\nnone",
        "1\n00: zero",
        "-lh5-",
        "SCRM",
        "!<arch> is",
        "d8:announce",
        "DOS",
        "PSID",
        "FLV",
    ];
    for opening in openings {
        for rest in [" and other words\n", "\r\n1,2,3\r\n", ""] {
            let text = format!("{opening}{rest}").into_bytes();
            study(vec![
                ("a.txt", text.clone(), Kind::Text, "text/plain"),
                ("a", text.clone(), Kind::Text, "text/plain"),
                ("a.csv", text.clone(), Kind::Spreadsheet, "text/csv"),
                ("a.json", text.clone(), Kind::Text, "application/json"),
            ]);
        }
    }
}

#[test]
fn formats_that_are_text_stay_what_they_are() {
    study(vec![
        ("a", bytes(b"%!PS-Adobe-3.0\nshowpage\n"), Kind::Document, "application/postscript"),
        ("b", bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n"), Kind::Document, "image/x-eps"),
        ("c.tex", bytes(b"%!TEX root = a.tex\n"), Kind::Text, "text/x-tex"),
        ("a", bytes(b"{\\rtf1 hello}"), Kind::Document, "application/rtf"),
        ("a", bytes(b"BEGIN:VCARD\r\nVERSION:3.0\r\n"), Kind::Text, "text/vcard"),
        ("a", bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), Kind::Text, "text/calendar"),
        ("a", bytes(b"From: a@example.com\nTo: b@example.com\nSubject: c\n\nd"), Kind::Text, "message/rfc822"),
        ("b.txt", bytes(b"From: here\nTo: there\nin a day\n"), Kind::Text, "text/plain"),
        ("a", bytes(b"WEBVTT\n\n00:00.000 --> 00:01.000\na\n"), Kind::Text, "text/vtt"),
        ("a", bytes(b"1\n00:00:00,000 --> 00:00:01,000\na\n"), Kind::Text, "application/x-subrip"),
        ("a", bytes(b"#!/bin/sh\necho\n"), Kind::Text, "text/x-shellscript"),
        ("a", bytes(b"/* XPM */\nstatic char *a[] = {\n"), Kind::Image, "image/x-xpixmap"),
        ("a", bytes(b"-----BEGIN CERTIFICATE-----\nMII\n"), Kind::Text, "application/x-pem-file"),
        ("a", bytes(b"<?xml version='1.0'?><FictionBook/>"), Kind::Document, "application/x-fb2+xml"),
        (
            "a.txt",
            bytes(b"words, and one stray \x01 control character ".repeat(20).as_slice()),
            Kind::Other,
            "application/octet-stream",
        ),
        ("b.txt", [&b"many words ".repeat(50)[..], b"\x01"].concat(), Kind::Text, "text/plain"),
        ("c", [&b"many words ".repeat(500)[..], b"\x01"].concat(), Kind::Text, "text/plain"),
    ]);
}

#[test]
fn markup_counts_in_any_encoding() {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<rows><row id=\"1\"/></rows>\n";
    let svg = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>";
    let html = "<!DOCTYPE html><title>سلام</title>";
    let marked = |text: &str, little| utf16(&format!("\u{feff}{text}"), little);
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><svg width='4' height='4'><title>caf\xE9</title></svg>";
    let windows =
        b"<?xml version='1.0' encoding='windows-1252'?><svg width='4' height='4'><title>\x93a\x94</title></svg>";
    let bare = "<!DOCTYPE svg SYSTEM 'file:///none.dtd'>\n<!-- <html> -->\n<svg xmlns='http://www.w3.org/2000/svg'/>";
    let prefixed =
        "<?xml version='1.0'?><!DOCTYPE d:svg [\n<!ENTITY a \"]>\">\n] ><d:svg xmlns:d='http://www.w3.org/2000/svg'/>";
    study(vec![
        ("a.xml", marked(xml, true), Kind::Text, "application/xml"),
        ("b.xml", marked(xml, false), Kind::Text, "application/xml"),
        ("c", utf16(xml, true), Kind::Text, "application/xml"),
        ("d", utf16(xml, false), Kind::Text, "application/xml"),
        ("a.svg", marked(svg, true), Kind::Image, "image/svg+xml"),
        ("b.svg", marked(svg, false), Kind::Image, "image/svg+xml"),
        ("c.txt", utf16(svg, true), Kind::Image, "image/svg+xml"),
        ("d.svg", latin.to_vec(), Kind::Image, "image/svg+xml"),
        ("e.svg", prefixed.into(), Kind::Image, "image/svg+xml"),
        ("f.svg", windows.to_vec(), Kind::Image, "image/svg+xml"),
        ("g", windows.to_vec(), Kind::Image, "image/svg+xml"),
        ("h.xml", latin.to_vec(), Kind::Image, "image/svg+xml"),
        ("i.svg", bare.into(), Kind::Image, "image/svg+xml"),
        ("j.html", bare.into(), Kind::Image, "image/svg+xml"),
        ("a.txt", marked(html, true), Kind::Text, "text/html"),
        ("b.txt", marked(html, false), Kind::Text, "text/html"),
        ("c.txt", marked("just words", true), Kind::Text, "text/plain"),
        ("d.txt", bytes(b"<?xml version='1.0'?><map><svg/></map>"), Kind::Text, "application/xml"),
        ("e.csv", marked("a,b\r\n1,2\r\n", true), Kind::Spreadsheet, "text/csv"),
    ]);
}

#[test]
fn a_pdf_begins_within_its_first_kilobyte() {
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".as_slice();
    let binary = [pdf, b"\0\x01\x02%%EOF\n"].concat();
    let behind = |before: &[u8]| [before, pdf].concat();
    let pdf_type = "application/pdf";
    study(vec![
        ("a.pdf", behind(b""), Kind::Pdf, pdf_type),
        ("b.pdf", behind(b"\n"), Kind::Pdf, pdf_type),
        ("c.pdf", behind(b" "), Kind::Pdf, pdf_type),
        ("d.pdf", behind(b"%%BEGIN_TICKET: X\r\n%%END_TICKET\r\n"), Kind::Pdf, pdf_type),
        ("e.pdf", behind(b"\x1B%-12345X@PJL ENTER LANGUAGE=PDF\r\n"), Kind::Pdf, pdf_type),
        ("f", [b"\xEF\xBB\xBF".as_slice(), &binary].concat(), Kind::Pdf, pdf_type),
        ("g", [b"\x01\x02\n".as_slice(), &binary].concat(), Kind::Pdf, pdf_type),
        ("h.pdf", [b"junk".as_slice(), &pdf[..pdf.len() - 6], b"startxref\n9\n%%EOF\n"].concat(), Kind::Pdf, pdf_type),
        ("a.txt", behind(&b"a line\n".repeat(200)), Kind::Text, "text/plain"),
        ("b.txt", bytes(b"A PDF begins with\n%PDF-1.4\nand ends with %%EOF"), Kind::Text, "text/plain"),
        ("c.txt", bytes(b"%PDF- is how a PDF begins"), Kind::Text, "text/plain"),
        ("a.html", behind(b"<html><body><pre>\n"), Kind::Text, "text/html"),
        ("a.zip", zip(&[("a.pdf", pdf)]), Kind::Compressed, "application/zip"),
        (
            "a.prn",
            bytes(b"\x1B%-12345X@PJL ENTER LANGUAGE=POSTSCRIPT\r\n%!PS-Adobe-3.0\n"),
            Kind::Document,
            "application/postscript",
        ),
    ]);
}
