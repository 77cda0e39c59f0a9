//! Windows and OS/2 bitmap headers (Microsoft Win32, "Bitmap Storage").

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

/// What matters of a bitmap's information header.
struct Info {
    width: u32,
    height: u32,
    bits: u16,
    compression: u32,
    palette_entry_len: usize,
    palette_offset: u64,
    palette_count: u32,
    alpha_mask: u32,
}

/// Where the information header begins in a file of its own.
pub(super) const FILE_HEADER_BYTES: u64 = 14;

/// "BM" begins many a text, so the header's own size must be one that was ever defined, and its
/// planes 1.
pub(super) fn is_bitmap(head: &[u8]) -> bool {
    if !head.starts_with(b"BM") {
        return false;
    }
    let Some(size) = head.get(14..18) else {
        return false;
    };
    let planes = match u32::from_le_bytes([size[0], size[1], size[2], size[3]]) {
        12 => head.get(22..24),
        16 | 40 | 52 | 56 | 64 | 108 | 124 => head.get(26..28),
        _ => return false,
    };
    planes == Some(&[1, 0])
}

/// Reads the information header at `offset`.
pub(crate) fn read(source: &mut HeaderReader<'_>, offset: u64) -> Result<Header, Error> {
    let info = info(source, offset)?;
    let mode = match info.bits {
        1 | 2 | 4 | 8 => indexed_mode(source, &info)?,
        16 | 24 => ColourMode::Rgb,
        32 if info.compression == 3 && info.alpha_mask != 0 => ColourMode::Rgba,
        32 => ColourMode::Rgb,
        bits => {
            return Err(Error::malformed(Format::Bmp, format!("`{bits}` bits per pixel")));
        }
    };
    let mut header = Header::new(Format::Bmp, info.width, info.height, mode);
    header.frame_bytes_per_pixel = if info.bits == 32 || info.bits == 16 { 4 } else { 3 };
    header.samples = if header.frame_bytes_per_pixel == 4 { Samples::Rgba } else { Samples::Rgb };
    header.scratch_bytes = u64::from(info.width) * 8 + (1 << 16);
    Ok(header)
}

fn info(source: &mut HeaderReader<'_>, offset: u64) -> Result<Info, Error> {
    let size = u32::from_le_bytes(need(source, Format::Bmp, offset)?);
    if size == 12 {
        let bytes: [u8; 8] = need(source, Format::Bmp, offset + 4)?;
        let bits = u16::from_le_bytes([bytes[6], bytes[7]]);
        return Ok(Info {
            width: u16::from_le_bytes([bytes[0], bytes[1]]).into(),
            height: u16::from_le_bytes([bytes[2], bytes[3]]).into(),
            bits,
            compression: 0,
            palette_entry_len: 3,
            palette_offset: offset + 12,
            palette_count: 1 << bits.min(8),
            alpha_mask: 0,
        });
    }
    let bytes: [u8; 12] = need(source, Format::Bmp, offset + 4)?;
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let bits = u16::from_le_bytes([bytes[10], bytes[11]]);
    let compression = if size >= 40 { u32::from_le_bytes(need(source, Format::Bmp, offset + 16)?) } else { 0 };
    let used = if size >= 40 { u32::from_le_bytes(need(source, Format::Bmp, offset + 32)?) } else { 0 };
    // OS/2 has other values where Windows has masks.
    let alpha_mask =
        if size >= 56 && size != 64 { u32::from_le_bytes(need(source, Format::Bmp, offset + 52)?) } else { 0 };
    Ok(Info {
        width: word(0),
        // A negative height means rows from top to bottom.
        height: word(4).cast_signed().unsigned_abs(),
        bits,
        compression,
        palette_entry_len: 4,
        palette_offset: offset + u64::from(size),
        palette_count: if used == 0 { 1 << bits.min(8) } else { used },
        alpha_mask,
    })
}

/// Pillow calls an indexed bitmap grey when its palette is the ramp from black to white.
fn indexed_mode(source: &mut HeaderReader<'_>, info: &Info) -> Result<ColourMode, Error> {
    let count = info.palette_count.min(256) as usize;
    let palette = source.read_up_to(info.palette_offset, count * info.palette_entry_len)?;
    let grey = palette.len() == count * info.palette_entry_len
        && palette.chunks_exact(info.palette_entry_len).enumerate().all(|(index, colour)| {
            let grey = if count == 2 { 255 * index } else { index };
            colour[..3].iter().all(|sample| usize::from(*sample) == grey)
        });
    Ok(match (grey, count) {
        (false, _) => ColourMode::Palette,
        (true, 0..=2) => ColourMode::Bilevel,
        (true, _) => ColourMode::Grey,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_begins_like_a_bitmap_is_none() {
        assert!(!is_bitmap(b"BMW is a maker of cars, and this is prose about it."));
    }
}
