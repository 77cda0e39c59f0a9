//! Facts from before the first scan.

use std::fs;

use tintype_jpeg::{Coding, ColorFamily, DecodeLimits, Error, JpegHeader, Scale, Unsupported};

use crate::{encoder::PartialPicture, files::data};

fn read(name: &str) -> Vec<u8> {
    fs::read(data(name)).unwrap()
}

/// `file` with `segments` (marker and body) after the start of the image.
fn with_segments(file: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = file[..2].to_vec();
    for (marker, body) in segments {
        out.extend([0xFF, *marker]);
        out.extend((body.len() as u16 + 2).to_be_bytes());
        out.extend_from_slice(body);
    }
    out.extend_from_slice(&file[2..]);
    out
}

fn plain() -> Vec<u8> {
    PartialPicture::random((30, 20), &[(2, 1), (1, 1), (1, 1)], 1).sequential(&[&[0, 1, 2]])
}

fn position(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|w| w == [0xFF, marker]).unwrap()
}

#[test]
fn the_frame_tells_size_sampling_and_coding() {
    let file = read("progressive_odd_sampling_dc_refinement.jpg");
    let header = JpegHeader::parse(&file).unwrap();
    assert_eq!((header.width(), header.height()), (39, 43));
    assert_eq!(header.coding(), Coding::Progressive);
    assert_eq!(header.precision(), 8);
    assert_eq!(header.quality(), Some(90));
    assert!(header.is_jfif());
    assert_eq!(header.color(), ColorFamily::YCbCr);
    let sampling: Vec<_> = header.components().iter().map(|c| (c.id, c.horizontal, c.vertical)).collect();
    assert_eq!(sampling, [(1, 2, 1), (2, 1, 2), (3, 1, 1)]);
    let file = read("scans_apart_420_restart_blocks.jpg");
    let header = JpegHeader::parse(&file).unwrap();
    assert_eq!(header.coding(), Coding::Sequential);
    assert_eq!(header.restart_interval(), 3);
    assert_eq!(header.quality(), Some(70));
}

