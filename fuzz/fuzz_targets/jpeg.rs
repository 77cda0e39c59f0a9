//! Decodes at every scale, with a decoder that has seen other pictures, and with a new one that
//! uses no special instructions: the planes must be the same.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use tintype_jpeg::{Decoder, JpegHeader, DecodeLimits, DecodeOptions, Refinement, Scale};

thread_local! {
    static USED: RefCell<Decoder> = RefCell::new(Decoder::new());
}

fuzz_target!(|file: &[u8]| {
    let Ok(header) = JpegHeader::parse(file) else { return };
    // Small enough for thousands of pictures a second, and large enough for pictures with several
    // rows of blocks.
    let limits = DecodeLimits { max_alloc_bytes: 4 << 20, max_scans: 30, ..DecodeLimits::default() };
    for scale in Scale::ALL {
        for (chroma_scale, refinement) in [(None, Refinement::WhereVisible), (Some(Scale::Full), Refinement::All)] {
            let options = DecodeOptions { scale, chroma_scale, refinement };
            USED.with_borrow_mut(|used| {
                let made = used.decode(&header, options, &limits);
                let expected = Decoder::portable().decode(&header, options, &limits);
                match (made, expected) {
                    (Ok(made), Ok(expected)) => {
                        assert_eq!(made.complete, expected.complete, "{options:?}");
                        assert_eq!(made.components.len(), expected.components.len(), "{options:?}");
                        for (made, expected) in made.components.iter().zip(&expected.components) {
                            assert!(made.rows().eq(expected.rows()), "{options:?}");
                        }
                        used.recycle(made);
                    }
                    (Err(made), Err(expected)) => assert_eq!(made.to_string(), expected.to_string(), "{options:?}"),
                    (made, expected) => panic!("{options:?}: {:?}, {:?}", made.err(), expected.err()),
                }
            });
        }
    }
});
