//! Files made to hurt: each must end in an error or a picture, soon and within its budget.

use std::io::Cursor;
use std::time::{Duration, Instant};

use tintype_media::{Error, ImageFacts, Limits, Thumbnail, ThumbnailOptions, detect, probe, thumbnails};

use crate::allocation::peak;
use crate::files::{chunk, deflate, golden, jpeg, photo, png};
use crate::made::{boxed, element, ole, zip};
use crate::picture::cost;

/// A slow machine under load still does each of these in far less.
const SOON: Duration = Duration::from_secs(20);

fn survive(name: &str, file: &[u8]) -> (Result<ImageFacts, Error>, Result<Vec<Thumbnail>, Error>) {
    let start = Instant::now();
    assert!(detect(&mut Cursor::new(file), Some(name)).is_ok(), "{name}");
    let probed = probe(Cursor::new(file), &Limits::default());
    let (made, used) = peak(|| thumbnails(Cursor::new(file), &ThumbnailOptions::default()));
    assert!(start.elapsed() < SOON, "{name} took {:?}", start.elapsed());
    if probed.is_ok() {
        let declared = cost(file, &ThumbnailOptions::default());
        assert!(used <= declared, "{name}: used {used}, declared {declared}");
    }
    (probed, made)
}

/// A GIF of 62 bytes that claims the largest screen there is.
fn huge_gif() -> Vec<u8> {
    let mut file = b"GIF89a\xFF\xFF\xFF\xFF\x80\0\0\0\0\0\xFF\xFF\xFF".to_vec();
    file.extend(b"\x2C\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02\x4C\x01\0\x3B");
    file.resize(62, 0);
    file
}

#[test]
fn a_tiny_gif_that_claims_four_gigapixels_is_refused_but_probed() {
    let (probed, made) = survive("huge.gif", &huge_gif());
    let probed = probed.unwrap();
    assert_eq!((probed.width, probed.height), (65_535, 65_535));
    assert!(matches!(made, Err(Error::TooManyPixels { .. })));
    // And with the pixels allowed, it ends soon, in little memory: rows that do not come cost
    // nothing.
    let options = ThumbnailOptions::default().with_limits(Limits::default().with_max_pixels(u64::MAX));
    let (_, used) = peak(|| thumbnails(Cursor::new(huge_gif()), &options));
    assert!(used < 32 << 20, "used {used}");
}

#[test]
fn a_tiny_jpeg_that_claims_four_gigapixels_is_refused_but_probed() {
    let mut file = jpeg(8, 8, &[100; 192], jpeg_encoder::ColorType::Rgb, false);
    let frame = file.windows(2).position(|window| window == [0xFF, 0xC0]).unwrap();
    file[frame + 5..frame + 9].fill(0xFF);
    let (probed, made) = survive("huge.jpg", &file);
    assert_eq!(probed.unwrap().width, 65_535);
    assert!(matches!(made, Err(Error::TooManyPixels { .. })));
}

#[test]
fn a_tiny_webp_of_the_largest_sides_is_refused_but_probed() {
    let mut file = b"RIFF\x1C\0\0\0WEBPVP8 \x10\0\0\0\x30\x01\0\x9D\x01\x2A\xFF\x3F\xFF\x3F".to_vec();
    file.resize(36, 0);
    let (probed, made) = survive("huge.webp", &file);
    assert_eq!((probed.as_ref().unwrap().width, probed.unwrap().height), (16_383, 16_383));
    assert!(matches!(made, Err(Error::TooManyPixels { .. })));
}

#[test]
fn sides_of_zero_are_an_error() {
    let mut gif = b"GIF89a\0\0\0\0\0\0\0;".to_vec();
    gif.resize(62, 0);
    for (name, file) in
        [("zero.png", png(0, 5, 8, 2, &[], &[])), ("zero.gif", gif), ("zero.ppm", b"P6 0 7 255\n".to_vec())]
    {
        let (probed, made) = survive(name, &file);
        assert!(matches!(probed, Err(Error::Malformed { .. })), "{name}");
        assert!(matches!(made, Err(Error::Malformed { .. })), "{name}");
    }
}

#[test]
fn chunks_that_inflate_without_end_cost_no_memory() {
    let bomb = deflate(&vec![0; 32 << 20]);
    let rows = [1, 2, 3].repeat(64);
    for kind in [b"iCCP", b"zTXt", b"iTXt"] {
        let body = [b"x\0\0".as_slice(), &bomb].concat();
        let (_, made) = survive("bomb.png", &png(8, 8, 8, 2, &rows, &chunk(kind, &body)));
        assert_eq!(made.unwrap().len(), 4);
    }
}

#[test]
fn thousands_of_scans_end() {
    let file = jpeg(512, 512, &photo(512, 512, 3), jpeg_encoder::ColorType::Rgb, true);
    let last = file.windows(2).rposition(|window| window == [0xFF, 0xDA]).unwrap();
    let (before, scan) = (&file[..last], &file[last..file.len() - 2]);
    let many = [before, &scan.repeat(5000), &[0xFF, 0xD9]].concat();
    let _ = survive("scans.jpg", &many);
}

