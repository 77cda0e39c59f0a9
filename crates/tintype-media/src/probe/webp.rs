//! RFC 9649.

use super::{Header, Headers, need};
use crate::{ColourMode, Error, Format, exif};

const MAX_CHUNKS: usize = 100_000;
const MAX_EXIF_BYTES: usize = 1 << 20;

pub(super) fn read(source: &mut Headers<'_>) -> Result<Header, Error> {
    let first: [u8; 8] = need(source, Format::WebP, 12)?;
    let lossless_alpha = |bits: u32| bits >> 28 & 1 == 1;
    match &first[..4] {
        b"VP8 " => {
            let bytes: [u8; 10] = need(source, Format::WebP, 20)?;
            let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            if bytes[3..6] != [0x9D, 0x01, 0x2A] {
                return Err(Error::malformed(Format::WebP, "no start code in the `VP8 ` chunk"));
            }
            Ok(header(source, side(bytes[6], bytes[7]), side(bytes[8], bytes[9]), false, Cost::Lossy))
        }
        b"VP8L" => {
            let bytes: [u8; 5] = need(source, Format::WebP, 20)?;
            if bytes[0] != 0x2F {
                return Err(Error::malformed(Format::WebP, "no signature in the `VP8L` chunk"));
            }
            let bits = u32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
            let (width, height) = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
            Ok(header(source, width, height, lossless_alpha(bits), Cost::Lossless))
        }
        b"VP8X" => {
            let bytes: [u8; 10] = need(source, Format::WebP, 20)?;
            let side = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], 0]) + 1;
            extended(source, bytes[0], side(4), side(7))
        }
        _ => Err(Error::malformed(Format::WebP, "first chunk holds no image")),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Cost {
    Lossy,
    LossyWithAlpha,
    Lossless,
    Animated,
}

/// Walks the chunks after `VP8X`: which codec the picture has decides the memory, `EXIF` the orientation.
fn extended(source: &mut Headers<'_>, flags: u8, width: u32, height: u32) -> Result<Header, Error> {
    const ANIMATION: u8 = 0x02;
    const ALPHA: u8 = 0x10;
    const EXIF: u8 = 0x08;
    let mut alpha = flags & ALPHA != 0;
    let mut cost = if flags & ANIMATION != 0 { Cost::Animated } else { Cost::Lossy };
    let mut orientation = None;
    let mut checked = false;
    let mut offset = 30;
    for _ in 0..MAX_CHUNKS {
        let Some(chunk) = source.array::<8>(offset)? else {
            break;
        };
        let length = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
        // Only the first frame of an animation is decoded; a still picture has one of these chunks anyway.
        if !checked && matches!(&chunk[..4], b"VP8 " | b"VP8L" | b"ANMF") {
            check_frame(source, offset, (width, height))?;
            checked = true;
        }
        match &chunk[..4] {
            b"ALPH" if cost == Cost::Lossy => {
                alpha = true;
                cost = Cost::LossyWithAlpha;
            }
            b"VP8L" if cost == Cost::Lossy => {
                cost = Cost::Lossless;
                if let Some([_, b0, b1, b2, b3]) = source.array(offset + 8)? {
                    alpha |= u32::from_le_bytes([b0, b1, b2, b3]) >> 28 & 1 == 1;
                }
            }
            b"EXIF" if orientation.is_none() => {
                let block = source.read_up_to(offset + 8, MAX_EXIF_BYTES.min(length as usize))?;
                orientation = exif::orientation(&block);
            }
            _ => {}
        }
        if cost != Cost::Animated && flags & EXIF == 0 && matches!(&chunk[..4], b"VP8 " | b"VP8L") {
            break;
        }
        offset += 8 + u64::from(length) + u64::from(length & 1);
    }
    let mut header = header(source, width, height, alpha, cost);
    header.orientation = orientation.unwrap_or_default();
    Ok(header)
}

/// Refuses a frame that is larger than its canvas: its decoder would allocate what the frame says.
fn check_frame(source: &mut Headers<'_>, chunk: u64, canvas: (u32, u32)) -> Result<(), Error> {
    const FRAME_HEADER_BYTES: u64 = 16;
    let mut offset = chunk;
    let mut sides = Vec::new();
    // At most a frame, its alpha, and its picture.
    for _ in 0..3 {
        let Some(head) = source.array::<8>(offset)? else { break };
        let length = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
        let body = source.read_up_to(offset + 8, FRAME_HEADER_BYTES as usize)?;
        let word =
            |at: usize| body.get(at..at + 4).map_or(0, |word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        match &head[..4] {
            b"ANMF" => {
                sides.push(((word(6) & 0xFF_FFFF) + 1, (word(9) & 0xFF_FFFF) + 1));
                offset += 8 + FRAME_HEADER_BYTES;
            }
            b"VP8 " => {
                sides.push((word(6) & 0x3FFF, word(6) >> 16 & 0x3FFF));
                break;
            }
            b"VP8L" => {
                sides.push(((word(1) & 0x3FFF) + 1, (word(1) >> 14 & 0x3FFF) + 1));
                break;
            }
            _ => offset += 8 + length + (length & 1),
        }
    }
    if sides.iter().any(|(width, height)| *width > canvas.0 || *height > canvas.1) {
        return Err(Error::malformed(Format::WebP, "a frame is larger than its canvas"));
    }
    Ok(())
}

fn header(source: &Headers<'_>, width: u32, height: u32, alpha: bool, cost: Cost) -> Header {
    let mode = if alpha { ColourMode::Rgba } else { ColourMode::Rgb };
    let mut header = Header::new(Format::WebP, width, height, mode);
    header.frame_bytes_per_pixel = 3 + u64::from(alpha);
    // Planes of the lossy codec are padded to whole macroblocks and hold 1.5 bytes a pixel.
    let planes = (u64::from(width) + 31) * (u64::from(height) + 31) * 3 / 2;
    let pixels = header.pixels();
    // The codec reads a chunk into a vector that grows by doubling.
    let chunks = if cost == Cost::Animated { source.len() } else { 2 * source.len() };
    header.scratch_bytes = chunks
        + (1 << 18)
        + match cost {
            Cost::Lossy => planes,
            Cost::LossyWithAlpha => planes.max(pixels * 5) + pixels,
            Cost::Lossless => pixels * if alpha { 1 } else { 5 },
            Cost::Animated => pixels * 8 + planes,
        };
    header
}
