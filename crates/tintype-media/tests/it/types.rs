//! A study of types: formats that are easily taken for one another, told apart by what is in the
//! files.
//!
//! Each table holds files of one pair or group of formats, made here, and what they are.

mod office;
mod pictures;
mod signatures;
mod sound;
mod text;

use std::io::Cursor;

use tintype_media::{Kind, detect};

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

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
