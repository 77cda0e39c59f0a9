//! W3C PNG (third edition), section 11.

use super::{Detail, Header, Headers, need};
use crate::{ColourMode, Error, Format, exif};

/// A file of 4 GiB in chunks of 64 KiB has as many; the search for a late EXIF chunk ends here.
const MAX_CHUNKS: usize = 65_536;
const MAX_EXIF_BYTES: usize = 1 << 20;
/// The largest profiles of printing presses have some 3 MiB, deflated to about half.
const MAX_DEFLATED_PROFILE_BYTES: u32 = 2 << 20;

/// What the decoder may allocate for any one chunk.
pub(crate) const CHUNK_BYTES: u64 = 4 << 20;

pub(super) fn read(source: &mut Headers<'_>) -> Result<Header, Error> {
    let ihdr: [u8; 25] = need(source, Format::Png, 8)?;
    if &ihdr[4..8] != b"IHDR" {
        return Err(Error::malformed(Format::Png, "first chunk is not `IHDR`"));
    }
    let width = u32::from_be_bytes([ihdr[8], ihdr[9], ihdr[10], ihdr[11]]);
    let height = u32::from_be_bytes([ihdr[12], ihdr[13], ihdr[14], ihdr[15]]);
    let (depth, colour_type) = (ihdr[16], ihdr[17]);
    let (mode, channels) = mode(depth, colour_type)?;
    let mut header = Header::new(Format::Png, width, height, mode);
    let transparent = read_chunks(source, &mut header)?;
    header.frame_bytes_per_pixel = match colour_type {
        0 => 1 + u64::from(transparent),
        4 => 2,
        6 => 4,
        _ => 3 + u64::from(transparent),
    };
    let line = u64::from(width) * channels * u64::from(depth).div_ceil(8);
    header.scratch_bytes += 4 * line + (1 << 18);
    Ok(header)
}

fn mode(depth: u8, colour_type: u8) -> Result<(ColourMode, u64), Error> {
    Ok(match (depth, colour_type) {
        (1, 0) => (ColourMode::Bilevel, 1),
        (2 | 4 | 8, 0) => (ColourMode::Grey, 1),
        (16, 0) => (ColourMode::Grey16, 1),
        (8 | 16, 2) => (ColourMode::Rgb, 3),
        (1 | 2 | 4 | 8, 3) => (ColourMode::Palette, 1),
        (8, 4) => (ColourMode::GreyAlpha, 2),
        // Pillow has no sixteen-bit grey with alpha and widens it.
        (16, 4) => (ColourMode::Rgba, 2),
        (8 | 16, 6) => (ColourMode::Rgba, 4),
        _ => {
            return Err(Error::malformed(Format::Png, format!("colour type `{colour_type}` at depth `{depth}`")));
        }
    })
}

/// Walks the chunks for orientation and profile size, and says whether a `tRNS` chunk makes some pixels transparent.
fn read_chunks(source: &mut Headers<'_>, header: &mut Header) -> Result<bool, Error> {
    let mut transparent = false;
    let mut offset = 33;
    for _ in 0..MAX_CHUNKS {
        let Some(chunk) = source.array::<8>(offset)? else {
            break;
        };
        let length = u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        match &chunk[4..] {
            b"tRNS" => transparent = true,
            // The chunk, and the profile in a vector that grows by doubling.
            b"iCCP" if length <= MAX_DEFLATED_PROFILE_BYTES => header.scratch_bytes += 3 * CHUNK_BYTES,
            b"iCCP" => header.detail = Detail::OversizedProfile,
            b"eXIf" => {
                header.scratch_bytes += CHUNK_BYTES.min(2 * u64::from(length));
                let block = source.read_up_to(offset + 8, MAX_EXIF_BYTES.min(length as usize))?;
                header.orientation = exif::orientation(&block).unwrap_or_default();
            }
            b"IEND" => break,
            _ => {}
        }
        offset += 12 + u64::from(length);
    }
    Ok(transparent)
}
