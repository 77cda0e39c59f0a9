//! GIF89a specification, sections 18 to 20.

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::rows::Order;
use crate::{ColourMode, Error, Format};

/// Honest files have a handful of extensions before the first image.
const MAX_BLOCKS: usize = 100_000;

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let screen: [u8; 7] = need(source, Format::Gif, 6)?;
    let mut width = u32::from(u16::from_le_bytes([screen[0], screen[1]]));
    let mut height = u32::from(u16::from_le_bytes([screen[2], screen[3]]));
    let global = palette_len(screen[4]);
    let image = first_image(source, 13 + global as u64)?;
    let mut palette = source.read_up_to(13, global)?;
    let mut image_flags = 0;
    let mut opaque = false;
    if let Some((image, transparent)) = image {
        let descriptor: [u8; 9] = need(source, Format::Gif, image + 1)?;
        let side = |index: usize| u32::from(u16::from_le_bytes([descriptor[index], descriptor[index + 1]]));
        // A first frame that reaches beyond the screen widens it, as Pillow and the browsers have
        // it.
        width = width.max(side(0) + side(4));
        height = height.max(side(2) + side(6));
        opaque = !transparent && (side(4), side(6)) == (width, height);
        image_flags = descriptor[8];
        let local = palette_len(image_flags);
        if local > 0 {
            palette = source.read_up_to(image + 10, local)?;
        }
    }
    let interlaced = image_flags & 0x40 != 0;
    let mode = if is_grey_ramp(&palette) { ColourMode::Grey } else { ColourMode::Palette };
    let mut header = Header::new(Format::Gif, width, height, mode);
    header.order = if interlaced { Order::Any } else { Order::Down };
    header.samples = if opaque { Samples::Rgb } else { Samples::Rgba };
    header.frame_bytes_per_pixel = 0;
    header.scratch_bytes = u64::from(width) * 5 + (1 << 17);
    Ok(header)
}

fn palette_len(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Pillow calls a GIF grey when its palette says nothing: entry *i* is the grey *i*, or there is
/// none at all.
fn is_grey_ramp(palette: &[u8]) -> bool {
    palette.chunks_exact(3).enumerate().all(|(index, colour)| colour.iter().all(|sample| usize::from(*sample) == index))
}

/// Returns where the first image descriptor begins, and whether one of its colours is transparent.
fn first_image(source: &mut HeaderReader<'_>, start: u64) -> Result<Option<(u64, bool)>, Error> {
    let (mut offset, mut transparent) = (start, false);
    for _ in 0..MAX_BLOCKS {
        match source.array(offset)? {
            Some([0x2C]) => return Ok(Some((offset, transparent))),
            // An extension: introducer, label, then sub-blocks up to an empty one.
            Some([0x21]) => {
                // A graphic control extension: label, length, flags.
                if let Some([0xF9, 4, flags]) = source.array(offset + 1)? {
                    transparent = flags & 1 != 0;
                }
                offset += 2;
            }
            _ => return Ok(None),
        }
        loop {
            let Some([length]) = source.array(offset)? else {
                return Ok(None);
            };
            offset += 1 + u64::from(length);
            if length == 0 {
                break;
            }
        }
    }
    Ok(None)
}
