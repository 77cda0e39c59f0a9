//! PDF, Office, OpenDocument, EPUB, comics and archives.

use tintype_preview::Failure;

use crate::builders::{pdf, png, zip};
use crate::{at, encoded, facts, failure, look, pixels};

#[test]
fn the_first_page_of_a_pdf_is_drawn_on_white() {
    let (source, pixels) = pixels(&pdf(b"", ""));
    assert_eq!((source, pixels.width, pixels.height), ("page", 1080, 540));
    assert_eq!(at(&pixels, 0.5, 0.25), [255, 0, 0]);
    assert_eq!(at(&pixels, 0.5, 0.75), [255, 255, 255]);
}

#[test]
fn a_pdf_tells_pages_title_author_and_time() {
    let title: String = "Måned".encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    let info = format!("/Title<FEFF{title}>/Author(J. K\\366nig)/CreationDate(D:20261128060509+01'00')");
    let facts = facts(&pdf(info.as_bytes(), ""));
    assert_eq!(facts.pages, Some(1));
    assert_eq!(facts.title.as_deref(), Some("Måned"));
    assert_eq!(facts.author.as_deref(), Some("J. König"));
    assert_eq!(facts.created_at.as_deref(), Some("2026-11-28T06:05:09+01:00"));
    assert_eq!(facts.encrypted, Some(false));
}

#[test]
fn a_pdf_with_a_password_is_encrypted() {
    let key = "00".repeat(32);
    let trailer = format!("/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{key}>/U<{key}>>>");
    let bytes = pdf(b"/Title(secret)", &trailer);
    assert_eq!(failure(&bytes), Some(Failure::Encrypted));
    assert_eq!((facts(&bytes).encrypted, facts(&bytes).title), (Some(true), None));
}

#[test]
fn a_pdf_without_pages_is_damaged() {
    assert_eq!(failure(b"%PDF-1.7\nnothing of a document"), Some(Failure::Damaged));
}

const CORE: &[u8] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><cp:coreProperties><dc:title>Årsrapport &amp; tall</dc:title><dc:creator>Kari</dc:creator>\
    <dcterms:created>2026-11-28T06:05:00Z</dcterms:created></cp:coreProperties>"
    .as_bytes();

#[test]
fn office_documents_show_their_thumbnail_and_tell_their_properties() {
    let picture = png(8, 8, &[]);
    let word = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<document/>"),
        ("docProps/core.xml", CORE),
        ("docProps/app.xml", b"<Properties><Pages>7</Pages></Properties>"),
        ("docProps/thumbnail.png", &picture),
    ]);
    assert_eq!(encoded(&word), ("embedded", picture, None));
    let told = facts(&word);
    assert_eq!(told.title.as_deref(), Some("Årsrapport & tall"));
    assert_eq!((told.author.as_deref(), told.pages), (Some("Kari"), Some(7)));
    assert_eq!(told.created_at.as_deref(), Some("2026-11-28T06:05:00Z"));
    let sheet = zip(&[
        ("xl/workbook.xml", b"<workbook><sheets><sheet name='a'/><sheet name='b'/></sheets></workbook>".as_slice()),
        ("docProps/thumbnail.emf", b"no picture for the web"),
    ]);
    assert_eq!(facts(&sheet).sheets, Some(2));
    assert!(look(&sheet).expect("no failure").is_none());
    let slides = zip(&[
        ("ppt/slides/slide1.xml", b"<a/>"),
        ("ppt/slides/slide2.xml", b"<a/>"),
        ("ppt/slides/_rels/slide1.xml.rels", b"<a/>"),
    ]);
    assert_eq!(facts(&slides).slides, Some(2));
}

