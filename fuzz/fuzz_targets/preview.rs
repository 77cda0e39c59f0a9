//! Makes the picture of a document, film, sound, raw file or archive. A panic in a decoder of
//! somebody else's that is caught is no finding; one in tintype's own code is.
#![no_main]

use std::io::Cursor;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_preview::{Limits, Options, preview};

fuzz_target!(init: { abort_only_on_own_panics() }, |file: &[u8]| {
    let deadline = Instant::now() + Duration::from_secs(5);
    let limits = Limits::default().with_max_pixels(1 << 18).with_max_alloc_bytes(64 << 20).with_deadline(deadline);
    let _ = preview(Cursor::new(file), &Options::default().with_limits(limits).with_edge(Some(64)));
});
