//! A study of types: formats that are easily taken for one another, told apart by what is in the
//! files.
//!
//! Each table holds files of one pair or group of formats, made here, and what they are.

use std::io::Cursor;

use tintype_media::{Kind, detect};

use crate::files::golden;
use crate::made::{boxed, ebml, element, font, gzip, moov, mp4, office, ogg, ole, tar, utf16, zip};

/// A file's name, its content, its kind and its media type.
type Case<'a> = (&'a str, Vec<u8>, Kind, &'a str);

#[track_caller]
fn study(cases: Vec<Case<'_>>) {
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|(name, content, kind, mime_type)| {
            let detected = detect(&mut Cursor::new(&content), Some(name)).unwrap();
            let found = (detected.kind, detected.mime_type);
            (found != (kind, mime_type)).then(|| format!("{name}: {found:?} is no {mime_type}; {}", excerpt(&content)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn excerpt(content: &[u8]) -> String {
    content[..content.len().min(40)].escape_ascii().to_string()
}

fn bytes(content: &[u8]) -> Vec<u8> {
    content.to_vec()
}

/// A signature, and zeros up to this length with fields put in.
fn header(signature: &[u8], len: usize, fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut header = signature.to_vec();
    header.resize(len, 0);
    for (at, field) in fields {
        header[*at..at + field.len()].copy_from_slice(field);
    }
    header
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

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
fn what_signatures_mean_takes_their_structure() {
    let at_offset = |at: usize, word: &[u8]| header(b"\x02\x01", at + 300, &[(at, word)]);
    let unknown = |content: Vec<u8>| ("a.bin", content, Kind::Other, "application/octet-stream");
    study(vec![
        // Each signature alone, with bytes behind it that are no text and not its structure.
        unknown(header(b"true\x01", 90, &[])),
        unknown(header(b"FWS\x01\x02", 90, &[])),
        unknown(header(b"MAC \x01", 90, &[])),
        unknown(header(b"DDS \x01", 300, &[])),
        unknown(header(b"P5 x\x01", 90, &[])),
        unknown(header(b"\x1F\x9D\xFF", 90, &[])),
        unknown(header(b"\x1F\x8B\x03", 90, &[])),
        unknown(header(b"\xFF\xFB\x01", 90, &[])),
        unknown(header(b"\xFF\xF1\xFF", 90, &[])),
        unknown(header(b"\x0B\x77\xFF", 90, &[])),
        unknown(header(b"\x30\x82\x01", 90, &[])),
        unknown(header(b"\x01\xDA\x07", 90, &[])),
        unknown(header(b"\x78\x01", 90, &[])),
        unknown(header(b"\x4C\x01\xFF\xFF", 90, &[])),
        unknown(header(b"\0\0\x01\0\0\0", 90, &[])),
        unknown(header(b"\0\0\x02\0\x06\0", 90, &[])),
        unknown(header(b"\0\0\x01\xB3", 90, &[])),
        unknown(header(b"\x5D\0\0\x80\0", 90, &[(13, b"\x07")])),
        unknown(header(b"\x0A\0\x01\x07", 90, &[])),
        unknown(header(b"\0\x01\0\0\0\x05", 90, &[])),
        unknown(header(b"MZ\xFF\xFF", 90, &[])),
        unknown(header(b"\xCA\xFE\xBA\xBE", 90, &[])),
        unknown(header(b"\x71\xC7", 90, &[])),
        unknown(header(b"\x60\xEA", 90, &[(10, b"\x02")])),
        unknown(header(b"GIF89a\x01", 90, &[(13, b"\x07")])),
        unknown(header(b"II*\0\x08\0\0\0\xFF\xFF", 90, &[])),
        unknown(header(b"PK\x03\x04", 90, &[])),
        unknown(header(b"\xFFWPC\x01", 90, &[(8, b"\xFF")])),
        unknown(header(b"OggS\x01", 90, &[])),
        unknown(header(b"%!\x01", 90, &[])),
        unknown(header(b"%PDF-\x01", 90, &[])),
        unknown(header(b"{\\rtf\x01", 90, &[])),
        unknown(header(b"<map\x01", 90, &[])),
        unknown(header(b"WEBVTT\x01", 90, &[])),
        unknown(header(b"ZWS\x0D\x01", 90, &[])),
        unknown(at_offset(4, b"ftypM4A ")),
        unknown(at_offset(4, b"moov")),
        unknown(at_offset(4, b"mdat")),
        unknown(at_offset(4, b"free")),
        unknown(at_offset(4, b"\x11\xAF")),
        unknown(at_offset(2, b"-lh5-")),
        unknown(at_offset(8, b".FIT")),
        unknown(at_offset(36, b"acsp")),
        unknown(at_offset(44, b"SCRM")),
        unknown(at_offset(128, b"DICM")),
        unknown(header(b"\x47", 200, &[(188, b"\x47")])),
    ]);
}

#[test]
fn programs_fonts_and_data_are_known_by_their_headers() {
    let dbase =
        header(b"\x03\x63\x05\x11\x01", 65 + 11, &[(8, &[65, 0, 11, 0]), (32, b"NAME\0"), (64, b"\x0D Somebody ")]);
    let compressed = header(b"\x1F\x9D\x90", 90, &[(3, b"abc")]);
    let lzma = header(b"\x5D\0\0\x80\0", 90, &[(5, &[0xFF; 8])]);
    let flash = header(b"FWS\x06", 90, &[(4, &90_u32.to_le_bytes())]);
    let packed_flash = header(b"CWS\x08", 90, &[(8, b"\x78\x9C\x01")]);
    let pcx = header(b"\x0A\x05\x01\x08", 200, &[(8, &[9, 0, 9, 0]), (65, &[3, 10, 0])]);
    let dds = header(b"DDS \x7C\0\0\0", 200, &[(76, &[32, 0, 0, 0])]);
    let elf = bytes(b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    let class = bytes(b"\xCA\xFE\xBA\xBE\0\0\0\x34\0\x10");
    let universal = header(b"\xCA\xFE\xBA\xBE\0\0\0\x02", 9000, &[(16, &[0, 0, 16, 0])]);
    let program = header(b"MZ\x90\0\x03\0\0\0\x04\0", 2048, &[(60, &[128]), (128, b"PE\0\0")]);
    let monkey = header(b"MAC \x96\x0F", 90, &[]);
    let au = header(b".snd", 90, &[(4, &[0, 0, 0, 24]), (12, &[0, 0, 0, 1, 0, 0, 0x1F, 0x40, 0, 0, 0, 1])]);
    let eot = header(b"\xC8\0\0\0", 200, &[(4, &[100]), (8, b"\x01\0\x02\0"), (34, b"LP")]);
    let mut stl = header(b"solid made by hand\0", 84 + 50, &[(80, &[1])]);
    stl[100] = 1;
    study(vec![
        ("a.dbf", dbase, Kind::Other, "application/vnd.dbf"),
        ("a.Z", compressed, Kind::Compressed, "application/x-compress"),
        ("a.lzma", lzma, Kind::Compressed, "application/x-lzma"),
        ("a.swf", flash, Kind::Other, "application/x-shockwave-flash"),
        ("b.swf", packed_flash, Kind::Other, "application/x-shockwave-flash"),
        ("a.pcx", pcx, Kind::Image, "image/x-pcx"),
        ("a.dds", dds, Kind::Image, "image/vnd.ms-dds"),
        ("a.o", elf, Kind::Other, "application/x-executable"),
        ("a.class", class, Kind::Other, "application/java-vm"),
        ("a.dylib", universal, Kind::Other, "application/x-mach-binary"),
        ("a.exe", program, Kind::Other, "application/vnd.microsoft.portable-executable"),
        ("a.ape", monkey, Kind::Audio, "audio/x-ape"),
        ("a.au", au, Kind::Audio, "audio/basic"),
        ("a.ttf", font(b"\0\x01\0\0", 3), Kind::Other, "font/ttf"),
        ("b.ttf", font(b"true", 3), Kind::Other, "font/ttf"),
        ("a.otf", font(b"OTTO", 3), Kind::Other, "font/otf"),
        ("a.eot", eot, Kind::Other, "application/vnd.ms-fontobject"),
        ("a.stl", stl, Kind::Other, "model/stl"),
        ("b.stl", bytes(b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n"), Kind::Other, "model/x-stl-ascii"),
        ("a.bz2", bytes(b"BZh91AY&SY\0\0\0\0"), Kind::Compressed, "application/x-bzip2"),
    ]);
}

#[test]
fn netpbm_pictures_are_none_without_their_numbers() {
    study(vec![
        ("a.pbm", bytes(b"P1\n2 2\n0 1\n1 0\n"), Kind::Image, "image/x-portable-bitmap"),
        ("a.pgm", bytes(b"P2 # by hand\n2 1 255\n0 200\n"), Kind::Image, "image/x-portable-graymap"),
        ("a.ppm", bytes(b"P3 1 1 255 1 2 3"), Kind::Image, "image/x-portable-pixmap"),
        // Raw samples that happen to be letters.
        ("b.ppm", bytes(b"P6 1 1 255\nabc"), Kind::Image, "image/x-portable-pixmap"),
        ("b.txt", bytes(b"P6 1 1 255\nabcd"), Kind::Text, "text/plain"),
        ("c.ppm", bytes(b"P6 9 9 255\n\0\x01\x02"), Kind::Image, "image/x-portable-pixmap"),
        ("c.txt", bytes(b"P3 1 1 255 rooms"), Kind::Text, "text/plain"),
        ("d.pgm", golden("p2.pgm"), Kind::Image, "image/x-portable-graymap"),
        ("a.pam", golden("p7_4.pam"), Kind::Image, "image/x-portable-anymap"),
    ]);
}

#[test]
fn pictures_cursors_and_spreadsheets_of_the_eighties() {
    let targa = header(b"\0\0\x02", 18 + 3 * 64 * 48, &[(12, &[64, 0, 48, 0, 24, 32])]);
    let with_colours = header(b"\0\0\x02", 18 + 4 * 8 * 8, &[(12, &[8, 0, 8, 0, 32, 8])]);
    let icon = |kind: u8| {
        header(&[0, 0, kind, 0, 1, 0, 16, 16], 200, &[(10, &[1, 0]), (14, &[100, 0, 0, 0, 22]), (22, &[40])])
    };
    let lotus = |version: &[u8]| [b"\0\0\x02\0", version, b"\x06\0\x08\0\0\0\0\0\0\0\0\0\x01\0\0\0"].concat();
    let excel = |kind: u8, len: u8| {
        [&[9, kind, len, 0, 0, 0, 0x10, 0][..], &[0, 0][..usize::from(len) - 4], b"\x42\0\x02\0\xE4\x04"].concat()
    };
    let ico = "image/vnd.microsoft.icon";
    let lotus_type = "application/vnd.lotus-1-2-3";
    let excel_type = "application/vnd.ms-excel";
    study(vec![
        ("a.tga", targa.clone(), Kind::Image, "image/x-tga"),
        ("b", targa, Kind::Image, "image/x-tga"),
        ("c.tga", with_colours, Kind::Image, "image/x-tga"),
        ("a.ico", icon(1), Kind::Image, ico),
        ("a.cur", icon(2), Kind::Image, ico),
        ("b.ico", golden("rgb.ico"), Kind::Image, ico),
        ("a.wks", lotus(b"\x04\x04"), Kind::Spreadsheet, lotus_type),
        ("a.wk1", lotus(b"\x06\x04"), Kind::Spreadsheet, lotus_type),
        ("b", lotus(b"\x05\x04"), Kind::Spreadsheet, lotus_type),
        ("a.wq1", lotus(b"\x20\x51"), Kind::Spreadsheet, "application/x-quattro-pro"),
        ("a.xls", excel(0, 4), Kind::Spreadsheet, excel_type),
        ("b.xls", excel(2, 6), Kind::Spreadsheet, excel_type),
        ("c", excel(4, 6), Kind::Spreadsheet, excel_type),
        // The same beginning, and no record behind it.
        ("d.bin", header(b"\0\0\x02\0\x06\x04", 90, &[(6, &[0xFF; 8])]), Kind::Other, "application/octet-stream"),
        ("e.bin", header(b"\x09\0\x04\0", 90, &[]), Kind::Other, "application/octet-stream"),
    ]);
}

#[test]
fn a_zip_archive_is_an_office_document_by_its_main_part() {
    let folder = |name: &str| {
        zip(&[(&format!("{name}/notes.txt"), b"a"), (&format!("{name}/document.xml"), b"b"), ("readme.md", b"c")])
    };
    let main = |kind: &str| format!("application/vnd.openxmlformats-officedocument.{kind}.main+xml");
    let odd = office("word/main7.xml", &main("wordprocessingml.document"));
    let missing = zip(&[("[Content_Types].xml", b"<Types/>"), ("word/notes.xml", b"")]);
    let backslashes = zip(&[("[Content_Types].xml", b"<Types/>"), ("\\word\\document.xml", b"")]);
    study(vec![
        ("a.zip", folder("word"), Kind::Compressed, "application/zip"),
        ("b.zip", folder("xl"), Kind::Compressed, "application/zip"),
        ("c.zip", folder("ppt"), Kind::Compressed, "application/zip"),
        ("d.zip", folder("visio"), Kind::Compressed, "application/zip"),
        ("e.zip", missing, Kind::Compressed, "application/zip"),
        ("a", office("word/document.xml", &main("wordprocessingml.document")), Kind::Document, DOCX),
        ("b", odd, Kind::Document, DOCX),
        ("c", backslashes, Kind::Document, DOCX),
        ("d", office("xl/workbook.xml", &main("spreadsheetml.sheet")), Kind::Spreadsheet, XLSX),
        ("e", office("ppt/presentation.xml", &main("presentationml.presentation")), Kind::Presentation, PPTX),
        (
            "f",
            office("ppt/presentation.xml", &main("presentationml.slideshow")),
            Kind::Presentation,
            "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
        ),
        (
            "g",
            office("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
            Kind::Document,
            "application/vnd.ms-word.document.macroenabled.12",
        ),
        (
            "h.xlsx",
            office("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
            Kind::Spreadsheet,
            "application/vnd.ms-excel.sheet.binary.macroenabled.12",
        ),
        // What is inside counts, not the name.
        ("i.xlsx", office("word/document.xml", &main("wordprocessingml.document")), Kind::Document, DOCX),
        // A document that holds another one.
        (
            "j",
            zip(&[
                ("word/embeddings/xl/workbook.xml", b""),
                ("xl/notes.txt", b""),
                ("word/document.xml", b""),
                ("[Content_Types].xml", b""),
            ]),
            Kind::Document,
            DOCX,
        ),
    ]);
}

#[test]
fn other_office_suites_and_books_are_told_apart() {
    let named =
        |mime_type: &str| zip(&[("content.xml", b"<a/>"), ("Pictures/1.png", b""), ("mimetype", mime_type.as_bytes())]);
    let manifest = |mime_type: &str| {
        let text = format!(
            "<manifest:manifest><manifest:file-entry manifest:media-type=\"image/png\" manifest:full-path=\"a.png\"/>\
             <manifest:file-entry manifest:media-type=\"{mime_type}\" manifest:full-path=\"/\"/></manifest:manifest>"
        );
        zip(&[("content.xml", b"<a/>"), ("META-INF/manifest.xml", text.as_bytes())])
    };
    let mut cases = Vec::new();
    for (mime_type, kind) in [
        ("application/vnd.oasis.opendocument.text", Kind::Document),
        ("application/vnd.oasis.opendocument.spreadsheet", Kind::Spreadsheet),
        ("application/vnd.oasis.opendocument.presentation", Kind::Presentation),
        ("application/vnd.oasis.opendocument.graphics", Kind::Document),
        ("application/vnd.sun.xml.writer", Kind::Document),
        ("application/vnd.sun.xml.calc", Kind::Spreadsheet),
        ("application/vnd.sun.xml.impress", Kind::Presentation),
    ] {
        cases.extend([("a", named(mime_type), kind, mime_type), ("b.zip", manifest(mime_type), kind, mime_type)]);
    }
    // A chunk's header, Snappy's length, one literal: `ArchiveInfo` with the type of its first
    // object.
    let apple = |object: &[u8], more: &str| {
        let message = [b"\x08".as_slice(), object, b"\x12\x03\x01\0\x05\x18\x0A"].concat();
        let info = [b"\x08\x01\x12", &[u8::try_from(message.len()).unwrap()][..], &message].concat();
        let archive = [&[u8::try_from(info.len()).unwrap()], info.as_slice()].concat();
        let literal = [&[30, u8::try_from(archive.len() - 1).unwrap() << 2], archive.as_slice()].concat();
        let chunk = [&[0, u8::try_from(literal.len()).unwrap(), 0, 0], literal.as_slice()].concat();
        zip(&[("preview.jpg", b""), ("Index/Document.iwa", &chunk), (more, b"")])
    };
    let old = |root: &str| {
        zip(&[("buildVersionHistory.plist", b""), ("index.xml", format!("<?xml version='1.0'?>{root}").as_bytes())])
    };
    let key = zip(&[("index.apxl", b"<?xml version='1.0'?><key:presentation xmlns:key='x'>")]);
    let pages = "application/vnd.apple.pages";
    let numbers = "application/vnd.apple.numbers";
    let keynote = "application/vnd.apple.keynote";
    cases.extend([
        ("a.zip", apple(b"\x90\x4E", "Index/Tables/DataList.iwa"), Kind::Document, pages),
        ("b.zip", apple(b"\x01", "Index/CalculationEngine.iwa"), Kind::Spreadsheet, numbers),
        ("c.zip", apple(b"\x01", "Index/Slide-1.iwa"), Kind::Presentation, keynote),
        ("d.zip", old("<sl:document xmlns:sl='x'>"), Kind::Document, pages),
        ("e.zip", old("<ls:document xmlns:ls='x'>"), Kind::Spreadsheet, numbers),
        ("f.zip", key, Kind::Presentation, keynote),
        ("g.zip", old("<other/>"), Kind::Compressed, "application/zip"),
        ("a", named("application/epub+zip"), Kind::Document, "application/epub+zip"),
        ("b", zip(&[("OEBPS/a.opf", b""), ("META-INF/container.xml", b"")]), Kind::Document, "application/epub+zip"),
        ("c.zip", zip(&[("a.opf", b"")]), Kind::Compressed, "application/zip"),
        ("d.zip", named("something else"), Kind::Compressed, "application/zip"),
    ]);
    study(cases);
}

#[test]
fn packages_are_known_by_what_their_programs_need() {
    let apk = "application/vnd.android.package-archive";
    let jar = "application/java-archive";
    study(vec![
        ("a", zip(&[("res/a.png", b""), ("classes.dex", b""), ("AndroidManifest.xml", b"")]), Kind::Compressed, apk),
        ("b", zip(&[("AndroidManifest.xml", b""), ("resources.arsc", b"")]), Kind::Compressed, apk),
        (
            "c.zip",
            zip(&[("AndroidManifest.xml", b"<manifest/>"), ("src/a.kt", b"")]),
            Kind::Compressed,
            "application/zip",
        ),
        ("a", zip(&[("a/B.class", b""), ("META-INF/MANIFEST.MF", b"")]), Kind::Compressed, jar),
        ("b.jar", zip(&[("a/B.class", b"")]), Kind::Compressed, jar),
        ("c.zip", zip(&[("META-INF/notes.txt", b"")]), Kind::Compressed, "application/zip"),
        ("a", zip(&[("doc.kml", b""), ("images/a.png", b"")]), Kind::Compressed, "application/vnd.google-earth.kmz"),
        ("b.zip", zip(&[("maps/doc.kml", b"")]), Kind::Compressed, "application/zip"),
        ("a", zip(&[("3D/3dmodel.model", b""), ("[Content_Types].xml", b"")]), Kind::Other, "model/3mf"),
        ("b.zip", zip(&[("3D/3dmodel.model", b"")]), Kind::Compressed, "application/zip"),
        ("c.zip", zip(&[("document.json", b"{}")]), Kind::Compressed, "application/zip"),
        ("a.cbz", zip(&[("1.jpg", b"")]), Kind::Compressed, "application/vnd.comicbook+zip"),
        ("a.zip", zip(&[("1.jpg", b"")]), Kind::Compressed, "application/zip"),
        ("a", zip(&[("FixedDocSeq.fdseq", b""), ("[Content_Types].xml", b"")]), Kind::Document, "application/oxps"),
        ("empty.zip", zip(&[]), Kind::Compressed, "application/zip"),
    ]);
}

#[test]
fn compound_files_are_known_by_their_streams() {
    let word = "application/msword";
    let excel = "application/vnd.ms-excel";
    let slides = "application/vnd.ms-powerpoint";
    let plain = b"".as_slice();
    let locked =
        || ole(&[("\u{6}DataSpaces", plain), ("EncryptionInfo", b"\x04\0\x04\0"), ("EncryptedPackage", plain)]);
    study(vec![
        ("a", ole(&[("1Table", plain), ("CompObj", plain), ("WordDocument", plain)]), Kind::Document, word),
        ("b.xls", ole(&[("WordDocument", plain)]), Kind::Document, word),
        ("c", ole(&[("\u{5}SummaryInformation", plain), ("Workbook", plain)]), Kind::Spreadsheet, excel),
        ("d.doc", ole(&[("Book", plain)]), Kind::Spreadsheet, excel),
        ("e", ole(&[("Current User", plain), ("PowerPoint Document", plain)]), Kind::Presentation, slides),
        ("f", ole(&[("VisioDocument", plain)]), Kind::Document, "application/vnd.visio"),
        ("g", ole(&[("Contents", plain), ("Quill", plain)]), Kind::Document, "application/vnd.ms-publisher"),
        ("h", ole(&[("__nameid_version1.0", plain)]), Kind::Other, "application/vnd.ms-outlook"),
        ("i", ole(&[("MatOST", plain)]), Kind::Document, "application/vnd.ms-works"),
        ("j.bin", ole(&[("Something", plain)]), Kind::Other, "application/x-ole-storage"),
        ("k.xls", ole(&[("Something", plain)]), Kind::Spreadsheet, excel),
        ("a.docx", locked(), Kind::Document, DOCX),
        ("b.xlsx", locked(), Kind::Spreadsheet, XLSX),
        ("c.pptx", locked(), Kind::Presentation, PPTX),
        ("d", locked(), Kind::Document, "application/x-ole-storage"),
        ("e.xls", locked(), Kind::Spreadsheet, excel),
        ("f.msg", locked(), Kind::Document, "application/x-ole-storage"),
    ]);
}

#[test]
fn wordperfect_is_told_from_its_sisters() {
    let prefix = |product: u8, kind: u8| header(b"\xFFWPC\x10\0\0\0", 90, &[(8, &[product, kind, 2, 1])]);
    let inside = |product: u8, kind: u8| {
        let start = prefix(product, kind);
        ole(&[("PerfectOffice_OBJECTS", b""), ("PerfectOffice_MAIN", start.as_slice())])
    };
    let document = "application/vnd.wordperfect";
    let slides = "application/x-corelpresentations";
    study(vec![
        ("a.wpd", prefix(1, 10), Kind::Document, document),
        ("b", prefix(1, 0x2C), Kind::Document, document),
        ("c.doc", inside(1, 10), Kind::Document, document),
        ("a.shw", prefix(15, 10), Kind::Presentation, slides),
        ("b", prefix(15, 15), Kind::Presentation, slides),
        ("c", inside(15, 10), Kind::Presentation, slides),
        ("a.wpg", prefix(1, 22), Kind::Image, "image/x-wpg"),
        ("b", prefix(15, 22), Kind::Image, "image/x-wpg"),
        ("c", inside(1, 22), Kind::Image, "image/x-wpg"),
        ("a.wcm", prefix(1, 1), Kind::Other, document),
        ("a.pln", prefix(10, 10), Kind::Spreadsheet, "application/x-planperfect"),
        ("a.qpw", ole(&[("NativeContent_MAIN", b"")]), Kind::Spreadsheet, "application/x-quattro-pro"),
    ]);
}

#[test]
fn sound_is_told_from_films_by_the_tracks() {
    let opus = b"OpusHead\x01\x01".as_slice();
    let vorbis = b"\x01vorbis\0".as_slice();
    let theora = b"\x80theora\x03".as_slice();
    let skeleton = b"fishead\0\x03".as_slice();
    let late = {
        let header = element(b"\x1A\x45\xDF\xA3", &element(b"\x42\x82", b"webm\0\0"));
        let cluster = element(b"\x1F\x43\xB6\x75", &[0; 300]);
        let tracks = element(b"\x16\x54\xAE\x6B", &element(b"\xAE", &element(b"\x83", &[2])));
        let segment = [cluster.clone(), cluster, tracks].concat();
        [header, element(b"\x18\x53\x80\x67", &segment)].concat()
    };
    study(vec![
        ("a.webm", ebml("webm", &[2]), Kind::Audio, "audio/webm"),
        ("b.webm", ebml("webm", &[2, 1]), Kind::Video, "video/webm"),
        ("c.webm", late, Kind::Audio, "audio/webm"),
        ("d.webm", ebml("webm", &[]), Kind::Video, "video/webm"),
        ("e.weba", ebml("webm", &[]), Kind::Audio, "audio/webm"),
        ("a.mkv", ebml("matroska", &[2, 2]), Kind::Audio, "audio/matroska"),
        ("b.mkv", ebml("matroska", &[1, 2, 17]), Kind::Video, "video/matroska"),
        ("c.mks", ebml("matroska", &[17]), Kind::Text, "application/x-matroska"),
        ("d.bin", ebml("other", &[1]), Kind::Other, "application/x-ebml"),
        ("a.mp4", mp4(b"isom", &[b"soun"]), Kind::Audio, "audio/mp4"),
        ("b.mp4", mp4(b"mp42", &[b"soun", b"vide"]), Kind::Video, "video/mp4"),
        ("c", mp4(b"XAVC", &[b"vide"]), Kind::Video, "video/mp4"),
        ("d.m4a", mp4(b"M4A ", &[b"soun", b"vide"]), Kind::Audio, "audio/mp4"),
        ("e", mp4(b"dash", &[]), Kind::Video, "video/mp4"),
        ("a.mov", mp4(b"qt  ", &[b"vide", b"soun"]), Kind::Video, "video/quicktime"),
        ("b.mov", mp4(b"qt  ", &[b"soun"]), Kind::Audio, "audio/mp4"),
        (
            "c.mov",
            [boxed(b"wide", b""), boxed(b"mdat", &[1; 90]), moov(&[b"vide"])].concat(),
            Kind::Video,
            "video/quicktime",
        ),
        ("d.mov", moov(&[b"vide"]), Kind::Video, "video/quicktime"),
        ("e.mov", moov(&[b"soun", b"vide"])[..300].to_vec(), Kind::Video, "video/quicktime"),
        ("a.3gp", mp4(b"3gp4", &[b"vide"]), Kind::Video, "video/3gpp"),
        ("b.3gp", mp4(b"3gp4", &[b"soun"]), Kind::Audio, "audio/3gpp"),
        ("c.3g2", mp4(b"3g2a", &[b"soun", b"vide"]), Kind::Video, "video/3gpp2"),
        ("a.opus", ogg(&[opus]), Kind::Audio, "audio/ogg"),
        ("b.ogg", ogg(&[skeleton, vorbis]), Kind::Audio, "audio/ogg"),
        ("c.ogg", ogg(&[vorbis, theora]), Kind::Video, "video/ogg"),
        ("d.ogv", ogg(&[skeleton]), Kind::Video, "video/ogg"),
        ("e.ogx", ogg(&[b"unknown\0"]), Kind::Other, "application/ogg"),
        ("a.wav", bytes(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"), Kind::Audio, "audio/wav"),
        ("b.wav", bytes(b"RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0"), Kind::Audio, "audio/wav"),
        ("a.avi", bytes(b"RIFF\x24\0\0\0AVI LIST\x10\0\0\0"), Kind::Video, "video/x-msvideo"),
        ("a.webp", golden("rgba.webp"), Kind::Image, "image/webp"),
        ("a.ani", bytes(b"RIFF\x24\0\0\0ACONLIST\x10\0\0\0"), Kind::Image, "application/x-navi-animation"),
    ]);
}

#[test]
fn frames_of_sound_come_in_a_row() {
    let mp3 = header(b"\xFF\xFB\x90\x64", 417, &[]);
    let adts = header(b"\xFF\xF1\x50\x80\x02\x1F\xFC", 16, &[]);
    let ac3 = header(b"\x0B\x77\0\0\0\x40", 128, &[]);
    let tag = b"ID3\x04\0\0\0\0\0\x0A\0\0\0\0\0\0\0\0\0\0";
    study(vec![
        ("a", mp3.repeat(5), Kind::Audio, "audio/mpeg"),
        ("b", [tag.as_slice(), &mp3].concat(), Kind::Audio, "audio/mpeg"),
        ("c.mp3", [&[0; 700][..], &mp3.repeat(5)].concat(), Kind::Audio, "audio/mpeg"),
        ("d.mp3", mp3[..200].to_vec(), Kind::Audio, "audio/mpeg"),
        ("e.bin", mp3[..200].to_vec(), Kind::Other, "application/octet-stream"),
        ("a", adts.repeat(5), Kind::Audio, "audio/aac"),
        ("b", [tag.as_slice(), &adts.repeat(5)].concat(), Kind::Audio, "audio/aac"),
        ("c.bin", [&adts, &[1; 90][..]].concat(), Kind::Other, "application/octet-stream"),
        ("a", ac3.repeat(5), Kind::Audio, "audio/ac3"),
        ("b.bin", [&ac3, &[1; 90][..]].concat(), Kind::Other, "application/octet-stream"),
        ("a", [tag.as_slice(), b"fLaC\0\0\0\x22"].concat(), Kind::Audio, "audio/flac"),
        ("a.ts", header(b"\x47", 188, &[]).repeat(4), Kind::Video, "video/mp2t"),
        ("b.m2ts", header(b"\0\0\0\0\x47", 192, &[]).repeat(4), Kind::Video, "video/mp2t"),
        (
            "b.mpg",
            header(b"\0\0\x01\xB3\x14\0\xF0\x14\0\xC8\x20", 90, &[(12, b"\0\0\x01\xB8")]),
            Kind::Video,
            "video/mpeg",
        ),
        ("a.mpg", header(b"\0\0\x01\xBA\x44\0\x04\0\x04\x01", 90, &[]), Kind::Video, "video/mpeg"),
    ]);
}

#[test]
fn archives_are_known_whatever_their_time_or_version() {
    let drawing = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>";
    let sheet = b"<?xml version='1.0'?><gnm:Workbook xmlns:gnm='http://www.gnumeric.org/v10.dtd'/>";
    let mut damaged = tar("notes.txt", b"");
    damaged[0] = b'm';
    let gz = "application/gzip";
    study(vec![
        ("a.gz", gzip(b"hello", b"moov"), Kind::Compressed, gz),
        ("b.gz", gzip(b"hello", b"free"), Kind::Compressed, gz),
        ("c.gz", gzip(b"hello", b"skip"), Kind::Compressed, gz),
        ("d.gz", gzip(b"hello", b"\x11\xAF\0\0"), Kind::Compressed, gz),
        ("e.tgz", gzip(&tar("a", b""), b"\0\0\0\0"), Kind::Compressed, gz),
        ("a.svgz", gzip(drawing, b"mdat"), Kind::Image, "image/svg+xml"),
        ("b.svg", gzip(drawing, b"\0\0\0\0"), Kind::Image, "image/svg+xml"),
        ("c.svg.gz", gzip(drawing, b"\0\0\0\0"), Kind::Compressed, gz),
        ("d.svgz", gzip(b"hello", b"\0\0\0\0"), Kind::Compressed, gz),
        ("a.gnumeric", gzip(sheet, b"\0\0\0\0"), Kind::Spreadsheet, "application/x-gnumeric"),
        ("a.tar", tar("notes.txt", b""), Kind::Compressed, "application/x-tar"),
        ("b.tar", tar("notes.txt", b"ustar\x0000"), Kind::Compressed, "application/x-tar"),
        ("c", tar("notes.txt", b"ustar  \0"), Kind::Compressed, "application/x-tar"),
        ("d.bin", damaged, Kind::Other, "application/octet-stream"),
    ]);
}

#[test]
fn markup_counts_in_any_encoding() {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<rows><row id=\"1\"/></rows>\n";
    let svg = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"/>";
    let html = "<!DOCTYPE html><title>سلام</title>";
    let marked = |text: &str, little| utf16(&format!("\u{feff}{text}"), little);
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><svg width='4' height='4'><title>caf\xE9</title></svg>";
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
