//! H.264, key frames of the Constrained Baseline, Main and High profiles without interlacing.

use rusty_h264_decoder::{DecodeError, Decoder};

use super::stream::{annex_b, check};
use crate::pixels::colour::Cicp;
use crate::pixels::planes::{Frame, Plane, Samples};
use crate::pixels::shrink_factor;
use crate::video::VideoTrack;
use crate::{Error, Limits, Pixels};

pub(super) fn decode(track: &VideoTrack, frame: &[u8], edge: Option<u32>, limits: &Limits) -> Result<Pixels, Error> {
    let mut stream = Vec::with_capacity(frame.len() + 1024);
    let mut header = None;
    if let [1, _, _, _, length_bytes, sets, rest @ ..] = track.config.as_slice() {
        let rest = parameter_sets(rest, usize::from(sets & 31), &mut stream, &mut header)?;
        if let [sets, rest @ ..] = rest {
            parameter_sets(rest, usize::from(*sets), &mut stream, &mut header)?;
        }
        annex_b(frame, usize::from(length_bytes & 3) + 1, &mut stream)?;
    } else {
        stream.extend(frame);
    }
    // `avc3` has its parameter sets within the frames.
    let header = match header {
        Some(header) => header,
        None => find_header(&stream).ok_or_else(|| Error::damaged("no sequence parameter set"))?,
    };
    check(limits, header.width, header.height, frame)?;
    let decoded = Decoder::new().decode(&stream).map_err(|error| match error {
        DecodeError::Unsupported(what) => Error::unsupported(format!("H.264 with {what}")),
        error => Error::damaged(format!("H.264: {error}")),
    })?;
    let decoded = decoded.ok_or_else(|| Error::damaged("H.264: no whole picture in a frame"))?;
    let (width, height) = (decoded.width as u32, decoded.height as u32);
    limits.check_sides(width, height)?;
    let half = decoded.width.div_ceil(2);
    let unlabelled = Cicp::of_unlabelled(width, height);
    let stream_colour = header.colour.unwrap_or(unlabelled).or(unlabelled);
    let picture = Frame {
        width,
        height,
        planes: vec![
            Plane { samples: Samples::U8(&decoded.y), stride: decoded.width },
            Plane { samples: Samples::U8(&decoded.u), stride: half },
            Plane { samples: Samples::U8(&decoded.v), stride: half },
        ],
        chroma: (2, 2),
        bits: 8,
        colour: track.colour.map_or(stream_colour, |colour| colour.or(stream_colour)),
    };
    picture.to_pixels(shrink_factor(width, height, edge))
}

/// Adds parameter sets to the stream, and notes what the first sequence parameter set says.
fn parameter_sets<'a>(
    mut rest: &'a [u8],
    count: usize,
    stream: &mut Vec<u8>,
    header: &mut Option<Header>,
) -> Result<&'a [u8], Error> {
    for _ in 0..count {
        let [high, low, tail @ ..] = rest else {
            return Err(Error::damaged("a configuration that is cut short"));
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let unit = tail.get(..length).ok_or_else(|| Error::damaged("a configuration that is cut short"))?;
        if header.is_none() && unit.first().is_some_and(|first| first & 31 == 7) {
            *header = Header::parse(unit);
        }
        stream.extend([0, 0, 0, 1]);
        stream.extend(unit);
        rest = &tail[length..];
    }
    Ok(rest)
}

fn find_header(stream: &[u8]) -> Option<Header> {
    let starts = stream.windows(4).enumerate().filter(|(_, window)| window[..3] == [0, 0, 1] && window[3] & 31 == 7);
    starts.filter_map(|(at, _)| Header::parse(&stream[at + 3..])).next()
}

/// What a sequence parameter set says of sides and colours (ITU-T H.264, 7.3.2.1.1 and E.1.1).
#[derive(Debug, Clone, Copy)]
struct Header {
    width: u32,
    height: u32,
    colour: Option<Cicp>,
}

