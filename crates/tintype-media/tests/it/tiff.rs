//! TIFFs of old programs and fax machines, written by hand.

use std::io::Cursor;

use tintype_media::{Error, Image, Isolation, Limits, RenderOptions};

use crate::files::deflate;

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
    for (bits, compression) in [(0, 1), (17, 1), (24, 1), (17, 5), (6, 7), (8, 6), (8, 34_925)] {
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
    let found = reds(&tiff(base(8, 1, 1), &data[..20], None, 0)).unwrap();
    assert_eq!(found[..16], data[..16]);
    assert!(reds(&tiff(base(8, 1, 1), &data[..15], None, 0)).is_err());
}

/// One Zstandard frame of a single block that is stored as it is.
fn zstandard(data: &[u8]) -> Vec<u8> {
    let len = u8::try_from(data.len()).unwrap();
    let block = (u32::from(len) << 3 | 1).to_le_bytes();
    [b"\x28\xB5\x2F\xFD\x20".as_slice(), &[len], &block[..3], data].concat()
}

fn lzw(data: &[u8]) -> Vec<u8> {
    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(data).unwrap()
}

/// A literal run for each row.
fn pack_bits(data: &[u8]) -> Vec<u8> {
    data.chunks(100).flat_map(|run| [&[run.len() as u8 - 1], run].concat()).collect()
}

#[test]
fn every_compression_is_read_in_both_orders_of_bits_and_whatever_its_length_is_said_to_be() {
    let data = halves(false);
    for (compression, packed) in [
        (1, data.clone()),
        (5, lzw(&data)),
        (8, deflate(&data)),
        (32_773, pack_bits(&data)),
        (50_000, zstandard(&data)),
    ] {
        let len = u32::try_from(packed.len()).unwrap();
        for length in [Some(len), None, Some(0), Some(1), Some(35_711_440)] {
            let found = reds(&tiff(base(8, compression, 1), &packed, length, 0));
            assert_eq!(found.unwrap(), data, "compression {compression}, length {length:?}");
        }
        let reversed: Vec<u8> = packed.iter().map(|byte| byte.reverse_bits()).collect();
        let mut entries = base(8, compression, 1);
        entries.push((266, 3, 2));
        assert_eq!(reds(&one_strip(entries, &reversed)).unwrap(), data, "compression {compression}");
    }
}

#[test]
fn differences_are_summed_up_at_every_depth() {
    let row: Vec<u8> = (0..16).map(|x| if x % 8 == 0 { 100 } else { 10 }).collect();
    let sums: Vec<u8> = row
        .iter()
        .scan(0_u8, |sum, step| {
            *sum = sum.wrapping_add(*step);
            Some(*sum)
        })
        .collect();
    for bits in [8_u32, 16, 32] {
        let len = bits as usize / 8;
        // The step is in the highest byte.
        let wide = |value: &u8| {
            let mut sample = vec![0; len];
            sample[len - 1] = *value;
            sample
        };
        let data: Vec<u8> = row.iter().flat_map(wide).collect::<Vec<u8>>().repeat(4);
        for (compression, packed) in [(50_000, zstandard(&data[..data.len().min(255)])), (8, deflate(&data))] {
            let mut entries = base(bits, compression, 1);
            entries.push((317, 3, 2));
            let found = reds(&one_strip(entries, &packed)).unwrap();
            let rows = if compression == 50_000 && bits == 32 { 3 } else { 4 };
            for (found, expected) in found[..16 * rows].iter().zip(sums.repeat(rows)) {
                assert!(found.abs_diff(expected) <= 1, "{bits} bits, compression {compression}: {found}, {expected}");
            }
        }
    }
    // Floats by their bytes: the highest of all first, as differences.
    let mut planes: Vec<u8> = [0.25_f32, 0.5].repeat(8).iter().map(|value| value.to_be_bytes()[0]).collect();
    planes.extend([0.25_f32, 0.5].repeat(8).iter().map(|value| value.to_be_bytes()[1]));
    planes.extend([0; 32]);
    let line: Vec<u8> = (0..64).map(|at| planes[at].wrapping_sub(if at == 0 { 0 } else { planes[at - 1] })).collect();
    let mut entries = base(32, 8, 1);
    entries.extend([(317, 3, 3), (339, 3, 3), (266, 3, 2)]);
    let reversed: Vec<u8> = deflate(&line.repeat(4)).iter().map(|byte| byte.reverse_bits()).collect();
    assert_eq!(reds(&one_strip(entries, &reversed)).unwrap(), [64, 128].repeat(32));
}

#[test]
fn signed_samples_are_black_below_zero_at_every_depth() {
    for bits in [3, 5, 6, 7, 8, 12, 16] {
        // The lowest, and the highest.
        let row: String = (0..16)
            .map(|x| format!("{}{}", if x < 8 { "1" } else { "0" }, if x < 8 { "0" } else { "1" }.repeat(bits - 1)))
            .collect();
        let mut bytes: Vec<u8> =
            row.as_bytes().chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'))).collect();
        if bits == 16 {
            bytes.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
        }
        let mut entries = base(u32::try_from(bits).unwrap(), 1, 1);
        entries.push((339, 3, 2));
        let found = reds(&one_strip(entries, &bytes.repeat(HEIGHT.into()))).unwrap();
        for (found, expected) in found.iter().zip(halves(false)) {
            assert!(found.abs_diff(expected) <= 2, "{bits} bits: {found}");
        }
    }
}

/// A TIFF whose samples have eight bits each, which takes a place of its own to say.
fn samples_of_eight(photometric: u32, samples: u32, extra: &[Entry], data: &[u8]) -> Vec<u8> {
    let mut entries = base(8, 1, photometric);
    entries.retain(|entry| entry.0 != 277);
    entries.push((277, 3, samples));
    entries.extend(extra);
    one_strip(entries, data)
}

fn rgba(file: &[u8]) -> Vec<[u8; 4]> {
    let mut image = Image::open(Cursor::new(file), &Limits::default()).unwrap();
    image.to_rgba8(&RenderOptions::default()).unwrap().pixels.as_chunks::<4>().0.to_vec()
}

#[test]
fn inks_with_alpha_are_clear_where_it_says_so() {
    let count = usize::from(WIDTH * HEIGHT);
    let cyan = [255, 0, 0, 0, 128].repeat(count);
    assert_eq!(rgba(&samples_of_eight(5, 5, &[(338, 3, 2)], &cyan)), vec![[0, 255, 255, 128]; count]);
    // Multiplied by alpha.
    let cyan = [128, 0, 0, 0, 128].repeat(count);
    assert_eq!(rgba(&samples_of_eight(5, 5, &[(338, 3, 1)], &cyan)), vec![[0, 255, 255, 128]; count]);
    // A sample of no meaning.
    assert_eq!(rgba(&samples_of_eight(5, 5, &[(338, 3, 0)], &cyan)), vec![[127, 255, 255, 255]; count]);
}

#[test]
fn pixels_that_share_their_colour_have_it() {
    // Blocks of 2 x 2: grey above, red below.
    let block = |luma: u8, blue: u8, red: u8| [luma, luma, luma, luma, blue, red];
    let data = [block(128, 128, 128).repeat(8), block(76, 85, 255).repeat(8)].concat();
    let found = rgba(&samples_of_eight(6, 3, &[], &data));
    assert_eq!(found[..32], [[128, 128, 128, 255]; 32]);
    for pixel in &found[32..] {
        assert!(pixel[0] >= 253 && pixel[1] <= 2 && pixel[2] <= 2, "{pixel:?}");
    }
}
