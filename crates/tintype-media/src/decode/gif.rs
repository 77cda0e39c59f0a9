//! The first frame of a GIF.

use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};

use super::{Input, buffer};
use crate::frame::{Decoded, Frame, Samples};
use crate::probe::Header;
use crate::{Error, Format};

pub(super) fn decode(input: Input<'_>, header: &Header) -> Result<Decoded, Error> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    // A frame is a canvas at most, one byte a pixel.
    let limit = header.pixels().saturating_add(1 << 16);
    options.set_memory_limit(NonZeroU64::new(limit).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
    let mut decoder = options.read_info(input).map_err(failed)?;
    let first = decoder.next_frame_info().map_err(failed)?;
    let first = first.ok_or_else(|| Error::malformed(Format::Gif, "no frame"))?;
    let (left, top) = (usize::from(first.left), usize::from(first.top));
    let (width, height) = (usize::from(first.width), usize::from(first.height));
    let transparent = first.transparent;
    if left + width > header.width as usize || top + height > header.height as usize {
        return Err(Error::malformed(Format::Gif, "frame is outside the canvas"));
    }
    let mut indices = vec![0; decoder.buffer_size()];
    match decoder.read_into_buffer(&mut indices) {
        Ok(()) => {}
        // Rows that came before the file was cut short are kept.
        Err(error) if indices.iter().all(|index| *index == 0) => return Err(failed(error)),
        Err(_) => {}
    }
    let palette = decoder.palette().map_err(failed)?;
    let covers = (width, height) == (header.width as usize, header.height as usize);
    let samples = if covers && transparent.is_none() { Samples::Rgb } else { Samples::Rgba };
    let channels = samples.channels();
    let mut pixels = buffer(header, channels)?;
    let stride = header.width as usize * channels;
    for (row, line) in indices.chunks_exact(width.max(1)).zip(pixels.chunks_exact_mut(stride).skip(top)) {
        for (index, pixel) in row.iter().zip(line[left * channels..].chunks_exact_mut(channels)) {
            if Some(*index) == transparent {
                continue;
            }
            let at = usize::from(*index) * 3;
            // An index beyond the palette is black, as in Pillow.
            pixel[..3].copy_from_slice(palette.get(at..at + 3).unwrap_or(&[0; 3]));
            if let Some(alpha) = pixel.get_mut(3) {
                *alpha = 255;
            }
        }
    }
    Ok(Decoded { frame: Frame { width: header.width, height: header.height, samples, pixels }, icc_profile: None })
}

fn failed(error: DecodingError) -> Error {
    match error {
        DecodingError::Io(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => Error::Io { source },
        other => Error::malformed(Format::Gif, other.to_string()),
    }
}
