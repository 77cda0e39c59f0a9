//! The largest picture of a surface, row by row into the first thumbnail.

use std::io::{Read, Seek, SeekFrom};

use super::header::{BlockKind, Coding, DdsLayout};
use crate::decoding::{Input, Job};
use crate::frame::{Decoded, Samples};
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format, masks};

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let DdsLayout { coding, start } = header.detail()?;
    input.seek(SeekFrom::Start(*start))?;
    let plan = RowPlan {
        from: (header.width, header.height),
        to: stored,
        samples: Samples::Rgba,
        order: Order::Down,
        deep: false,
    };
    let mut shrinker = Shrinker::new(plan, limits);
    let width = header.width as usize;
    match *coding {
        Coding::Masks { bytes, masks } => read_pixels(&mut input, &mut shrinker, width, header.height, bytes, masks)?,
        Coding::Blocks(kind) => read_blocks(&mut input, &mut shrinker, width, header.height, kind)?,
        Coding::Other(_) => return Err(Error::unsupported(Format::Dds, "pixels that are coded in another way")),
    }
    limits.check_deadline()?;
    if shrinker.is_empty() {
        return Err(Error::malformed(Format::Dds, "pixels are cut short"));
    }
    Ok(shrinker.finish(None))
}

/// What came before the end of a file that is cut short is shown.
fn read_pixels(
    input: &mut Input<'_>,
    shrinker: &mut Shrinker<'_>,
    width: usize,
    height: u32,
    bytes: usize,
    masks: [u32; 4],
) -> Result<(), Error> {
    let mut stored = vec![0; width * bytes];
    let mut row = Vec::with_capacity(width * 4);
    for _ in 0..height {
        if input.read_exact(&mut stored).is_err() {
            break;
        }
        row.clear();
        for pixel in stored.chunks_exact(bytes) {
            let value = pixel.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            let [red, green, blue, alpha] = masks::colour(value, masks);
            row.extend([red, green, blue, if masks[3] == 0 { u8::MAX } else { alpha }]);
        }
        shrinker.push(Row::Eight(&row))?;
    }
    Ok(())
}

fn read_blocks(
    input: &mut Input<'_>,
    shrinker: &mut Shrinker<'_>,
    width: usize,
    height: u32,
    kind: BlockKind,
) -> Result<(), Error> {
    const SIDE: usize = 4;
    let across = width.div_ceil(SIDE);
    let mut stored = vec![0; across * kind.len()];
    let mut rows = vec![0; SIDE * across * SIDE * 4];
    let row_len = across * SIDE * 4;
    for top in (0..height).step_by(SIDE) {
        if input.read_exact(&mut stored).is_err() {
            break;
        }
        for (column, block) in stored.chunks_exact(kind.len()).enumerate() {
            let pixels = kind.pixels(block);
            for (y, line) in pixels.chunks_exact(SIDE).enumerate() {
                rows[y * row_len + column * SIDE * 4..][..SIDE * 4].copy_from_slice(line.as_flattened());
            }
        }
        for row in rows.chunks_exact(row_len).take((height - top) as usize) {
            shrinker.push(Row::Eight(&row[..width * 4]))?;
        }
    }
    Ok(())
}