impl Header {
    fn parse(unit: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(unit.get(1..)?);
        let profile = bits.take(8)?;
        bits.take(16)?;
        bits.exp_golomb()?;
        if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135) {
            let chroma = bits.exp_golomb()?;
            if chroma == 3 {
                bits.take(1)?;
            }
            bits.exp_golomb()?;
            bits.exp_golomb()?;
            bits.take(1)?;
            if bits.take(1)? == 1 {
                for index in 0..if chroma == 3 { 12 } else { 8 } {
                    if bits.take(1)? == 1 {
                        bits.skip_scaling_list(if index < 6 { 16 } else { 64 })?;
                    }
                }
            }
        }
        bits.exp_golomb()?;
        match bits.exp_golomb()? {
            0 => {
                bits.exp_golomb()?;
            }
            1 => {
                bits.take(1)?;
                bits.exp_golomb()?;
                bits.exp_golomb()?;
                for _ in 0..bits.exp_golomb()?.min(255) {
                    bits.exp_golomb()?;
                }
            }
            _ => {}
        }
        bits.exp_golomb()?;
        bits.take(1)?;
        let width = bits.exp_golomb()?.checked_add(1)?.checked_mul(16)?;
        let rows = bits.exp_golomb()?.checked_add(1)?;
        let frames_only = bits.take(1)?;
        let height = rows.checked_mul(16 * (2 - frames_only))?;
        if frames_only == 0 {
            bits.take(1)?;
        }
        bits.take(1)?;
        if bits.take(1)? == 1 {
            for _ in 0..4 {
                bits.exp_golomb()?;
            }
        }
        let colour = if bits.take(1)? == 1 { Self::colour(&mut bits) } else { None };
        Some(Self { width, height, colour })
    }

    fn colour(bits: &mut Bits<'_>) -> Option<Cicp> {
        if bits.take(1)? == 1 && bits.take(8)? == 255 {
            bits.take(32)?;
        }
        if bits.take(1)? == 1 {
            bits.take(1)?;
        }
        if bits.take(1)? == 0 {
            return None;
        }
        bits.take(3)?;
        let full_range = bits.take(1)? == 1;
        if bits.take(1)? == 0 {
            return Some(Cicp { primaries: 2, transfer: 2, matrix: 2, full_range });
        }
        let mut code = || bits.take(8).map(|code| code as u16);
        let (primaries, transfer, matrix) = (code()?, code()?, code()?);
        Some(Cicp { primaries, transfer, matrix, full_range })
    }
}

/// Bits of a unit, without the bytes that keep start codes apart.
struct Bits<'a> {
    bytes: &'a [u8],
    byte: usize,
    bit: u32,
    zeros: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, byte: 0, bit: 0, zeros: 0 }
    }

    fn one(&mut self) -> Option<u32> {
        if self.bit == 0 && self.zeros >= 2 && self.bytes.get(self.byte) == Some(&3) {
            self.byte += 1;
            self.zeros = 0;
        }
        let byte = *self.bytes.get(self.byte)?;
        let value = u32::from(byte >> (7 - self.bit) & 1);
        self.bit += 1;
        if self.bit == 8 {
            self.bit = 0;
            self.byte += 1;
            self.zeros = if byte == 0 { self.zeros + 1 } else { 0 };
        }
        Some(value)
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value: u32, _| Some(value << 1 | self.one()?))
    }

    fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.one()? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some(((1u64 << zeros) - 1) as u32 + self.take(zeros)?)
    }

    fn skip_scaling_list(&mut self, size: usize) -> Option<()> {
        let (mut last, mut next) = (8i32, 8i32);
        for _ in 0..size {
            if next != 0 {
                let code = self.exp_golomb()?;
                let delta = if code & 1 == 1 { (code / 2 + 1) as i32 } else { -((code / 2) as i32) };
                next = (last + delta) & 255;
            }
            last = if next == 0 { last } else { next };
        }
        Some(())
    }
}
