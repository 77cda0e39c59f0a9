//! Tests through the public interface. Films, sounds and HEIC are small files that
//! `fixtures/make.sh` made; the rest is written here.

mod builders;
mod damaged;
mod documents;
mod films;
mod images;
mod raw_files;
mod sounds;
mod stripping;

use std::io::Cursor;

use tintype_preview::{Error, Failure, Limits, Metadata, Options, Picture, Pixels, Preview};

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn facts(bytes: &[u8]) -> Metadata {
    tintype_preview::metadata(Cursor::new(bytes), &Limits::default()).expect("metadata")
}

pub(crate) fn look(bytes: &[u8]) -> Result<Option<Preview>, Error> {
    tintype_preview::preview(Cursor::new(bytes), &Options::default())
}

pub(crate) fn pixels(bytes: &[u8]) -> (&'static str, Pixels) {
    let preview = look(bytes).expect("a preview").expect("a picture");
    match preview.picture {
        Picture::Pixels(pixels) => (preview.source.as_str(), pixels),
        Picture::Encoded { .. } => panic!("the picture is encoded"),
    }
}

pub(crate) fn encoded(bytes: &[u8]) -> (&'static str, Vec<u8>, Option<u8>) {
    let preview = look(bytes).expect("a preview").expect("a picture");
    match preview.picture {
        Picture::Encoded { bytes, orientation } => (preview.source.as_str(), bytes, orientation),
        Picture::Pixels(_) => panic!("the picture is decoded"),
    }
}

pub(crate) fn failure(bytes: &[u8]) -> Option<Failure> {
    look(bytes).expect_err("no preview").failure()
}

/// The colour at a place between 0 and 1.
pub(crate) fn at(pixels: &Pixels, x: f64, y: f64) -> Vec<u8> {
    let column = (x * f64::from(pixels.width)) as usize;
    let row = (y * f64::from(pixels.height)) as usize;
    let channels = pixels.layout.channels();
    pixels.data[(row * pixels.width as usize + column) * channels..][..channels].to_vec()
}

/// Fails unless colours are as near as codecs leave them.
pub(crate) fn assert_near(found: &[u8], expected: &[u8]) {
    let far = found.iter().zip(expected).any(|(found, expected)| found.abs_diff(*expected) > 24);
    assert!(!far && found.len() == expected.len(), "{found:?} is not near {expected:?}");
}
