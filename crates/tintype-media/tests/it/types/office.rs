//! Documents: archives, compound files and the suites of others.

use tintype_media::Kind;

use super::{DOCX, PPTX, XLSX, study};
use crate::made::{header, office, ole, zip};

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
