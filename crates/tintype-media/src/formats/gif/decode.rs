//! The first frame of a GIF, row by row into the first thumbnail.

use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};

use crate::decoding::{Input, Job};
use crate::frame::{Decoded, Samples};
use crate::rows::{Lattice, Order, Row, RowPlan, Shrinker};
use crate::{Error, Format};

/// The passes of an interlaced frame: its first row, and how far apart the rows are.
const PASSES: [(usize, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];

pub(super) fn decode(input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    // Pixels go into buffers of ours.
    options.set_memory_limit(MemoryLimit::Unlimited);
    let mut decoder = options.read_info(input).map_err(failed)?;
    let first = decoder.next_frame_info().map_err(failed)?;
    let first = first.ok_or_else(|| Error::malformed(Format::Gif, "no frame"))?;
    let (left, top) = (usize::from(first.left), usize::from(first.top));
    let (width, height) = (usize::from(first.width), usize::from(first.height));
    let (transparent, interlaced) = (first.transparent, first.interlaced);
    let (canvas_width, canvas_height) = (header.width as usize, header.height as usize);
    if left + width > canvas_width || top + height > canvas_height {
        return Err(Error::malformed(Format::Gif, "frame is outside the canvas"));
    }
    let covers = (width, height) == (canvas_width, canvas_height);
    let samples = if covers && transparent.is_none() { Samples::Rgb } else { Samples::Rgba };
    let colours = colours(decoder.palette().map_err(failed)?, transparent);
    let plan = RowPlan {
        from: (header.width, header.height),
        to: stored,
        samples,
        order: if interlaced { Order::Any } else { Order::Down },
        deep: false,
    };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut indices = vec![0; width];
    let channels = samples.channels();
    let mut line = vec![0; canvas_width * channels];
    for index in 0..height {
        let y = if interlaced { interlaced_row(index, height) } else { index };
        // What came before the end of a file that is cut short, or before damage, is shown.
        match decoder.fill_buffer(&mut indices) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if index == 0 => return Err(failed(error)),
            Err(_) => {
                limits.check_deadline()?;
                break;
            }
        }
        let part = &mut line[left * channels..(left + width) * channels];
        if channels == 3 {
            for (pixel, index) in part.as_chunks_mut::<3>().0.iter_mut().zip(&indices) {
                pixel.copy_from_slice(&colours[usize::from(*index)][..3]);
            }
        } else {
            for (pixel, index) in part.as_chunks_mut::<4>().0.iter_mut().zip(&indices) {
                *pixel = colours[usize::from(*index)];
            }
        }
        // A canvas has at most 65,535 rows.
        shrinker.push_at((top + y) as u32, Lattice::ALL, Row::Eight(&line))?;
    }
    drop(decoder);
    Ok(shrinker.finish(None))
}

/// Returns where the row that comes as number `index` belongs.
fn interlaced_row(mut index: usize, height: usize) -> usize {
    for (first, step) in PASSES {
        let count = height.saturating_sub(first).div_ceil(step);
        if index < count {
            return first + index * step;
        }
        index -= count;
    }
    height
}

/// An index beyond the palette is black, as in Pillow; what is transparent has no colour.
fn colours(palette: &[u8], transparent: Option<u8>) -> [[u8; 4]; 256] {
    let mut colours = [[0, 0, 0, 255]; 256];
    for (colour, stored) in colours.iter_mut().zip(palette.as_chunks::<3>().0) {
        colour[..3].copy_from_slice(stored);
    }
    if let Some(index) = transparent {
        colours[usize::from(index)] = [0; 4];
    }
    colours
}

fn failed(error: DecodingError) -> Error {
    match error {
        DecodingError::Io(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => Error::Io { source },
        other => Error::malformed(Format::Gif, other.to_string()),
    }
}
