//! What the crate promises, on streams whole, cut, damaged and wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

use tintype_webp::{Error, PixelLayout, decode, encode, encode_yuv, features};

/// A picture with something in every block, and its bitstream.
fn stream(width: u32, height: u32, channels: usize) -> Vec<u8> {
    let sample = |index: usize| (index * 7 % 251) as u8 ^ (index / 1000 % 256) as u8;
    let pixels: Vec<u8> = (0..width as usize * height as usize * channels).map(sample).collect();
    let file = encode(&pixels, (width, height), channels, 80).unwrap();
    // An extended file has its flags before the picture.
    let start = if &file[12..16] == b"VP8X" { 30 } else { 12 };
    file[start..].to_vec()
}

#[test]
fn every_layout_has_the_bytes_that_it_says() {
    let stream = stream(33, 21, 4);
    assert!(features(&stream).unwrap().alpha);
    for (layout, expected) in
        [(PixelLayout::Yuv, 33 * 21 + 2 * 17 * 11), (PixelLayout::Rgb, 33 * 21 * 3), (PixelLayout::Rgba, 33 * 21 * 4)]
    {
        let picture = decode(&stream, layout, &mut || true).unwrap();
        assert_eq!((picture.width, picture.height, picture.rows), (33, 21, 21));
        assert_eq!(picture.data.len(), expected, "{layout:?}");
    }
}

#[test]
fn a_stream_that_is_cut_short_gives_the_rows_before() {
    let stream = stream(200, 400, 3);
    let whole = decode(&stream, PixelLayout::Rgb, &mut || true).unwrap();
    let cut = decode(&stream[..stream.len() / 2], PixelLayout::Rgb, &mut || true).unwrap();
    assert!(cut.rows > 50 && cut.rows < 350, "{} rows", cut.rows);
    let same = cut.rows as usize * 200 * 3;
    assert!(cut.data[..same] == whole.data[..same]);
    assert!(cut.data[399 * 200 * 3..].iter().all(|sample| *sample == 128), "what is missing is grey");
}

#[test]
fn damage_is_an_error_or_a_picture() {
    let stream = stream(64, 64, 4);
    for at in 0..stream.len() {
        let mut damaged = stream.clone();
        damaged[at] ^= 0xFF;
        for layout in [PixelLayout::Yuv, PixelLayout::Rgba] {
            if let Err(error) = decode(&damaged, layout, &mut || true) {
                assert!(matches!(error, Error::Malformed | Error::OutOfMemory), "byte {at}: {error}");
            }
        }
    }
    assert_eq!(features(b"RIFF"), Err(Error::Malformed));
    assert_eq!(decode(b"", PixelLayout::Yuv, &mut || true), Err(Error::Malformed));
}

#[test]
fn the_caller_can_stop_it() {
    assert_eq!(decode(&stream(64, 64, 3), PixelLayout::Yuv, &mut || false), Err(Error::Stopped));
}

#[test]
fn planes_come_back_as_the_planes_that_they_were() {
    for (width, height) in [(64_u32, 48_u32), (33, 21), (1, 1)] {
        let (columns, lines) = (width.div_ceil(2), height.div_ceil(2));
        let ramp = |width: u32, height: u32, from: u8| -> Vec<u8> {
            (0..height).flat_map(|y| (0..width).map(move |x| from + (x + y) as u8)).collect()
        };
        let planes = [ramp(width, height, 60), ramp(columns, lines, 90), ramp(columns, lines, 150)];
        let file = encode_yuv(planes.each_ref().map(Vec::as_slice), (width, height), 95).unwrap();
        let picture = decode(&file[12..], PixelLayout::Yuv, &mut || true).unwrap();
        assert_eq!((picture.width, picture.height), (width, height));
        let furthest = planes.concat().iter().zip(&picture.data).map(|(from, to)| from.abs_diff(*to)).max();
        assert!(furthest < Some(8), "{width}x{height}: {furthest:?}");
    }
}

#[test]
fn what_cannot_be_a_file_is_refused() {
    assert_eq!(encode(&[], (0, 1), 3, 80), Err(Error::Sides { width: 0, height: 1 }));
    assert_eq!(encode(&[0; 3], (16_384, 1), 3, 80), Err(Error::Sides { width: 16_384, height: 1 }));
    assert_eq!(encode(&[0; 5], (2, 1), 3, 80), Err(Error::Length { expected: 6, actual: 5 }));
    let short = encode_yuv([&[0; 6], &[0; 1], &[0; 2]], (3, 2), 80);
    assert_eq!(short, Err(Error::Length { expected: 2, actual: 1 }));
}
