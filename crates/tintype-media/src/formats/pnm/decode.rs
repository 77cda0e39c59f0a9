//! Portable float maps; the other Netpbm formats go on to the generic decoder.

use std::io::{BufRead, Read, Seek, SeekFrom};

use image::codecs::pnm::PnmDecoder;

use super::header::parse;
use crate::decoding::{Input, Job};
use crate::frame::{Decoded, Samples};
use crate::generic;
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format};

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let head = input.fill_buf()?;
    let channels = match head.get(..2) {
        Some(b"Pf") => 1,
        Some(b"PF") => 3,
        _ => return generic::decode(PnmDecoder::new(input), job),
    };
    let parsed = parse(head).ok_or_else(|| Error::malformed(Format::Pnm, "header is not readable"))?;
    input.seek(SeekFrom::Start(parsed.data_offset as u64))?;
    let samples = if channels == 1 { Samples::Grey } else { Samples::Rgb };
    // Rows come from bottom to top.
    let plan = RowPlan { from: (header.width, header.height), to: stored, samples, order: Order::Up, deep: false };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut bytes = vec![0; header.width as usize * channels * 4];
    let mut line = Vec::with_capacity(header.width as usize * channels);
    for _ in 0..header.height {
        if input.read_exact(&mut bytes).is_err() {
            limits.check_deadline()?;
            break;
        }
        let value = |bytes: &[u8; 4]| {
            if parsed.scale < 0.0 { f32::from_le_bytes(*bytes) } else { f32::from_be_bytes(*bytes) }
        };
        line.clear();
        // Conversion to `u16` saturates, and takes what is no number for 0.
        line.extend(bytes.as_chunks::<4>().0.iter().map(|bytes| (value(bytes) * 65_535.0).round() as u16));
        shrinker.push(Row::Sixteen(&line))?;
    }
    Ok(shrinker.finish(None))
}
