//! ZIP archives, and the office documents that are ZIP archives.

use super::picture::crc32;

/// A ZIP archive of uncompressed entries (APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
pub(crate) fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let offset = u32::try_from(bytes.len()).unwrap();
        let length = u32::try_from(content.len()).unwrap();
        let mut shared = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        shared.extend_from_slice(&crc32(content.as_bytes()).to_le_bytes());
        shared.extend_from_slice(&length.to_le_bytes());
        shared.extend_from_slice(&length.to_le_bytes());
        shared.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        shared.extend_from_slice(&[0, 0]);

        bytes.extend_from_slice(b"PK\x03\x04");
        bytes.extend_from_slice(&shared);
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(content.as_bytes());

        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&shared);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let offset = u32::try_from(bytes.len()).unwrap();
    let length = u32::try_from(directory.len()).unwrap();
    bytes.extend_from_slice(&directory);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend_from_slice(&count);
    bytes.extend_from_slice(&count);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&offset.to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// An Office Open XML document whose main part is that one, e.g. `word/document.xml`.
pub(crate) fn office(main_part: &str) -> Vec<u8> {
    let content_type = match main_part.split('/').next() {
        Some("word") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        Some("xl") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        _ => "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    };
    let types = format!(
        "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Override PartName=\"/{main_part}\" ContentType=\"{content_type}\"/></Types>"
    );
    zip(&[("[Content_Types].xml", &types), ("_rels/.rels", "<Relationships/>"), (main_part, "<x/>")])
}
