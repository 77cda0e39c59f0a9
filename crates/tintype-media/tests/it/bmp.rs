//! Bitmaps of old programs, written by hand.

use std::io::Cursor;

use tintype_media::{Image, Isolation, Limits, RenderOptions};

const WIDTH: u16 = 16;
const HEIGHT: u16 = 4;

/// A bitmap whose information header is cut or filled to `size` bytes.
fn bitmap(size: u32, bits: u16, compression: u32, masks: &[u32], after: &[u8], pixels: &[u8]) -> Vec<u8> {
    let mut header = [size, WIDTH.into(), HEIGHT.into()].map(u32::to_le_bytes).concat();
    header.extend([1_u16.to_le_bytes(), bits.to_le_bytes()].concat());
    header.extend([compression, u32::try_from(pixels.len()).unwrap(), 2835, 2835, 0, 0].map(u32::to_le_bytes).concat());
    header.extend(masks.iter().flat_map(|mask| mask.to_le_bytes()));
    header.resize(size as usize, 0);
    header.extend(after);
    let start = 14 + u32::try_from(header.len()).unwrap();
    let len = start + u32::try_from(pixels.len()).unwrap();
    [b"BM", &len.to_le_bytes()[..], &[0; 4], &start.to_le_bytes(), &header, pixels].concat()
}

/// Fails unless all pixels are `expected`.
#[track_caller]
fn assert_all(file: &[u8], expected: [u8; 4]) {
    let image = Image::open(Cursor::new(file), &Limits::default()).unwrap();
    let made = image.with_isolation(Isolation::InProcess).to_rgba8(&RenderOptions::default()).unwrap();
    assert_eq!((made.width, made.height), (WIDTH.into(), HEIGHT.into()));
    assert!(made.pixels.chunks_exact(4).all(|pixel| pixel == expected), "{:?}", &made.pixels[..4]);
}

#[test]
fn headers_of_os2_are_read_long_and_short() {
    for size in [16, 64] {
        assert_all(&bitmap(size, 24, 0, &[], &[], &[0x20, 0x40, 0xC0].repeat(64)), [0xC0, 0x40, 0x20, 255]);
        let mut palette = [0; 1024];
        palette[28..31].copy_from_slice(&[0x20, 0x40, 0xC0]);
        assert_all(&bitmap(size, 8, 0, &[], &palette, &[7; 64]), [0xC0, 0x40, 0x20, 255]);
    }
}

#[test]
fn alpha_that_is_zero_everywhere_is_opaque() {
    let masks = [0x7C00, 0x3E0, 0x1F, 0x8000];
    assert_all(&bitmap(56, 16, 3, &masks, &[], &[0x00, 0x7C].repeat(64)), [255, 0, 0, 255]);
    assert_all(&bitmap(56, 16, 3, &masks, &[], &[0x00, 0xFC].repeat(64)), [255, 0, 0, 255]);
    let masks = [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000];
    assert_all(&bitmap(56, 32, 3, &masks, &[], &[0, 0, 255, 0].repeat(64)), [255, 0, 0, 255]);
    assert_all(&bitmap(56, 32, 3, &masks, &[], &[0, 0, 255, 51].repeat(64)), [255, 0, 0, 51]);
}

#[test]
fn run_length_coded_rows_may_go_downwards() {
    // Two rows of red, the rest blue.
    let mut palette = [0; 1024];
    palette[4..8].copy_from_slice(&[0, 0, 255, 0]);
    palette[8..12].copy_from_slice(&[255, 0, 0, 0]);
    let row = |index: u8| [16, index, 0, 0];
    let runs = [row(1), row(1), row(2), row(2)].concat();
    for (height, top) in [(4_i32, [0, 0, 255, 255]), (-4, [255, 0, 0, 255])] {
        let mut file = bitmap(40, 8, 1, &[], &palette, &[&runs[..], &[0, 1]].concat());
        file[22..26].copy_from_slice(&height.to_le_bytes());
        let made = Image::open(Cursor::new(&file), &Limits::default()).unwrap().to_rgba8(&RenderOptions::default());
        let (pixels, _) = made.as_ref().unwrap().pixels.as_chunks::<4>();
        let bottom = [255 - top[0], 0, 255 - top[2], 255];
        assert_eq!(pixels[..32], [top; 32], "{height}");
        assert_eq!(pixels[32..], [bottom; 32], "{height}");
    }
}
