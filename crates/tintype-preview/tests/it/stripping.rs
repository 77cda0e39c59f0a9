//! Files without their metadata.

use std::io::Cursor;

use tintype_preview::{Limits, Strip, strip_metadata};

use crate::builders::{exif, jpeg, png};
use crate::{facts, fixture, pixels};

fn strip(bytes: &[u8], strip: Strip) -> (Vec<u8>, bool) {
    let mut stripped = Vec::new();
    let changed = strip_metadata(Cursor::new(bytes), &mut stripped, strip, &Limits::default()).expect("a copy");
    (stripped, changed)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

const XMP: &[u8] =
    b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><a exif:GPSLatitude='1,2N' exif:GPSLongitude='3,4E'/></x:xmpmeta>";
const PROFILE: &[u8] = b"ICC_PROFILE\0\x01\x01profile";
/// The seconds of the latitude.
const PLACE: [u8; 8] = [0x8c, 0x13, 0, 0, 100, 0, 0, 0];

fn photo() -> Vec<u8> {
    let segment = [b"Exif\0\0".as_slice(), &exif(6)].concat();
    let mut bytes = jpeg(
        16,
        12,
        &[(0xe1, &segment), (0xe1, XMP), (0xe2, PROFILE), (0xed, b"Photoshop 3.0\0"), (0xfe, b"a comment")],
    );
    bytes.extend(b"a film behind the picture");
    bytes
}

#[test]
fn the_place_alone_goes_from_a_jpeg() {
    let (stripped, changed) = strip(&photo(), Strip::Gps);
    assert!(changed && !contains(&stripped, &PLACE) && !contains(&stripped, b"GPSLatitude"));
    let told = facts(&stripped);
    assert_eq!((told.gps, told.iso, told.camera.as_deref()), (None, Some(400), Some("Maker Model 1")));
    assert!(contains(&stripped, b"a comment") && contains(&stripped, b"entropy\xff\0coded\xff\xd9a film"));
}

#[test]
fn everything_but_orientation_and_profile_goes_from_a_jpeg() {
    let (stripped, changed) = strip(&photo(), Strip::All);
    assert!(changed);
    for gone in [&b"Model 1"[..], b"Somebody", b"xmpmeta", b"a comment", b"Photoshop", b"a film", &PLACE] {
        assert!(!contains(&stripped, gone), "{}", String::from_utf8_lossy(gone));
    }
    assert!(contains(&stripped, PROFILE) && stripped.ends_with(b"entropy\xff\0coded\xff\xd9"));
    // An orientation of 6 in a directory of one entry.
    assert!(contains(&stripped, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"));
    let again = strip(&stripped, Strip::All).0;
    assert_eq!(again, stripped);
}

#[test]
fn metadata_goes_from_a_png_and_its_pixels_stay() {
    let block = exif(1);
    let text = b"Title\0Secret";
    let profile = b"name\0\0\x78\x9c\x03\0\0\0\0\x01";
    let bytes =
        png(5, 4, &[(b"eXIf", &block), (b"tEXt", text), (b"tEXt", b"XML:com.adobe.xmp\0GPS"), (b"iCCP", profile)]);
    let decode = |bytes: &[u8]| {
        let mut reader = png::Decoder::new(Cursor::new(bytes.to_vec())).read_info().expect("a header");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut pixels).expect("pixels");
        pixels
    };
    let (by_place, _) = strip(&bytes, Strip::Gps);
    assert_eq!(
        (facts(&by_place).gps, facts(&by_place).iso, facts(&by_place).title.as_deref()),
        (None, Some(400), Some("Secret"))
    );
    let (by_all, _) = strip(&bytes, Strip::All);
    assert!(!contains(&by_all, b"Secret") && !contains(&by_all, b"eXIf") && contains(&by_all, b"iCCP"));
    for stripped in [by_place, by_all] {
        assert!(!contains(&stripped, &PLACE) && !contains(&stripped, b"XML:com"));
        assert_eq!(decode(&stripped), decode(&bytes));
    }
}

#[test]
fn metadata_goes_from_a_webp() {
    let chunk = |kind: &[u8; 4], content: &[u8]| {
        let mut bytes = kind.to_vec();
        bytes.extend((content.len() as u32).to_le_bytes());
        bytes.extend(content);
        bytes.resize(bytes.len() + content.len() % 2, 0);
        bytes
    };
    let parts = [
        chunk(b"VP8X", &[0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        chunk(b"ICCP", b"profile"),
        chunk(b"VP8 ", b"picture"),
        chunk(b"EXIF", &exif(3)),
        chunk(b"XMP ", b"<xmp/>"),
    ]
    .concat();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((parts.len() as u32 + 4).to_le_bytes());
    bytes.extend(b"WEBP");
    bytes.extend(parts);
    let (stripped, _) = strip(&bytes, Strip::All);
    assert_eq!(u32::from_le_bytes([stripped[4], stripped[5], stripped[6], stripped[7]]) as usize, stripped.len() - 8);
    // EXIF stays for the orientation, XMP goes.
    assert_eq!(stripped[20], 0x28);
    assert!(
        !contains(&stripped, b"XMP ")
            && !contains(&stripped, b"Model 1")
            && contains(&stripped, b"picture")
            && contains(&stripped, b"profile")
    );
    let (stripped, _) = strip(&bytes, Strip::Gps);
    assert_eq!((facts(&stripped).gps, facts(&stripped).iso), (None, Some(400)));
}

#[test]
fn metadata_goes_from_a_heic_and_all_else_stays() {
    let bytes = fixture("still.heic");
    let (stripped, changed) = strip(&bytes, Strip::All);
    assert!(changed && !contains(&stripped, b"Model 1"));
    assert_eq!(stripped.len(), bytes.len());
    // What is told comes behind the picture, and nothing but it has other bytes.
    let told = bytes.windows(6).rposition(|window| window == b"Exif\0\0").unwrap();
    assert_eq!(stripped[..told - 4], bytes[..told - 4]);
    assert_eq!(facts(&stripped).camera, None);
}

#[test]
fn metadata_goes_from_a_film_and_its_frames_stay() {
    let bytes = fixture("h264-high.mov");
    for kind in [Strip::Gps, Strip::All] {
        let (stripped, changed) = strip(&bytes, kind);
        assert!(changed && !contains(&stripped, b"59.9139"));
        assert_eq!(stripped.len(), bytes.len());
        assert_eq!(pixels(&stripped), pixels(&bytes));
        let told = facts(&stripped);
        assert_eq!((told.gps, told.taken_at.is_some()), (None, kind == Strip::Gps));
        assert_eq!((told.duration, told.width), (facts(&bytes).duration, Some(96)));
    }
}

#[test]
fn other_files_are_copied_as_they_are() {
    for bytes in [b"plain text".to_vec(), Vec::new(), fixture("vp8.webm")] {
        assert_eq!(strip(&bytes, Strip::All), (bytes, false));
    }
}
