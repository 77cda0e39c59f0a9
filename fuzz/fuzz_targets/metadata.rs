//! Reads what a file tells about itself, and copies it without its metadata, as the server does in
//! its own process. A copy that can be read tells no more than the file does.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_preview::{Limits, Strip, metadata, strip_metadata};

fuzz_target!(init: { abort_only_on_own_panics() }, |file: &[u8]| {
    let limits = Limits::default().with_max_alloc_bytes(64 << 20);
    metadata(Cursor::new(file), &limits).expect("memory can be read");
    for strip in [Strip::Gps, Strip::All] {
        let mut copy = Vec::new();
        let Ok(differs) = strip_metadata(Cursor::new(file), &mut copy, strip, &limits) else { continue };
        if !differs {
            assert!(copy == file, "{strip:?}");
        } else {
            let left = metadata(Cursor::new(&copy), &limits).expect("memory can be read");
            assert!(left.gps.is_none(), "{strip:?}: {left:?}");
        }
    }
});
