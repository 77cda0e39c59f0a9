//! Portable float maps; the other Netpbm formats go on to the generic decoder.

use std::io::{BufRead, Read, Seek, SeekFrom};

use super::{Input, buffer, generic};
use crate::frame::{Decoded, Frame, Samples};
use crate::probe::{Header, parse_pnm};
use crate::{Error, Format, Limits};

pub(super) fn decode(mut input: Input<'_>, header: &Header, limits: &Limits) -> Result<Decoded, Error> {
    let head = input.fill_buf()?;
    let channels = match head.get(..2) {
        Some(b"Pf") => 1,
        Some(b"PF") => 3,
        _ => return generic::decode(input, header, limits),
    };
    let parsed = parse_pnm(head).ok_or_else(|| Error::malformed(Format::Pnm, "header is not readable"))?;
    input.seek(SeekFrom::Start(parsed.data_offset as u64))?;
    let mut pixels = buffer(header, channels)?;
    let mut line = vec![0; header.width as usize * channels * 4];
    // Rows come from bottom to top.
    for row in pixels.chunks_exact_mut(header.width as usize * channels).rev() {
        if input.read_exact(&mut line).is_err() {
            limits.check_deadline()?;
            break;
        }
        for (pixel, bytes) in row.iter_mut().zip(line.chunks_exact(4)) {
            let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
            let value = if parsed.scale < 0.0 { f32::from_le_bytes(bytes) } else { f32::from_be_bytes(bytes) };
            // Conversion to `u8` saturates, and takes what is no number for 0.
            *pixel = (value * 255.0).round() as u8;
        }
    }
    let samples = if channels == 1 { Samples::Grey } else { Samples::Rgb };
    Ok(Decoded { frame: Frame { width: header.width, height: header.height, samples, pixels }, icc_profile: None })
}
