//! What a file is: decided by its content, refined by its name, never by what the client says.

use crate::support::archive::{office, zip};
use crate::support::picture::{gradient, jpeg, png};
use crate::support::{PDF, builder, checks, create, noise, server, stored_keys};
use serde_json::json;
use tintype_testkit::Form;

const HTML: &[u8] = b"<!DOCTYPE html><html><head><title>t</title></head><body><script>alert(1)</script></body></html>";

/// A WAVE file of eight silent samples.
const WAV: &[u8] = b"RIFF\x2C\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0data\x08\0\0\0\x80\x80\x80\x80\x80\x80\x80\x80";

/// The boxes every MP4 begins with.
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp42\0\0\0\x08free\0\0\0\x08mdat";

#[test]
fn each_type_is_recognised_by_content() {
    let server = server();
    let admin = server.admin();
    let cases = [
        ("a.jpg", jpeg(&gradient(8, 8)), "image", Some("image/jpeg")),
        ("a.png", png(&gradient(8, 8)), "image", Some("image/png")),
        ("a.pdf", PDF.to_vec(), "pdf", Some("application/pdf")),
        ("a.mp4", MP4.to_vec(), "video", Some("video/mp4")),
        ("a.wav", WAV.to_vec(), "audio", None),
        ("a.txt", b"Plain words in a row.\n".to_vec(), "text", Some("text/plain")),
        ("a.zip", zip(&[("a.txt", "words")]), "compressed", Some("application/zip")),
        ("a.gz", b"\x1F\x8B\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0".to_vec(), "compressed", None),
        ("a.docx", office("word/document.xml"), "document", None),
        ("a.xlsx", office("xl/workbook.xml"), "spreadsheet", None),
        ("a.pptx", office("ppt/presentation.xml"), "presentation", None),
        ("a.bin", noise(4096, 3), "other", None),
    ];
    for (name, content, kind, mime_type) in cases {
        let object = create(&admin, name, content);
        assert_eq!(object["type"], kind, "{name}: {object}");
        if let Some(mime_type) = mime_type {
            assert_eq!(object["mime_type"], mime_type, "{name}");
        }
    }
}

#[test]
fn a_name_cannot_make_content_what_it_is_not() {
    let server = server();
    let admin = server.admin();
    let cases = [
        ("picture.pdf", png(&gradient(8, 8)), "image"),
        ("picture", jpeg(&gradient(8, 8)), "image"),
        ("picture.txt", jpeg(&gradient(8, 8)), "image"),
        ("page.jpg", HTML.to_vec(), "text"),
        ("words.mp4", b"Plain words in a row.\n".to_vec(), "text"),
        ("noise.jpg", noise(4096, 4), "other"),
        ("archive.jpg", zip(&[("a.txt", "words")]), "compressed"),
        ("document.png", PDF.to_vec(), "pdf"),
    ];
    for (name, content, kind) in cases {
        let object = create(&admin, name, content);
        assert_eq!(object["type"], kind, "{name}: {object}");
        if kind != "image" {
            assert_eq!(
                (&object["width"], &object["mode"], &object["thumbnails"]),
                (&json!(null), &json!(null), &json!([]))
            );
        }
    }
}

#[test]
fn a_name_chooses_between_what_the_content_allows() {
    let server = server();
    let admin = server.admin();
    let table = "name,size\na,1\nb,2\n";
    for (name, kind) in
        [("table.csv", "spreadsheet"), ("TABLE.CSV", "spreadsheet"), ("table.txt", "text"), ("table", "text")]
    {
        assert_eq!(create(&admin, name, table)["type"], kind, "{name}");
    }
}

#[test]
fn the_clients_content_type_decides_nothing() {
    let server = server();
    let admin = server.admin();
    for claimed in ["image/jpeg", "text/html", "application/pdf", "nonsense", ""] {
        let form = Form::new().typed_file("f", "a.txt", claimed, "Plain words in a row.\n");
        let object = admin.upload(&form).expect_status(201).json();
        assert_eq!((&object["type"], &object["mime_type"]), (&json!("text"), &json!("text/plain")), "as `{claimed}`");
    }
}

#[test]
fn a_type_that_is_not_allowed_is_a_415_and_leaves_nothing() {
    let server = builder().config("allowed_types", "image,pdf").start();
    let admin = server.admin();
    for (name, content) in [("a.txt", b"words".to_vec()), ("a.jpg", HTML.to_vec()), ("a.pdf", noise(1000, 5))] {
        checks::problem(&admin.upload(&Form::new().file("f", name, content)), 415);
    }
    assert_eq!(stored_keys(&server), [] as [String; 0]);
    assert_eq!(create(&admin, "a.txt", png(&gradient(8, 8)))["type"], "image");
    assert_eq!(create(&admin, "b.txt", PDF)["type"], "pdf");
    let path = crate::support::one(&create(&admin, "c.txt", PDF));
    let replacement = Form::new().file("f", "a.txt", "words");
    checks::problem(&admin.patch(&path).multipart(&replacement).send(), 415);
    assert_eq!(admin.get(&path).send().json()["type"], "pdf");
}
