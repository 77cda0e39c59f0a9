//! What files are.

use std::io::Cursor;

use tintype_media::{Kind, detect};

use crate::files::{chunk, golden};
use crate::made::zip;

#[track_caller]
fn expect(content: &[u8], name: &str, kind: Kind, mime_type: &str) {
    let detected = detect(&mut Cursor::new(content), Some(name)).unwrap();
    assert_eq!((detected.kind, detected.mime_type), (kind, mime_type), "{name}");
}

#[test]
fn text_is_text_and_a_table_by_its_name() {
    expect(b"a,b\n1,2\n", "x.txt", Kind::Text, "text/plain");
    expect(b"a,b\n1,2\n", "x.csv", Kind::Spreadsheet, "text/csv");
    expect(b"a\tb\n1\t2\n", "x.TSV", Kind::Spreadsheet, "text/tab-separated-values");
    expect(b"# Title\n", "x.md", Kind::Text, "text/markdown");
    expect(b"{\"a\": 1}", "x.json", Kind::Text, "application/json");
    expect("سلام دنیا\n".as_bytes(), "سلام.txt", Kind::Text, "text/plain");
    // What the content does not allow, the name cannot choose.
    expect(b"just words\n", "x.jpg", Kind::Text, "text/plain");
    expect(b"just words\n", "x.docx", Kind::Text, "text/plain");
}

#[test]
fn markup_that_a_browser_runs_is_named_as_such() {
    expect(b"\n\n  <!DOCTYPE html><html>", "x.txt", Kind::Text, "text/html");
    expect(b"<script>alert(1)</script>", "x.csv", Kind::Text, "text/html");
    expect(b"<?xml version=\"1.0\"?><a/>", "x.txt", Kind::Text, "application/xml");
    let svg = b"<?xml version=\"1.0\"?><!-- by hand -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    expect(svg, "x.txt", Kind::Image, "image/svg+xml");
    expect(b"<svg onload='alert(1)'>", "x.png", Kind::Image, "image/svg+xml");
}

#[test]
fn the_name_chooses_inside_a_container_only() {
    let archive = zip(&[("a.txt", b"hello")]);
    expect(&archive, "x.zip", Kind::Compressed, "application/zip");
    expect(&archive, "x.bin", Kind::Compressed, "application/zip");
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    expect(&archive, "x.docx", Kind::Document, word);
    expect(&archive, "x.doc", Kind::Compressed, "application/zip");
    let ole = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 1024]].concat();
    expect(&ole, "x.xls", Kind::Spreadsheet, "application/vnd.ms-excel");
    expect(&ole, "x.ppt", Kind::Presentation, "application/vnd.ms-powerpoint");
    expect(&ole, "x.docx", Kind::Other, "application/x-ole-storage");
}

#[test]
fn office_files_are_known_by_what_is_inside() {
    for (part, kind) in [
        ("word/document.xml", Kind::Document),
        ("xl/workbook.xml", Kind::Spreadsheet),
        ("ppt/presentation.xml", Kind::Presentation),
    ] {
        let file =
            zip(&[("[Content_Types].xml", b"".as_slice()), ("_rels/.rels", b"".as_slice()), (part, b"".as_slice())]);
        assert_eq!(detect(&mut Cursor::new(file), None).unwrap().kind, kind, "{part}");
    }
    for (mime_type, kind) in [
        ("application/vnd.oasis.opendocument.text", Kind::Document),
        ("application/vnd.oasis.opendocument.spreadsheet", Kind::Spreadsheet),
        ("application/vnd.oasis.opendocument.presentation", Kind::Presentation),
        ("application/epub+zip", Kind::Document),
    ] {
        let file = zip(&[("mimetype", mime_type.as_bytes()), ("content.xml", b"".as_slice())]);
        expect(&file, "x", kind, mime_type);
    }
    expect(b"{\\rtf1\\ansi hello}", "x", Kind::Document, "application/rtf");
    expect(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n", "x.txt", Kind::Pdf, "application/pdf");
}

#[test]
fn sound_pictures_and_archives_are_told_apart() {
    for (content, kind) in [
        (&b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42"[..], Kind::Audio),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", Kind::Video),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Kind::Video),
        (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", Kind::Audio),
        (b"RIFF\x24\0\0\0AVI LIST\x10\0\0\0", Kind::Video),
        (b"fLaC\0\0\0\x22", Kind::Audio),
        (b"ID3\x04\0\0\0\0\0\x0A\0\0\0\0\0\0\0\0\0\0\xFF\xFB\x90\x64", Kind::Audio),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x02", Kind::Audio),
        (b"\x1F\x8B\x08\0\0\0\0\0\0\x03", Kind::Compressed),
        (b"7z\xBC\xAF\x27\x1C\0\x04", Kind::Compressed),
        (b"Rar!\x1A\x07\x01\0", Kind::Compressed),
        (b"\xFD7zXZ\0\0\x04", Kind::Compressed),
        (b"BZh91AY&SY", Kind::Compressed),
        (b"\x28\xB5\x2F\xFD\x04\0", Kind::Compressed),
        (b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", Kind::Other),
    ] {
        assert_eq!(
            detect(&mut Cursor::new(content), None).unwrap().kind,
            kind,
            "{:?}",
            String::from_utf8_lossy(content)
        );
    }
}

#[test]
fn next_to_nothing_has_an_answer() {
    expect(b"", "x", Kind::Text, "text/plain");
    expect(b"a", "x", Kind::Text, "text/plain");
    expect(b"\0", "x", Kind::Other, "application/octet-stream");
    expect(b"\0\x01\x02\x03", "x.txt", Kind::Other, "application/octet-stream");
}

#[test]
fn the_answer_does_not_depend_on_where_the_reader_stands() {
    let mut reader = Cursor::new(golden("rgb.png"));
    reader.set_position(20);
    assert_eq!(detect(&mut reader, None).unwrap().kind, Kind::Image);
}

#[test]
fn a_directory_of_many_entries_is_no_burden() {
    let names: Vec<String> = (0..20_000).map(|index| format!("{index}.txt")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    expect(&zip(&entries), "x.zip", Kind::Compressed, "application/zip");
    // A length that goes beyond the file.
    let truncated = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &[0; 13])[..12]].concat();
    expect(&truncated, "x.png", Kind::Image, "image/png");
}
