//! W3C PNG (third edition), section 11.

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::rows::Order;
use crate::{ColourMode, Error, Format, exif};

/// A file of 4 GiB in chunks of 64 KiB has as many; the search for a late EXIF chunk ends here.
const MAX_CHUNKS: usize = 65_536;
const MAX_EXIF_BYTES: usize = 1 << 20;
/// The largest profiles of printing presses have some 3 MiB, deflated to about half.
const MAX_DEFLATED_PROFILE_BYTES: u32 = 2 << 20;

/// How much a profile may grow when it is inflated; its vector grows by doubling, and is more than
/// once that large on the way.
const PROFILE_EXPANSION: u64 = 5;

/// What the decoder may allocate for any one chunk.
pub(super) const CHUNK_BYTES: u64 = 4 << 20;

/// The iCCP chunk is larger than any honest profile.
pub(super) struct OversizedProfile;

pub(crate) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
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
    header.samples = match (colour_type, transparent) {
        (0, false) => Samples::Grey,
        (0, true) | (4, _) => Samples::GreyAlpha,
        (6, _) | (_, true) => Samples::Rgba,
        _ => Samples::Rgb,
    };
    header.order = if ihdr[20] == 1 { Order::Any } else { Order::Down };
    header.frame_bytes_per_pixel = 0;
    let line = u64::from(width) * channels * u64::from(depth).div_ceil(8);
    let expanded = u64::from(width) * header.samples.channels() as u64 * u64::from(depth).div_ceil(8);
    // The decoder holds some lines as stored beside its window, one as it hands it over, and
    // sixteen bits are swapped.
    header.scratch_bytes += 3 * line + expanded * if depth == 16 { 2 } else { 1 } + (1 << 18);
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

/// Walks the chunks for orientation and profile size, and says whether a `tRNS` chunk makes some
/// pixels transparent.
fn read_chunks(source: &mut HeaderReader<'_>, header: &mut Header) -> Result<bool, Error> {
    let mut transparent = false;
    let mut offset = 33;
    for _ in 0..MAX_CHUNKS {
        let Some(chunk) = source.array::<8>(offset)? else {
            break;
        };
        let length = u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        match &chunk[4..] {
            b"tRNS" => transparent = true,
            b"iCCP" if length <= MAX_DEFLATED_PROFILE_BYTES => {
                header.converted = true;
                header.profile_bytes = CHUNK_BYTES.min(PROFILE_EXPANSION * u64::from(length));
                header.scratch_bytes += 3 * header.profile_bytes;
            }
            b"iCCP" => header.set_detail(OversizedProfile),
            // Wider primaries are converted by a profile.
            b"cICP" => {
                header.converted = true;
                header.scratch_bytes += 1 << 12;
            }
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
