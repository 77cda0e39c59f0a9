//! TIFFs of old programs and fax machines, written by hand.

use std::io::Cursor;

use tintype_media::{Error, Image, Isolation, Limits, RenderOptions};

const WIDTH: u16 = 16;
const HEIGHT: u16 = 4;

/// A directory entry of one value.
type Entry = (u16, u16, u32);

fn base(bits: u32, compression: u32, photometric: u32) -> Vec<Entry> {
    vec![
        (256, 3, WIDTH.into()),
        (257, 3, HEIGHT.into()),
        (258, 3, bits),
        (259, 3, compression),
        (262, 3, photometric),
        (277, 3, 1),
        (278, 3, HEIGHT.into()),
    ]
}

/// A little-endian TIFF of one strip; `length` is what the directory says of it, if anything.
fn tiff(mut entries: Vec<Entry>, data: &[u8], length: Option<u32>, next: u32) -> Vec<u8> {
    entries.extend(length.map(|length| (279, 4, length)));
    let count = u16::try_from(entries.len() + 1).unwrap();
    entries.push((273, 4, 8 + 2 + 12 * u32::from(count) + 4));
    entries.sort_unstable();
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend(count.to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        file.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
    }
    file.extend(next.to_le_bytes());
    file.extend(data);
    file
}

fn one_strip(entries: Vec<Entry>, data: &[u8]) -> Vec<u8> {
    tiff(entries, data, Some(u32::try_from(data.len()).unwrap()), 0)
}

/// Returns the red of each pixel.
fn reds(file: &[u8]) -> Result<Vec<u8>, Error> {
    let image = Image::open(Cursor::new(file), &Limits::default())?;
    let made = image.with_isolation(Isolation::InProcess).to_rgba8(&RenderOptions::default())?;
    assert_eq!((made.width, made.height), (WIDTH.into(), HEIGHT.into()));
    Ok(made.pixels.chunks_exact(4).map(|pixel| pixel[0]).collect())
}

fn rows(row: [u8; 16]) -> Vec<u8> {
    row.repeat(HEIGHT.into())
}

/// Half white, half black.
fn halves(white_first: bool) -> Vec<u8> {
    let (left, right) = if white_first { (255, 0) } else { (0, 255) };
    rows(std::array::from_fn(|x| if x < 8 { left } else { right }))
}

#[test]
fn samples_of_unusual_depth_keep_their_light() {
    for bits in [3, 5, 6, 7, 12] {
        let row: String = (0..16).map(|x| if x < 8 { "0" } else { "1" }.repeat(bits)).collect();
        let bytes: Vec<u8> =
            row.as_bytes().chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'))).collect();
        let bits = u32::try_from(bits).unwrap();
        let data = bytes.repeat(HEIGHT.into());
        assert_eq!(reds(&one_strip(base(bits, 1, 1), &data)).unwrap(), halves(false), "{bits} bits");
        assert_eq!(reds(&one_strip(base(bits, 1, 0), &data)).unwrap(), halves(true), "{bits} bits");
    }
}

#[test]
fn samples_of_unknown_depth_are_refused() {
    for (bits, compression) in [(17, 1), (24, 1), (6, 5), (12, 5)] {
        let found = reds(&one_strip(base(bits, compression, 1), &[0xFF; 1000]));
        assert!(matches!(found, Err(Error::Unsupported { .. })), "{bits} bits, compression {compression}: {found:?}");
    }
}

#[test]
fn faxes_of_each_kind_are_read_in_both_orders_of_bits() {
    // Eight white pixels: 10011; eight black ones: 000101.
    let rle: Vec<u8> = [0b1001_1000, 0b1010_0000].repeat(4);
    let group3: Vec<u8> = [0, 0b0001_1001, 0b1000_1010].repeat(4);
    // The first row horizontally, each further one as the one above: 001 10011 000101 111 111 111.
    let group4: Vec<u8> = vec![0b0011_0011, 0b0001_0111, 0b1111_1110, 0, 0];
    for (compression, data) in [(2, rle), (3, group3), (4, group4)] {
        let reversed = data.iter().map(|byte: &u8| byte.reverse_bits()).collect();
        for (order, data) in [(1, data), (2, reversed)] {
            let mut entries = base(1, compression, 0);
            entries.push((266, 3, order));
            let found = reds(&one_strip(entries, &data));
            assert_eq!(found.unwrap(), halves(true), "compression {compression}, order {order}");
        }
    }
}

#[test]
fn reversed_bits_are_turned_at_any_depth() {
    let shallow: Vec<u8> = [0x00, 0xFF].repeat(4);
    let eight = rows(std::array::from_fn(|x| if x < 8 { 0x0F } else { 0xFF }));
    let deep: Vec<u8> = (0..64).flat_map(|x| if x % 16 < 8 { [0, 0x0F] } else { [0xFF; 2] }).collect();
    let grey = rows(std::array::from_fn(|x| if x < 8 { 0xF0 } else { 0xFF }));
    for (bits, data, expected) in [(1, shallow, halves(false)), (8, eight, grey.clone()), (16, deep, grey)] {
        let mut entries = base(bits, 1, 1);
        entries.push((266, 3, 2));
        let found = reds(&one_strip(entries, &data)).unwrap();
        assert!(
            found.iter().zip(&expected).all(|(found, expected)| found.abs_diff(*expected) <= 1),
            "{bits}: {found:?}"
        );
    }
}

#[test]
fn lengths_may_be_missing_or_too_large_and_the_next_directory_this_one() {
    let data = halves(false);
    let len = Some(u32::from(WIDTH * HEIGHT));
    for (length, next) in [(None, 0), (Some(35_711_440), 0), (len, 8), (None, 8), (len, 1_000_000)] {
        let found = reds(&tiff(base(8, 1, 1), &data, length, next));
        assert_eq!(found.unwrap(), data, "length {length:?}, next {next}");
    }
    assert!(reds(&tiff(base(8, 1, 1), &data[..20], None, 0)).is_err());
}
