//! Reads the facts of a picture.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tintype_media::{Limits, probe};

fuzz_target!(|file: &[u8]| {
    if let Ok(facts) = probe(Cursor::new(file), &Limits::default()) {
        assert!(facts.width > 0 && facts.height > 0, "{facts:?}");
    }
});
