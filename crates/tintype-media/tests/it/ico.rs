//! Icons of old programs, written by hand.

use std::io::Cursor;

use tintype_media::{Error, Image, Limits, RenderOptions};

use crate::files::golden;

const SIDE: usize = 8;

/// An icon of one bitmap: `after` is what comes behind its header of 40 bytes.
fn icon(bits: u8, after: &[u8]) -> Vec<u8> {
    let side = SIDE as u8;
    let mut file = [[0, 0, 1, 0, 1, 0, side, side, 0, 0, 1, 0, bits, 0].as_slice()].concat();
    file.extend((40 + after.len() as u32).to_le_bytes());
    file.extend([22, 0, 0, 0, 40, 0, 0, 0, side, 0, 0, 0, 2 * side, 0, 0, 0, 1, 0, bits, 0]);
    file.extend([0; 24]);
    file.extend(after);
    file
}

fn pixels(file: &[u8]) -> Result<Vec<[u8; 4]>, Error> {
    let made = Image::open(Cursor::new(file), &Limits::default())?.to_rgba8(&RenderOptions::default())?;
    assert_eq!((made.width, made.height), (SIDE as u32, SIDE as u32));
    Ok(made.pixels.as_chunks::<4>().0.to_vec())
}

/// Hides the left half of each row.
fn left_half() -> Vec<u8> {
    [0xF0, 0, 0, 0].repeat(SIDE)
}

#[test]
fn alpha_wins_over_the_mask() {
    let file = icon(32, &[[10, 20, 30, 128].repeat(SIDE * SIDE), left_half()].concat());
    assert_eq!(pixels(&file).unwrap(), [[30, 20, 10, 128]; SIDE * SIDE]);
    // And a single pixel of it is enough.
    let mut colours = [10, 20, 30, 0].repeat(SIDE * SIDE);
    colours[3] = 255;
    let found = pixels(&icon(32, &[colours, left_half()].concat())).unwrap();
    assert_eq!(found[(SIDE - 1) * SIDE], [30, 20, 10, 255]);
    assert!(found[..SIDE].iter().all(|pixel| pixel[3] == 0));
}

#[test]
fn the_mask_counts_where_there_is_no_alpha() {
    let mut palette = [[0; 4]; 16];
    palette[5] = [10, 20, 30, 0];
    let of_16 = u16::to_le_bytes(0b01100_00100_00010);
    for (bits, colours, expected) in [
        (32, [10, 20, 30, 0].repeat(SIDE * SIDE), [30, 20, 10]),
        (24, [10, 20, 30].repeat(SIDE * SIDE), [30, 20, 10]),
        (16, of_16.repeat(SIDE * SIDE), [98, 32, 16]),
        (4, [palette.as_flattened(), &[0x55; SIDE * SIDE / 2]].concat(), [30, 20, 10]),
    ] {
        let found = pixels(&icon(bits, &[colours.clone(), left_half()].concat())).unwrap();
        let [red, green, blue] = expected;
        for row in found.chunks_exact(SIDE) {
            assert!(row[..4].iter().all(|pixel| pixel[3] == 0), "{bits} bits: {row:?}");
            assert_eq!(row[4..], [[red, green, blue, 255]; 4], "{bits} bits");
        }
        // Without one, and with one that is cut short, what is missing hides nothing.
        for mask in [&[][..], &left_half()[..9]] {
            let found = pixels(&icon(bits, &[&colours, mask].concat())).unwrap();
            assert!(found[..4 * SIDE].iter().all(|pixel| pixel[3] == 255), "{bits} bits");
            assert_eq!(found[7 * SIDE][3], if mask.is_empty() { 255 } else { 0 }, "{bits} bits");
        }
    }
}

#[test]
fn pixels_that_are_cut_short_are_shown_as_far_as_they_go() {
    let found = pixels(&icon(24, &[10, 20, 30].repeat(SIDE * SIDE / 2))).unwrap();
    assert!(found[..SIDE * 4].iter().all(|pixel| pixel[3] == 0));
    assert_eq!(found[SIDE * 4..], [[30, 20, 10, 255]; SIDE * 4]);
    assert!(matches!(pixels(&icon(24, &[])), Err(Error::Malformed { .. })));
}

#[test]
fn an_icon_of_pillow_whose_mask_has_rows_of_a_byte_is_opaque() {
    let made = Image::open(Cursor::new(golden("p_bmpico.ico")), &Limits::default()).unwrap();
    let made = made.with_limits(Limits::default()).to_rgba8(&RenderOptions::default()).unwrap();
    assert_eq!((made.width, made.height), (7, 5));
    assert!(made.pixels.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255));
}
