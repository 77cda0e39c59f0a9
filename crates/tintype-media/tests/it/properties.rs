//! No bytes whatsoever bring the crate down.

use std::io::Cursor;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use tintype_media::{Error, Limits, ThumbnailOptions, detect, fit, probe, thumbnails};

use crate::files::all_golden;

static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(all_golden);

/// Signatures that random bytes would hardly hit.
const SIGNATURES: &[&[u8]] = &[
    b"",
    b"\xFF\xD8\xFF",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"GIF89a",
    b"RIFF\x40\0\0\0WEBPVP8X",
    b"II*\0\x08\0\0\0",
    b"qoif",
    b"P6 ",
    b"PF ",
    b"\0\0\0\x18ftypavif",
    b"PK\x03\x04",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
    b"<svg ",
    b"ID3",
];

fn run(bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits::default().with_max_pixels(1 << 20).with_max_alloc_bytes(32 << 20);
    prop_assert!(detect(&mut Cursor::new(bytes), None).is_ok());
    let probed = probe(Cursor::new(bytes), &limits);
    let made = thumbnails(Cursor::new(bytes), &ThumbnailOptions::default().with_limits(limits));
    if let Ok(made) = &made {
        let probed = probed.as_ref().unwrap();
        for thumbnail in made {
            let sides = fit(probed.width, probed.height, thumbnail.edge);
            prop_assert_eq!((thumbnail.width, thumbnail.height), sides);
        }
    }
    // A caught panic is no disaster, but in what is our own it would be one; the decoders' are known from a larger run.
    let in_headers = matches!(probed, Err(Error::Panicked { .. }));
    prop_assert!(!in_headers);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_survived(signature in 0..SIGNATURES.len(), bytes in vec(any::<u8>(), 0..400)) {
        run(&[SIGNATURES[signature], &bytes].concat())?;
    }

    #[test]
    fn mutated_files_are_survived(
        file in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = FILES[file.index(FILES.len())].1.clone();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        run(&bytes)?;
    }

    #[test]
    fn fitted_sides_stay_in_the_box_and_touch_it(width in 1_u32..70_000, height in 1_u32..70_000, edge in 1_u32..2000) {
        let (w, h) = fit(width, height, edge);
        prop_assert!(w >= 1 && h >= 1 && w <= width.min(edge) && h <= height.min(edge));
        prop_assert!((w, h) == (width, height) || w == edge || h == edge);
    }
}
