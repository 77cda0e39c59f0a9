//! Pictures made for the occasion, by the `image` crate or, where it cannot write a mode, byte by
//! byte.

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

/// An opaque picture with a gradient, so that scaling it has something to do.
pub(crate) fn gradient(width: u32, height: u32) -> DynamicImage {
    let shade = |position: u32, length: u32| u8::try_from(position * 255 / length.max(1)).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([shade(x, width), shade(y, height), 128])).into()
}

/// A picture whose left half is transparent and whose right half is red.
pub(crate) fn half_transparent(width: u32, height: u32) -> DynamicImage {
    RgbaImage::from_fn(width, height, |x, _| if x < width / 2 { Rgba([0; 4]) } else { Rgba([255, 0, 0, 255]) }).into()
}

/// A picture in four flat quarters: red, green, blue, white from the upper left, row by row.
pub(crate) fn quarters(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([255, 0, 0]),
        (false, true) => Rgb([0, 255, 0]),
        (true, false) => Rgb([0, 0, 255]),
        (false, false) => Rgb([255, 255, 255]),
    })
    .into()
}

/// Which of the colours of [`quarters`] each quarter shows, from the upper left, row by row.
pub(crate) fn read_quarters(image: &DynamicImage) -> String {
    let (width, height) = image.dimensions();
    let rgb = image.to_rgb8();
    [(1, 1), (3, 1), (1, 3), (3, 3)]
        .map(|(x, y)| {
            let Rgb(channels) = *rgb.get_pixel(width * x / 4, height * y / 4);
            // JPEG bends colours a little; these four are far enough apart.
            match channels.map(|channel| channel > 127) {
                [true, false, false] => 'R',
                [false, true, false] => 'G',
                [false, false, true] => 'B',
                [true, true, true] => 'W',
                _ => '?',
            }
        })
        .iter()
        .collect()
}

pub(crate) fn jpeg(image: &DynamicImage) -> Vec<u8> {
    encode(image, ImageFormat::Jpeg)
}

pub(crate) fn png(image: &DynamicImage) -> Vec<u8> {
    encode(image, ImageFormat::Png)
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Decodes what the server sent, by its content alone.
#[track_caller]
pub(crate) fn decode(bytes: &[u8]) -> (ImageFormat, DynamicImage) {
    let format = image::guess_format(bytes).expect("a known image format");
    (format, image::load_from_memory_with_format(bytes, format).expect("a whole image"))
}

/// Puts an EXIF segment with that orientation (and a camera's name to look for) behind the start of
/// a JPEG.
pub(crate) fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    // EXIF 2.3: "Exif", two zeros, then a little-endian TIFF with one directory of two entries:
    // Make (0x010F, text) and Orientation (0x0112, short).
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend_from_slice(&[0x0F, 0x01, 2, 0, 12, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend_from_slice(&[0; 4]);
    tiff.extend_from_slice(b"SecretMaker\0");
    let length = u16::try_from(tiff.len() + 2).unwrap();
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE1];
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&tiff);
    bytes.extend_from_slice(&jpeg[2..]);
    bytes
}

/// A PNG's colour type, by its number in the specification.
#[derive(Clone, Copy)]
pub(crate) enum Colour {
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// A PNG of any depth and colour type, its samples all zero.
pub(crate) fn plain_png(width: u32, height: u32, depth: u8, colour: Colour) -> Vec<u8> {
    let samples = match colour {
        Colour::Grey | Colour::Palette => 1,
        Colour::GreyAlpha => 2,
        Colour::Rgb => 3,
        Colour::Rgba => 4,
    };
    let row = 1 + (width as usize * samples * usize::from(depth)).div_ceil(8);
    png_around(width, height, depth, colour, &zlib(&vec![0; row * height as usize]))
}

/// A PNG whose header is whole and whose picture is not.
pub(crate) fn broken_png(width: u32, height: u32) -> Vec<u8> {
    png_around(width, height, 8, Colour::Rgb, b"this is not deflated data")
}

fn png_around(width: u32, height: u32, depth: u8, colour: Colour, data: &[u8]) -> Vec<u8> {
    let mut header = width.to_be_bytes().to_vec();
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&[depth, colour as u8, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    append_chunk(&mut bytes, b"IHDR", &header);
    if matches!(colour, Colour::Palette) {
        append_chunk(&mut bytes, b"PLTE", &[200, 100, 50, 0, 0, 0]);
    }
    append_chunk(&mut bytes, b"IDAT", data);
    append_chunk(&mut bytes, b"IEND", &[]);
    bytes
}

fn append_chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    png.extend_from_slice(&u32::try_from(data.len()).unwrap().to_be_bytes());
    let start = png.len();
    png.extend_from_slice(kind);
    png.extend_from_slice(data);
    let sum = crc32(&png[start..]);
    png.extend_from_slice(&sum.to_be_bytes());
}

/// Wraps bytes into a zlib stream without compressing them (RFC 1950, RFC 1951 section 3.2.4).
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    stream.extend_from_slice(&((b << 16) | a).to_be_bytes());
    stream
}

/// The checksum of PNG chunks and ZIP entries (ISO 3309).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}