#[test]
fn a_gif_of_a_hundred_thousand_frames_costs_one() {
    let frame = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let file = [b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF".as_slice(), &frame.repeat(100_000), b";"].concat();
    let (probed, made) = survive("frames.gif", &file);
    assert_eq!((probed.unwrap().width, made.unwrap().len()), (1, 4));
}

#[test]
fn exif_that_points_at_itself_ends() {
    let exif = b"Exif\0\0II*\0\x08\0\0\0\xFF\xFF\x69\x87\x04\0\x01\0\0\0\x08\0\0\0";
    let rows = [1, 2, 3].repeat(64);
    let (_, made) = survive("loop.png", &png(8, 8, 8, 2, &rows, &chunk(b"eXIf", &exif[6..])));
    assert_eq!(made.unwrap().len(), 4);
}

#[test]
fn a_jpeg_inside_a_tiff_may_not_outgrow_it() {
    let mut file = golden("rgb_jpeg.tif");
    let frame = file.windows(4).position(|window| window == [0xFF, 0xC0, 0x00, 0x11]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0x3F, 0xFF, 0x3F, 0xFF]);
    let (_, made) = survive("bomb.tif", &file);
    assert!(matches!(made, Err(Error::Malformed { .. })), "{made:?}");
}

#[test]
fn every_prefix_of_every_file_is_survived() {
    for (name, file) in crate::files::all_golden() {
        for len in (0..file.len()).step_by(1 + file.len() / 40) {
            let _ = survive(&name, &file[..len]);
        }
    }
}

/// Detects, and says how many bytes that took at most.
fn detected(name: &str, file: &[u8]) -> u64 {
    let start = Instant::now();
    let (found, used) = peak(|| detect(&mut Cursor::new(file), Some(name)));
    assert!(found.is_ok(), "{name}");
    assert!(start.elapsed() < Duration::from_secs(5), "{name} took {:?}", start.elapsed());
    used
}

#[test]
fn containers_made_to_hurt_cost_detection_little() {
    let names: Vec<String> = (0..200_000).map(|index| format!("word/{index}.xml")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    // Chains that bite their tail: the directory's, and that of the tables.
    let mut looping = ole(&[("a", b""), ("b", b""), ("c", b""), ("d", b"")]);
    looping[512 + 4..512 + 8].copy_from_slice(&1_u32.to_le_bytes());
    let mut siblings = ole(&[("a", b""), ("b", b"")]);
    siblings[1024 + 128 + 72..1024 + 128 + 76].copy_from_slice(&1_u32.to_le_bytes());
    let mut tables = looping.clone();
    tables[48..52].copy_from_slice(&0xFFFF_0000_u32.to_le_bytes());
    tables[68..72].copy_from_slice(&0_u32.to_le_bytes());
    let ebml = |body: &[u8]| {
        let header = element(b"\x1A\x45\xDF\xA3", &element(b"\x42\x82", b"webm"));
        [header, b"\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec(), body.to_vec()].concat()
    };
    let ftyp = boxed(b"ftyp", b"isom\0\0\0\0isom");
    for (name, file) in [
        ("entries.zip", zip(&entries)),
        ("directory.doc", looping),
        ("siblings.doc", siblings),
        ("tables.doc", tables),
        ("void.webm", ebml(&b"\xEC\x80".repeat(500_000))),
        ("nested.webm", ebml(&b"\xAE\x81".repeat(500_000))),
        ("long.webm", ebml(b"\x16\x54\xAE\x6B\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFE\xEC\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFE")),
        ("boxes.mp4", [ftyp.clone(), boxed(b"free", b"").repeat(500_000)].concat()),
        ("nested.mp4", [ftyp.clone(), b"\0\0\0\x08moov".repeat(500_000)].concat()),
        ("long.mp4", [ftyp, b"\0\0\0\x01moov\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF".to_vec()].concat()),
        ("pages.ogg", b"OggS\0\x02".iter().copied().chain([0; 21]).collect::<Vec<u8>>().repeat(100_000)),
        ("tags.mp3", b"ID3\x04\0\0\0\0\0\0".repeat(100_000)),
        ("frames.mp3", b"\xFF\xFB\x90\x64".repeat(500_000)),
        ("bomb.svgz", [b"\x1F\x8B\x08\0\0\0\0\0\0\x03", &deflate(&vec![b' '; 16 << 20])[2..]].concat()),
        ("brackets.xml", [b"<?xml version='1.0'?><!DOCTYPE a [".as_slice(), &b"[".repeat(1 << 20)].concat()),
        ("comments.html", b"<!-- -->".repeat(1 << 17)),
        ("fields.eml", b"From: a\n".repeat(1 << 17)),
    ] {
        let used = detected(name, &file);
        assert!(used < 4 << 20, "{name}: used {used} bytes");
    }
}
