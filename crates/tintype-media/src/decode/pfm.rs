//! Portable float maps; the other Netpbm formats go on to the generic decoder.

use std::io::{BufRead, Read, Seek, SeekFrom};

use super::{Input, generic};
use crate::frame::{Decoded, Samples};
use crate::probe::{Header, parse_pnm};
use crate::rows::{Order, Plan, Row, Shrinker};
use crate::{Error, Format, Limits};

pub(super) fn decode(
    mut input: Input<'_>,
    header: &Header,
    limits: &Limits,
    stored: (u32, u32),
) -> Result<Decoded, Error> {
    let head = input.fill_buf()?;
    let channels = match head.get(..2) {
        Some(b"Pf") => 1,
        Some(b"PF") => 3,
        _ => return generic::decode(input, header, limits, stored),
    };
    let parsed = parse_pnm(head).ok_or_else(|| Error::malformed(Format::Pnm, "header is not readable"))?;
    input.seek(SeekFrom::Start(parsed.data_offset as u64))?;
    let samples = if channels == 1 { Samples::Grey } else { Samples::Rgb };
    // Rows come from bottom to top.
    let plan = Plan { from: (header.width, header.height), to: stored, samples, order: Order::Up, deep: false };
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
