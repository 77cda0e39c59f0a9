//! Thumbnails stand upright.

use std::io::Cursor;

use tintype_media::{Limits, probe};

use crate::files::{chunk, png};
use crate::picture::{assert_near, picture};

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const WHITE: [u8; 4] = [255, 255, 255, 255];

/// Stored: red and green above, blue and white below, each 32 x 16 pixels, with an EXIF
/// orientation.
fn quarters(orientation: u8) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..32 {
        for x in 0..64 {
            let colour = match (x < 32, y < 16) {
                (true, true) => RED,
                (false, true) => GREEN,
                (true, false) => BLUE,
                (false, false) => WHITE,
            };
            rows.extend(&colour[..3]);
        }
    }
    let exif = [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[orientation, 0, 0, 0][..], &[0; 4]].concat();
    png(64, 32, 8, 2, &rows, &chunk(b"eXIf", &exif))
}

#[test]
fn all_eight_orientations_come_out_upright() {
    // What must be seen at the upper left, upper right, lower left, lower right.
    let expected = [
        [RED, GREEN, BLUE, WHITE],
        [GREEN, RED, WHITE, BLUE],
        [WHITE, BLUE, GREEN, RED],
        [BLUE, WHITE, RED, GREEN],
        [RED, BLUE, GREEN, WHITE],
        [BLUE, RED, WHITE, GREEN],
        [WHITE, GREEN, BLUE, RED],
        [GREEN, WHITE, RED, BLUE],
    ];
    for (orientation, corners) in (1..).zip(expected) {
        let file = quarters(orientation);
        let probe = probe(Cursor::new(&file), &Limits::default()).unwrap();
        let sides = if orientation < 5 { (64, 32) } else { (32, 64) };
        assert_eq!((probe.width, probe.height), sides, "orientation {orientation}");
        assert_eq!(probe.orientation.to_exif(), u16::from(orientation));
        // As stored, and shrunk.
        for edge in [64, 16] {
            let picture = picture(&file, edge);
            let (right, bottom) = (picture.width - 2, picture.height - 2);
            let found = [picture.at(1, 1), picture.at(right, 1), picture.at(1, bottom), picture.at(right, bottom)];
            assert_eq!(picture.width > picture.height, orientation < 5, "orientation {orientation}");
            for (found, expected) in found.into_iter().zip(corners) {
                assert_near(found, expected, 40);
            }
        }
    }
}

#[test]
fn an_orientation_outside_one_to_eight_counts_as_none() {
    for orientation in [0, 9, 255] {
        let probe = probe(Cursor::new(quarters(orientation)), &Limits::default()).unwrap();
        assert_eq!((probe.width, probe.height, probe.orientation.to_exif()), (64, 32, 1));
    }
}
