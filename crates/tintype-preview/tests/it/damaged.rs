//! Files that are damaged, hostile or too slow.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tintype_preview::{Error, Limits, Options, Strip};

use crate::builders::{exif, jpeg, pdf, png, zip};
use crate::fixture;

/// One small file of each kind.
fn samples() -> Vec<Vec<u8>> {
    let segment = [b"Exif\0\0".as_slice(), &exif(6)].concat();
    let names = [
        "h264-high.mov",
        "h264-fragmented.mp4",
        "h265-main10.mp4",
        "vp8.webm",
        "vp9-10bit.webm",
        "sound-cover.mp3",
        "sound.opus",
        "sound.m4a",
        "sound.flac",
        "still.heic",
    ];
    let mut samples: Vec<_> = names.into_iter().map(fixture).collect();
    samples.push(pdf(b"/Title(a)", ""));
    samples.push(jpeg(
        8,
        8,
        &[(0xe1, &segment), (0xed, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x06\x1c\x02\x05\0\x01a")],
    ));
    samples.push(png(8, 8, &[(b"eXIf", &exif(3)), (b"tEXt", b"Title\0a")]));
    samples.push(exif(1));
    samples.push(zip(&[
        ("word/document.xml", b"<a/>"),
        ("docProps/core.xml", b"<a><title>x</title></a>"),
        ("docProps/thumbnail.jpeg", b"\xff\xd8\xff"),
    ]));
    samples
}

fn try_all(bytes: &[u8]) {
    let limits = Limits::default().with_max_pixels(1 << 20).with_max_alloc_bytes(64 << 20);
    let options = Options::default().with_limits(limits.clone());
    tintype_preview::detect(Cursor::new(bytes), &limits).expect("nothing but bytes");
    tintype_preview::metadata(Cursor::new(bytes), &limits).expect("nothing but bytes");
    // Only panics that leave the crate matter here.
    let _ = tintype_preview::preview(Cursor::new(bytes), &options);
    for strip in [Strip::Gps, Strip::All] {
        let _ = tintype_preview::strip_metadata(Cursor::new(bytes), std::io::sink(), strip, &limits);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn damaged_files_never_panic(which in 0usize..17, cut in 0.0f64..1.0, edits in prop::collection::vec((0.0f64..1.0, any::<u8>()), 0..8)) {
        let samples = samples();
        let mut bytes = samples[which % samples.len()].clone();
        for (place, value) in edits {
            let at = (place * bytes.len() as f64) as usize;
            bytes[at] = value;
        }
        if cut < 0.5 {
            bytes.truncate((cut * 2.0 * bytes.len() as f64) as usize);
        }
        try_all(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_known_beginning_never_panic(which in 0usize..17, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let samples = samples();
        let sample = &samples[which % samples.len()];
        let head = &sample[..sample.len().min(40)];
        try_all(&[head, &bytes].concat());
    }
}

#[test]
fn files_that_end_early_never_panic() {
    for bytes in samples() {
        for length in (0..bytes.len().min(64)).chain([bytes.len() / 2, bytes.len() - 1]) {
            try_all(&bytes[..length]);
        }
    }
}

#[test]
fn work_ends_at_the_deadline_and_when_it_is_cancelled() {
    for bytes in samples() {
        let late = Limits::default().with_deadline(Instant::now() - Duration::from_secs(1));
        let cancelled = Limits::default().with_cancelled(Arc::new(AtomicBool::new(true)));
        assert!(matches!(tintype_preview::metadata(Cursor::new(&bytes), &late), Err(Error::TimedOut)));
        assert!(matches!(tintype_preview::metadata(Cursor::new(&bytes), &cancelled), Err(Error::Cancelled)));
        let options = Options::default().with_limits(late);
        assert!(matches!(tintype_preview::preview(Cursor::new(&bytes), &options), Err(Error::TimedOut)));
    }
}

#[test]
fn hostile_counts_cost_nothing() {
    let begin = Instant::now();
    // Boxes in boxes, tables that claim four thousand million rows, elements of unknown length.
    let mut stbl = Vec::new();
    for kind in [b"stts", b"stss", b"stsc", b"stsz", b"stco"] {
        stbl.extend([0, 0, 0, 24]);
        stbl.extend(kind);
        stbl.extend([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    }
    let wrap = |kind: &[u8; 4], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat();
    let mut entry = vec![0u8; 78];
    entry[24..28].copy_from_slice(&[0, 64, 0, 64]);
    let description = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &wrap(b"avc1", &entry)].concat();
    stbl.extend(wrap(b"stsd", &description));
    let handler = wrap(b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0");
    let header = wrap(b"mdhd", &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0]);
    let media = wrap(b"mdia", &[header, handler, wrap(b"minf", &wrap(b"stbl", &stbl))].concat());
    let film = [wrap(b"ftyp", b"isom\0\0\0\0"), wrap(b"moov", &wrap(b"trak", &media))].concat();
    try_all(&film);
    let mut matroska = b"\x1aE\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff".to_vec();
    matroska.extend(b"\x16\x54\xae\x6b\xff".repeat(50));
    try_all(&matroska);
    let mut archive = zip(&[("a", b"b")]);
    let end = archive.len() - 22;
    archive[end + 8..end + 20].fill(0xff);
    try_all(&archive);
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}
