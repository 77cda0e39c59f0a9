//! What images tell.

use tintype_preview::{Format, Limits};

use crate::builders::{Directory, exif, jpeg, png};
use crate::{facts, fixture, look};

#[test]
fn images_tell_what_exif_holds() {
    let block = exif(6);
    let segment = [b"Exif\0\0".as_slice(), &block].concat();
    for (name, bytes) in
        [("jpeg", jpeg(4, 3, &[(0xe1, &segment)])), ("png", png(4, 3, &[(b"eXIf", &block)])), ("tiff", block)]
    {
        let facts = facts(&bytes);
        assert_eq!(facts.camera.as_deref(), Some("Maker Model 1"), "{name}");
        assert_eq!(facts.lens.as_deref(), Some("Lens 50mm"), "{name}");
        assert_eq!(facts.taken_at.as_deref(), Some("2026-11-28T06:05:09+01:00"), "{name}");
        assert_eq!((facts.exposure_time, facts.f_number), (Some(0.004), Some(2.8)), "{name}");
        assert_eq!((facts.iso, facts.focal_length), (Some(400), Some(50.0)), "{name}");
        assert_eq!(facts.creator.as_deref(), Some("Somebody"), "{name}");
        let gps = facts.gps.expect("a place");
        assert!((gps.lat - 59.9139).abs() < 1e-5 && (gps.lon + 10.7522).abs() < 1e-5, "{name}: {gps:?}");
    }
}

#[test]
fn heic_tells_what_exif_holds() {
    assert_eq!(facts(&fixture("still.heic")).camera.as_deref(), Some("Maker Model 1"));
}

#[test]
fn images_tell_iptc_density_and_profile() {
    let record =
        |dataset: u8, value: &[u8]| [&[0x1c, 2, dataset][..], &(value.len() as u16).to_be_bytes(), value].concat();
    let iptc = [
        vec![0x1c, 1, 90, 0, 3, 0x1b, b'%', b'G'],
        record(5, "Åpning".as_bytes()),
        record(25, b"one"),
        record(25, b"two"),
    ]
    .concat();
    let mut resources = b"Photoshop 3.0\x008BIM\x04\x04\0\0".to_vec();
    resources.extend((iptc.len() as u32).to_be_bytes());
    resources.extend(&iptc);
    let mut profile = b"ICC_PROFILE\0\x01\x01".to_vec();
    let mut icc = vec![0u8; 128];
    icc.extend(1u32.to_be_bytes());
    icc.extend(b"desc\0\0\0\x90\0\0\0\x1a");
    icc.extend(b"desc\0\0\0\0\0\0\0\x0bDisplay P3\0");
    profile.extend(icc);
    let jfif = b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0";
    let facts = facts(&jpeg(4, 3, &[(0xe0, jfif), (0xe2, &profile), (0xed, &resources)]));
    assert_eq!(facts.title.as_deref(), Some("Åpning"));
    assert_eq!(facts.keywords, ["one", "two"]);
    assert_eq!((facts.dpi, facts.colour_profile.as_deref()), (Some(72.0), Some("Display P3")));
}

#[test]
fn frames_of_animations_and_pages_are_counted() {
    let mut gif = b"GIF89a\x02\0\x02\0\0\0\0".to_vec();
    for _ in 0..3 {
        gif.extend(b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x02\0\x02\0\0\x02\x02\x44\x01\0");
    }
    gif.push(0x3b);
    assert_eq!(facts(&gif).frames, Some(3));
    assert_eq!(facts(&png(2, 2, &[])).frames, None);
}

#[test]
fn images_have_no_preview_of_their_own() {
    assert!(look(&png(4, 4, &[])).expect("no failure").is_none());
    assert!(look(&fixture("still.heic")).expect("no failure").is_none());
    assert!(look(b"plain text").expect("no failure").is_none());
}

#[test]
fn a_directory_that_points_to_itself_ends() {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend(Directory::default().text(0x110, "Camera").long(0x8769, 8).long(0x14a, 8).write(8));
    // The next directory is this one, too.
    let next = 8 + 2 + 3 * 12;
    bytes[next..next + 4].copy_from_slice(&8u32.to_le_bytes());
    assert_eq!(facts(&bytes).camera.as_deref(), Some("Camera"));
}

#[test]
fn formats_are_told_by_content() {
    let detect =
        |bytes: &[u8]| tintype_preview::detect(std::io::Cursor::new(bytes), &Limits::default()).expect("no failure");
    assert_eq!(detect(&fixture("still.heic")), Some(Format::Image));
    assert_eq!(detect(&fixture("vp8.webm")), Some(Format::Matroska));
    assert_eq!(detect(&fixture("h264-high.mov")), Some(Format::Mp4));
    assert_eq!(detect(&fixture("sound.mp3")), Some(Format::Audio));
    assert_eq!(detect(b"%PDF-1.7"), Some(Format::Pdf));
    assert_eq!(detect(b"nothing known"), None);
    assert_eq!(detect(b""), None);
}