#[test]
fn color_is_decided_as_libjpeg_does() {
    let family = |name| JpegHeader::parse(&read(name)).unwrap().color();
    assert_eq!(family("grey_4x4_sampling.jpg"), ColorFamily::Grey);
    assert_eq!(family("rgb.jpg"), ColorFamily::Rgb);
    assert_eq!(family("cmyk.jpg"), ColorFamily::Cmyk);

    let adobe = |transform| [b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat();
    let family = |file: &[u8], segments: &[(u8, &[u8])]| {
        let file = with_segments(file, segments);
        JpegHeader::parse(&file).unwrap().color()
    };
    let file = plain();
    assert_eq!(family(&file, &[]), ColorFamily::YCbCr);
    assert_eq!(family(&file, &[(0xEE, &adobe(0))]), ColorFamily::Rgb);
    assert_eq!(family(&file, &[(0xEE, &adobe(1))]), ColorFamily::YCbCr);
    // JFIF knows YCbCr only, whatever Adobe says.
    let jfif = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
    let both: [(u8, &[u8]); 2] = [(0xE0, jfif), (0xEE, &adobe(0))];
    assert_eq!(family(&file, &both), ColorFamily::YCbCr);
    let four = PartialPicture::random((9, 9), &[(1, 1); 4], 1).sequential(&[&[0, 1, 2, 3]]);
    assert_eq!(family(&four, &[]), ColorFamily::Cmyk);
    assert_eq!(family(&four, &[(0xEE, &adobe(0))]), ColorFamily::Cmyk);
    assert_eq!(family(&four, &[(0xEE, &adobe(2))]), ColorFamily::Ycck);
    let two = PartialPicture::random((9, 9), &[(1, 1); 2], 1).sequential(&[&[0, 1]]);
    assert_eq!(family(&two, &[]), ColorFamily::Unknown);
}

#[test]
fn icc_profiles_are_put_together_in_order_and_within_bounds() {
    let part = |number: u8, content: &[u8]| [b"ICC_PROFILE\0", &[number, 2][..], content].concat();
    let (second, first) = (part(2, b"profile"), part(1, b"a colour "));
    let file = with_segments(&plain(), &[(0xE2, &second), (0xE2, &first)]);
    let header = JpegHeader::parse(&file).unwrap();
    assert_eq!(header.icc_profile(100).unwrap(), b"a colour profile");
    assert_eq!(header.icc_profile(15), None);

    let file = with_segments(&plain(), &[(0xE2, &second)]);
    assert_eq!(JpegHeader::parse(&file).unwrap().icc_profile(100), None);
    assert_eq!(JpegHeader::parse(&plain()).unwrap().icc_profile(100), None);
}

#[test]
fn exif_begins_with_its_tiff_header() {
    let file = with_segments(&plain(), &[(0xE1, b"http://ns\0x"), (0xE1, b"Exif\0\0II*\0")]);
    assert_eq!(JpegHeader::parse(&file).unwrap().exif(), Some(&b"II*\0"[..]));
    assert_eq!(JpegHeader::parse(&plain()).unwrap().exif(), None);
}

#[test]
fn kinds_that_are_not_decoded_are_told_with_their_size() {
    let cases = [
        (0xC3, Unsupported::Lossless),
        (0xC5, Unsupported::Hierarchical),
        (0xC9, Unsupported::Arithmetic),
        (0xCA, Unsupported::Arithmetic),
    ];
    for (marker, kind) in cases {
        let mut file = plain();
        let at = position(&file, 0xC0);
        file[at + 1] = marker;
        let header = JpegHeader::parse(&file).unwrap();
        assert_eq!((header.width(), header.height()), (30, 20));
        assert_eq!(header.unsupported(), Some(kind));
        let error = header.decode(Scale::Full, &DecodeLimits::default()).unwrap_err();
        assert_eq!(error, Error::Unsupported(kind));
    }
    let mut file = plain();
    let at = position(&file, 0xC0);
    file[at + 4] = 12;
    let error = JpegHeader::parse(&file).unwrap().decode(Scale::Full, &DecodeLimits::default());
    let error = error.unwrap_err();
    assert_eq!(error, Error::Unsupported(Unsupported::Precision(12)));
    assert_eq!(error.to_string(), "a sample precision of 12 bits is not supported");
}

#[test]
fn a_height_that_comes_after_the_scan_is_found() {
    let file = plain();
    let expected = JpegHeader::parse(&file).unwrap().decode(Scale::Full, &DecodeLimits::default()).unwrap();
    let at = position(&file, 0xC0);
    let mut late = file[..file.len() - 2].to_vec();
    late[at + 5..at + 7].fill(0);
    assert!(matches!(JpegHeader::parse(&late), Err(Error::Corrupt { .. })));
    late.extend([0xFF, 0xDC, 0, 4, 0, 20, 0xFF, 0xD9]);
    let header = JpegHeader::parse(&late).unwrap();
    assert_eq!(header.height(), 20);
    assert_eq!(header.decode(Scale::Full, &DecodeLimits::default()).unwrap(), expected);
}

#[test]
fn what_is_no_jpeg_is_refused() {
    assert_eq!(JpegHeader::parse(b"").unwrap_err(), Error::NotJpeg);
    assert_eq!(JpegHeader::parse(b"\x89PNG\r\n\x1a\n").unwrap_err(), Error::NotJpeg);
    let file = plain();
    let scan = position(&file, 0xDA);
    let error = JpegHeader::parse(&file[..scan + 4]).unwrap_err();
    assert_eq!(error, Error::Truncated { len: scan + 4 });
    let at = position(&file, 0xC0);
    for (place, value) in [(at + 7, 0), (at + 8, 0), (at + 11, 0x50), (at + 12, 4)] {
        let mut file = file.clone();
        file[place] = value;
        if place == at + 7 {
            file[place + 1] = 0;
        } else if place == at + 8 {
            continue;
        }
        assert!(matches!(JpegHeader::parse(&file), Err(Error::Corrupt { .. })), "{place}");
    }
}

#[test]
fn bytes_between_segments_and_fill_bytes_are_passed_over() {
    let file = plain();
    let expected = JpegHeader::parse(&file).unwrap().decode(Scale::Full, &DecodeLimits::default()).unwrap();
    let mut odd = Vec::new();
    for (i, &byte) in file.iter().enumerate() {
        if [0xC0, 0xDA].iter().any(|&m| i == position(&file, m)) {
            odd.extend([0, 1, 2, 0xFF, 0, 0xFF, 0xFF]);
        }
        odd.push(byte);
    }
    let planes = JpegHeader::parse(&odd).unwrap().decode(Scale::Full, &DecodeLimits::default()).unwrap();
    assert_eq!(planes, expected);
}
