//! Truevision TGA, which has no signature: a file is one when nothing else fits and its whole
//! header makes sense.

use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

pub(super) fn recognise(source: &mut HeaderReader<'_>) -> Result<bool, Error> {
    let Some(bytes) = source.array::<18>(0)? else {
        return Ok(false);
    };
    let header = Fields::new(&bytes);
    let mapped = matches!(header.image_type, 1 | 9);
    let depths: &[u8] = match header.image_type {
        1 | 9 => &[8],
        2 | 10 => &[15, 16, 24, 32],
        3 | 11 => &[1, 8, 16],
        _ => return Ok(false),
    };
    let map = if mapped {
        header.has_map == 1
            && (1..=256).contains(&header.map_len)
            && header.map_start < header.map_len
            && matches!(header.map_depth, 15 | 16 | 24 | 32)
    } else {
        header.has_map <= 1 && (header.has_map == 1 || (header.map_len == 0 && header.map_depth == 0))
    };
    let sides = header.width > 0 && header.height > 0;
    if !(map && sides && depths.contains(&header.depth) && header.descriptor & 0xC0 == 0) {
        return Ok(false);
    }
    // Version 2 ends in a signature; without it, what is not run-length coded must have room for
    // its pixels.
    let footer = source.len().saturating_sub(18);
    if source.array::<18>(footer)?.is_some_and(|footer| &footer == b"TRUEVISION-XFILE.\0") {
        return Ok(true);
    }
    let pixels = u64::from(header.width) * u64::from(header.height);
    let stored = (pixels * u64::from(header.depth)).div_ceil(8);
    let least = 18 + u64::from(header.id_len) + if header.image_type < 9 { stored } else { pixels.div_ceil(128) * 2 };
    let most = 18 + 256 + 256 * 4 + 2 * stored;
    Ok((least..=most).contains(&source.len()))
}

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let fields = Fields::new(&need(source, Format::Tga, 0)?);
    let mode = match (fields.image_type & 7, fields.depth) {
        (1, _) => ColourMode::Palette,
        (3, 1) => ColourMode::Bilevel,
        (3, 16) => ColourMode::GreyAlpha,
        (3, _) => ColourMode::Grey,
        (_, 16 | 32) => ColourMode::Rgba,
        _ => ColourMode::Rgb,
    };
    let mut header = Header::new(Format::Tga, fields.width.into(), fields.height.into(), mode);
    header.frame_bytes_per_pixel = 4;
    header.scratch_bytes = 1 << 16;
    Ok(header)
}

struct Fields {
    id_len: u8,
    has_map: u8,
    image_type: u8,
    map_start: u16,
    map_len: u16,
    map_depth: u8,
    width: u16,
    height: u16,
    depth: u8,
    descriptor: u8,
}

impl Fields {
    fn new(bytes: &[u8; 18]) -> Self {
        let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        Self {
            id_len: bytes[0],
            has_map: bytes[1],
            image_type: bytes[2],
            map_start: word(3),
            map_len: word(5),
            map_depth: bytes[7],
            width: word(12),
            height: word(14),
            depth: bytes[16],
            descriptor: bytes[17],
        }
    }
}
