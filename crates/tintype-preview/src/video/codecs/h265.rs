//! H.265, key frames of the Main and Main 10 profiles.

use rusty_h265::{Decoder, Error as CodecError, ps};

use super::stream::{annex_b, check};
use crate::pixels::colour::Cicp;
use crate::pixels::planes::{Frame, Plane, Samples};
use crate::pixels::shrink_factor;
use crate::video::VideoTrack;
use crate::{Error, Limits, Pixels};

const SEQUENCE_PARAMETER_SET: u8 = 33;

pub(super) fn decode(track: &VideoTrack, frame: &[u8], edge: Option<u32>, limits: &Limits) -> Result<Pixels, Error> {
    let mut stream = Vec::with_capacity(frame.len() + 4096);
    let length_bytes = parameter_sets(&track.config, &mut stream)?;
    match length_bytes {
        Some(length_bytes) => annex_b(frame, length_bytes, &mut stream)?,
        None => stream.extend(frame),
    }
    let mut colour = None;
    for unit in
        units(&stream).filter(|unit| unit.first().is_some_and(|first| first >> 1 & 63 == SEQUENCE_PARAMETER_SET))
    {
        let rbsp = without_emulation(unit.get(2..).unwrap_or_default());
        let header = ps::parse_sps(&rbsp).map_err(failed)?;
        check(limits, header.width, header.height, frame)?;
        colour = header.vui.map(|vui| Cicp {
            primaries: u16::from(vui.colour_primaries),
            transfer: u16::from(vui.transfer_characteristics),
            // Zero, the identity, is also what an absent description reads as, and only 4:4:4 can
            // have it.
            matrix: if vui.matrix_coeffs == 0 { 2 } else { u16::from(vui.matrix_coeffs) },
            full_range: vui.video_full_range_flag,
        });
    }
    let mut decoder = Decoder::new();
    decoder.push_annexb(&stream, None).map_err(failed)?;
    decoder.flush();
    let decoded = decoder.next_frame().map_err(failed)?;
    let picture = &decoded.picture;
    let (left, top, width, height) = picture.crop;
    if picture.chroma_format_idc != 1 || picture.bit_depth_luma != picture.bit_depth_chroma {
        return Err(Error::unsupported("H.265 with other than 4:2:0 of equal depths"));
    }
    let (width, height) = (width as u32, height as u32);
    limits.check_sides(width, height)?;
    let unlabelled = Cicp::of_unlabelled(width, height);
    let stream_colour = colour.unwrap_or(unlabelled).or(unlabelled);
    let mut planes = Vec::new();
    for (index, plane) in picture.planes.iter().enumerate() {
        let (left, top) = if index == 0 { (left, top) } else { (left / 2, top / 2) };
        let samples = plane.data.get(top * plane.stride + left..).ok_or_else(|| Error::damaged("an empty picture"))?;
        planes.push(Plane { samples: Samples::U16(samples), stride: plane.stride });
    }
    let frame = Frame {
        width,
        height,
        planes,
        chroma: (2, 2),
        bits: u32::from(picture.bit_depth_luma),
        colour: track.colour.map_or(stream_colour, |colour| colour.or(stream_colour)),
    };
    frame.to_pixels(shrink_factor(width, height, edge))
}

fn failed(error: CodecError) -> Error {
    match error {
        CodecError::Unsupported(what) => Error::unsupported(format!("H.265 with {what}")),
        error => Error::damaged(format!("H.265: {error:?}")),
    }
}

/// Adds the parameter sets of a configuration to the stream, and returns how many bytes the lengths
/// of units have.
fn parameter_sets(config: &[u8], stream: &mut Vec<u8>) -> Result<Option<usize>, Error> {
    let cut = || Error::damaged("a configuration that is cut short");
    if config.is_empty() {
        return Ok(None);
    }
    let length_bytes = usize::from(config.get(21).ok_or_else(cut)? & 3) + 1;
    let mut rest = config.get(23..).ok_or_else(cut)?;
    for _ in 0..config[22] {
        let [_, high, low, tail @ ..] = rest else {
            return Err(cut());
        };
        rest = tail;
        for _ in 0..u16::from_be_bytes([*high, *low]) {
            let [high, low, tail @ ..] = rest else {
                return Err(cut());
            };
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let unit = tail.get(..length).ok_or_else(cut)?;
            stream.extend([0, 0, 0, 1]);
            stream.extend(unit);
            rest = &tail[length..];
        }
    }
    Ok(Some(length_bytes))
}

/// Goes through the units of a stream with start codes.
fn units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let start = rest.windows(3).position(|window| window == [0, 0, 1])? + 3;
        rest = &rest[start..];
        let end = rest.windows(3).position(|window| window == [0, 0, 1]).unwrap_or(rest.len());
        Some(&rest[..end])
    })
}

fn without_emulation(unit: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(unit.len());
    let mut zeros = 0;
    for byte in unit {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        bytes.push(*byte);
    }
    bytes
}
