//! Tells what a file is, with and without a name, twice: the answer must be the same each time.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tintype_media::detect;

fuzz_target!(|file: &[u8]| {
    for name in [None, Some("a.docx"), Some("a.csv"), Some("a.jpg")] {
        let first = detect(&mut Cursor::new(file), name).expect("memory can be read");
        let second = detect(&mut Cursor::new(file), name).expect("memory can be read");
        assert_eq!((first.kind, &first.mime_type), (second.kind, &second.mime_type));
    }
});
