//! Files made to hurt: each must end in an error or a picture, soon and within its budget.

use std::io::Cursor;
use std::time::{Duration, Instant};

use tintype_media::{Error, Limits, Probe, Thumbnail, ThumbnailOptions, detect, probe, thumbnails};

use crate::allocation::peak;
use crate::files::{chunk, deflate, golden, jpeg, photo, png};

/// A slow machine under load still does each of these in far less.
const SOON: Duration = Duration::from_secs(20);

fn survive(name: &str, file: &[u8]) -> (Result<Probe, Error>, Result<Vec<Thumbnail>, Error>) {
    let start = Instant::now();
    assert!(detect(&mut Cursor::new(file), Some(name)).is_ok(), "{name}");
    let probed = probe(Cursor::new(file), &Limits::default());
    let (made, used) = peak(|| thumbnails(Cursor::new(file), &ThumbnailOptions::default()));
    assert!(start.elapsed() < SOON, "{name} took {:?}", start.elapsed());
    if let Ok(probe) = &probed {
        assert!(used <= probe.decode_bytes, "{name}: used {used}, declared {}", probe.decode_bytes);
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
    // And with the pixels allowed, it ends soon, in little memory: rows that do not come cost nothing.
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