#[test]
fn open_documents_show_their_thumbnail_unless_they_are_encrypted() {
    let picture = png(8, 8, &[]);
    let meta = b"<m><dc:title>Notes</dc:title><meta:initial-creator>Ola</meta:initial-creator><meta:creation-date>2026-11-28T06:05:09.25</meta:creation-date>\
        <meta:document-statistic meta:page-count=\"3\" meta:table-count=\"1\"/></m>";
    let text = b"application/vnd.oasis.opendocument.text";
    let open = zip(&[("mimetype", text), ("meta.xml", meta), ("Thumbnails/thumbnail.png", &picture)]);
    assert_eq!(encoded(&open), ("embedded", picture.clone(), None));
    let told = facts(&open);
    assert_eq!((told.title.as_deref(), told.author.as_deref(), told.pages), (Some("Notes"), Some("Ola"), Some(3)));
    assert_eq!(told.created_at.as_deref(), Some("2026-11-28T06:05:09.25"));
    let manifest = b"<manifest><file-entry><encryption-data/></file-entry></manifest>";
    let closed =
        zip(&[("mimetype", text), ("META-INF/manifest.xml", manifest), ("Thumbnails/thumbnail.png", &picture)]);
    assert_eq!(failure(&closed), Some(Failure::Encrypted));
    assert_eq!(facts(&closed).encrypted, Some(true));
}

#[test]
fn a_book_shows_its_cover() {
    let (cover, other) = (png(8, 12, &[]), png(9, 9, &[]));
    let container = b"<container><rootfiles><rootfile full-path=\"OEBPS/content.opf\"/></rootfiles></container>";
    let package = b"<package><metadata><dc:title>Sult</dc:title><dc:creator>Knut</dc:creator><meta name=\"cover\" content=\"c1\"/></metadata>\
        <manifest><item id=\"a\" href=\"a.png\" media-type=\"image/png\"/><item id=\"c1\" href=\"../art/my%20cover.png\" media-type=\"image/png\"/></manifest></package>";
    let book = zip(&[
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", container),
        ("OEBPS/content.opf", package),
        ("OEBPS/a.png", &other),
        ("art/my cover.png", &cover),
    ]);
    assert_eq!(encoded(&book), ("cover", cover, None));
    assert_eq!((facts(&book).title.as_deref(), facts(&book).author.as_deref()), (Some("Sult"), Some("Knut")));
}

#[test]
fn a_comic_shows_its_first_page_in_the_order_that_people_count() {
    let (first, other) = (png(8, 12, &[]), png(9, 9, &[]));
    let comic = zip(&[
        ("book/page 10.png", &other),
        ("book/page 2.png", &first),
        ("ComicInfo.xml", b"<ComicInfo><Title>Pyton</Title></ComicInfo>"),
    ]);
    assert_eq!(encoded(&comic), ("cover", first, None));
    assert_eq!((facts(&comic).pages, facts(&comic).title.as_deref()), (Some(2), Some("Pyton")));
}

#[test]
fn archives_tell_how_much_is_in_them_and_show_nothing() {
    let archive = zip(&[("folder/", b""), ("folder/a.txt", b"12345"), ("b.bin", b"123")]);
    assert_eq!((facts(&archive).entries, facts(&archive).uncompressed_size), (Some(2), Some(8)));
    assert!(look(&archive).expect("no failure").is_none());
    let mut tar = vec![0u8; 2048];
    tar[..5].copy_from_slice(b"a.txt");
    tar[124..136].copy_from_slice(b"00000000007\0");
    tar[156] = b'0';
    tar[257..262].copy_from_slice(b"ustar");
    assert_eq!((facts(&tar).entries, facts(&tar).uncompressed_size), (Some(1), Some(7)));
    assert!(look(&tar).expect("no failure").is_none());
}

#[test]
fn an_office_document_with_a_password_is_encrypted() {
    let mut bytes = vec![0u8; 2048];
    bytes[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    bytes[30] = 9;
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes[512 + 128..512 + 128 + name.len()].copy_from_slice(&name);
    assert_eq!(failure(&bytes), Some(Failure::Encrypted));
    assert_eq!(facts(&bytes).encrypted, Some(true));
}
