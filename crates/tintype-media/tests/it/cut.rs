//! Files that end early show what there is of them.

use std::io::Cursor;

use image::{ColorType, ImageFormat};
use tintype_media::{Error, Image, Isolation, Limits, RenderOptions};

use crate::files::encoded;

const WIDTH: u32 = 32;
const HEIGHT: u32 = 24;
const COLOUR: [u8; 3] = [200, 120, 40];

/// Returns the pixels of the first `share` of a file.
fn part(file: &[u8], share: f64) -> Result<Vec<[u8; 4]>, Error> {
    let part = &file[..(file.len() as f64 * share) as usize];
    let mut image = Image::open(Cursor::new(part), &Limits::default())?.with_isolation(Isolation::InProcess);
    let made = image.to_rgba8(&RenderOptions::default())?;
    assert_eq!((made.width, made.height), (WIDTH, HEIGHT));
    Ok(made.pixels.as_chunks::<4>().0.to_vec())
}

fn is_colour(pixel: &[u8; 4]) -> bool {
    pixel[..3].iter().zip(COLOUR).all(|(found, expected)| found.abs_diff(expected) <= 3)
}

/// Stripes of varying darkness, so that runs do not make the files tiny.
fn stripes() -> Vec<u8> {
    let pixel = |index: u32| {
        let noise = (index.wrapping_mul(2_654_435_761) >> 28) as u8 % 4;
        COLOUR.map(|light| light - noise.min(3))
    };
    (0..WIDTH * HEIGHT).flat_map(pixel).collect()
}

#[test]
fn what_is_there_of_a_cut_file_is_drawn() {
    let of = |format| encoded(WIDTH, HEIGHT, stripes(), ColorType::Rgb8, format);
    let text = stripes().iter().map(|sample| format!("{sample}\n")).collect::<String>();
    for (name, file, is_upward) in [
        ("BMP", of(ImageFormat::Bmp), true),
        ("PPM", of(ImageFormat::Pnm), false),
        ("PPM of numbers", format!("P3 {WIDTH} {HEIGHT} 255\n{text}").into_bytes(), false),
        ("QOI", of(ImageFormat::Qoi), false),
    ] {
        let whole = part(&file, 1.0).unwrap();
        assert!(whole.iter().all(is_colour), "{name}: {:?}", whole[0]);
        let rows: Vec<bool> =
            part(&file, 0.5).unwrap().chunks_exact(WIDTH as usize).map(|row| row.iter().all(is_colour)).collect();
        let come = rows.iter().filter(|come| **come).count();
        assert!((6..=14).contains(&come), "{name}: {rows:?}");
        let first = if is_upward { rows.last() } else { rows.first() };
        assert_eq!(first, Some(&true), "{name}: {rows:?}");
    }
}

#[test]
fn a_file_that_ends_before_its_pixels_is_no_picture() {
    for (name, format) in [("BMP", ImageFormat::Bmp), ("PPM", ImageFormat::Pnm), ("QOI", ImageFormat::Qoi)] {
        let file = encoded(WIDTH, HEIGHT, stripes(), ColorType::Rgb8, format);
        let header = match format {
            ImageFormat::Bmp => 54,
            ImageFormat::Qoi => 14,
            _ => 12,
        };
        let found = part(&file[..header], 1.0);
        assert!(matches!(found, Err(Error::Malformed { .. })), "{name}: {found:?}");
    }
}

#[test]
fn numbers_of_any_range_are_spread_over_all_of_it() {
    let lights = |file: &[u8]| {
        let made = Image::open(Cursor::new(file), &Limits::default()).unwrap().to_rgba8(&RenderOptions::default());
        made.unwrap().pixels.as_chunks::<4>().0.iter().map(|pixel| pixel[0]).collect::<Vec<u8>>()
    };
    assert_eq!(lights(b"P1 # comment\n3 1\n01 # and another 1\n0"), [255, 0, 255]);
    assert_eq!(lights(b"P4 3 2 \x40\xA0"), [255, 0, 255, 0, 255, 0]);
    assert_eq!(lights(b"P2 3 1 15\n0 5 99"), [0, 85, 255]);
    assert_eq!(lights(b"P5 3 1 15\n\0\x05\x0F"), [0, 85, 255]);
    assert_eq!(lights(b"P5 2 1 1023\n\x01\xFF\x03\xFF"), [127, 255]);
    let inks = b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\n\xFF\0\0\0";
    assert_eq!(lights(inks), [0]);
}
