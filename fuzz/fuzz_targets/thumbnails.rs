//! Makes thumbnails. A panic in a decoder of somebody else's that is caught is no finding; one in
//! tintype's own code is.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tintype_fuzz::abort_only_on_own_panics;
use tintype_media::{Limits, ThumbnailOptions, thumbnails};

const EDGES: [u32; 2] = [16, 48];

fuzz_target!(init: { abort_only_on_own_panics() }, |file: &[u8]| {
    let limits = Limits::default().with_max_pixels(1 << 20).with_max_alloc_bytes(32 << 20);
    let options = ThumbnailOptions::default().with_edges(EDGES).with_limits(limits);
    let Ok(made) = thumbnails(Cursor::new(file), &options) else { return };
    assert_eq!(made.iter().map(|made| made.edge).collect::<Vec<_>>(), EDGES);
    for made in made {
        assert!((1..=made.edge).contains(&made.width) && (1..=made.edge).contains(&made.height), "{made:?}");
        assert!(!made.bytes.is_empty());
    }
});
