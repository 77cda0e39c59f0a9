//! No bytes whatsoever bring the crate down.

use std::io::Cursor;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use tintype_media::{Error, Limits, ThumbnailOptions, detect, fit, probe, thumbnails};

use crate::files::all_golden;
use crate::made::{ebml, gzip, moov, mp4, office, ogg, ole, tar, utf16, zip};

static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(all_golden);

/// Containers, whose insides detection reads.
static CONTAINERS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let wordperfect = b"\xFFWPC\x10\0\0\0\x01\x0A".as_slice();
    vec![
        office("word/document.xml", main),
        zip(&[("mimetype", b"application/epub+zip"), ("META-INF/manifest.xml", b"<a full-path=\"/\"/>")]),
        zip(&[
            ("Index/Document.iwa", b"\0\x08\0\0\x06\x14\x05\x08\x01\x12\x02\x08\x01"),
            ("index.xml", b"<ls:document>"),
        ]),
        ole(&[("EncryptionInfo", b""), ("WordDocument", b""), ("PerfectOffice_MAIN", wordperfect)]),
        ebml("webm", &[1, 2, 17]),
        mp4(b"isom", &[b"soun", b"vide"]),
        moov(&[b"soun"]),
        ogg(&[b"OpusHead\x01", b"\x80theora"]),
        tar("notes.txt", b"ustar"),
        gzip(b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\0\0\0\0"),
        utf16("\u{feff}<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg width='4' height='4'/>", true),
        b"\x1B%-12345X@PJL JOB\r\n%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF".to_vec(),
        b"ID3\x04\0\0\0\0\0\x0A\0\0\0\0\0\0\0\0\0\0\xFF\xFB\x90\x64".to_vec(),
        b"P2 # x\n2 1 255\n0 200\n".to_vec(),
    ]
});

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
    // A caught panic is no disaster, but in what is our own it would be one; the decoders' are
    // known from a larger run.
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
    fn damaged_containers_have_an_answer(
        file in any::<prop::sample::Index>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
        name in prop::sample::select(vec!["a", "a.docx", "a.mp3", "a.svgz", "a.csv", "a.xls", "a.mov"]),
    ) {
        let mut bytes = CONTAINERS[file.index(CONTAINERS.len())].clone();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let first = detect(&mut Cursor::new(&bytes), Some(name));
        prop_assert!(first.is_ok());
        prop_assert_eq!(first.unwrap(), detect(&mut Cursor::new(&bytes), Some(name)).unwrap());
    }

    #[test]
    fn fitted_sides_stay_in_the_box_and_touch_it(width in 1_u32..70_000, height in 1_u32..70_000, edge in 1_u32..2000) {
        let (w, h) = fit(width, height, edge);
        prop_assert!(w >= 1 && h >= 1 && w <= width.min(edge) && h <= height.min(edge));
        prop_assert!((w, h) == (width, height) || w == edge || h == edge);
    }
}
