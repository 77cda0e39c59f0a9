//! What goes through the two pipes. Both ends are of the same build, so there are no versions.

use std::io::{self, Read};
use std::time::Duration;

use crate::colour::MAX_PROFILE_BYTES;
use crate::frame::{Decoded, Frame, Samples};
use crate::header::Header;
use crate::{Error, Format};

const REQUEST_BYTES: usize = 1 + 4 + 4 + 8 + 8;
/// The answer's first byte: a picture, or one of the errors.
const PICTURE: u8 = 0;
const MALFORMED: u8 = 1;
const UNSUPPORTED: u8 = 2;
const PANICKED: u8 = 3;
const DEADLINE: u8 = 4;

const SAMPLES: [Samples; 6] =
    [Samples::Grey, Samples::GreyAlpha, Samples::Rgb, Samples::Rgba, Samples::YCbCr, Samples::Cmyk];

/// What comes before the file.
pub(super) struct Request {
    pub(super) format: Format,
    pub(super) stored: (u32, u32),
    pub(super) memory_bytes: u64,
    pub(super) timeout: Option<Duration>,
}

impl Request {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let timeout = self.timeout.map_or(u64::MAX, |timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        let mut bytes = vec![self.format as u8];
        bytes.extend(self.stored.0.to_le_bytes());
        bytes.extend(self.stored.1.to_le_bytes());
        bytes.extend(self.memory_bytes.to_le_bytes());
        bytes.extend(timeout.to_le_bytes());
        bytes
    }

    /// Reads a request and leaves what comes after it.
    pub(super) fn read(reader: &mut impl Read) -> io::Result<Self> {
        let mut bytes = [0; REQUEST_BYTES];
        reader.read_exact(&mut bytes)?;
        Self::parse(&bytes).ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    fn parse(bytes: &[u8; REQUEST_BYTES]) -> Option<Self> {
        let timeout = u64_at(bytes, 17)?;
        Some(Self {
            format: Format::from_index(bytes[0])?,
            stored: (u32_at(bytes, 1)?, u32_at(bytes, 5)?),
            memory_bytes: u64_at(bytes, 9)?,
            timeout: (timeout < u64::MAX).then(|| Duration::from_millis(timeout)),
        })
    }
}

/// Returns the answer for what decoding gave.
pub(super) fn answer(result: Result<Decoded, Error>) -> Vec<u8> {
    let text = |kind: u8, text: String| [&[kind], text.as_bytes()].concat();
    match result {
        Ok(Decoded { frame, icc_profile }) => {
            let samples = SAMPLES.iter().position(|samples| *samples == frame.samples).unwrap_or(SAMPLES.len());
            let profile = icc_profile.filter(|profile| profile.len() <= MAX_PROFILE_BYTES).unwrap_or_default();
            // At most 8 MiB.
            let profile_len = profile.len() as u32;
            [&[PICTURE, samples as u8][..], &profile_len.to_le_bytes(), &profile, &frame.pixels].concat()
        }
        Err(Error::Malformed { reason, .. }) => text(MALFORMED, reason),
        Err(Error::Unsupported { reason, .. }) => text(UNSUPPORTED, reason),
        Err(Error::DeadlineExceeded) => vec![DEADLINE],
        Err(Error::Panicked { message }) => text(PANICKED, message),
        Err(other) => text(PANICKED, other.to_string()),
    }
}

/// The most bytes that an answer may have.
pub(super) fn most_bytes((width, height): (u32, u32)) -> u64 {
    6 + MAX_PROFILE_BYTES as u64 + u64::from(width) * u64::from(height) * 4
}

/// Reads an answer; none when the process ended before it had one. The process has seen hostile
/// data: nothing that it says is taken for granted.
pub(super) fn parse(header: &Header, (width, height): (u32, u32), bytes: &[u8]) -> Option<Result<Decoded, Error>> {
    let (kind, rest) = bytes.split_first()?;
    let reason = || String::from_utf8_lossy(rest).chars().take(1000).collect::<String>();
    Some(Err(match *kind {
        PICTURE => {
            let samples = *SAMPLES.get(usize::from(*rest.first()?))?;
            let profile_len = u32_at(rest, 1)? as usize;
            let profile = rest.get(5..5 + profile_len.min(MAX_PROFILE_BYTES))?;
            let pixels = rest.get(5 + profile_len..)?;
            if pixels.len() != width as usize * height as usize * samples.channels() {
                return None;
            }
            let icc_profile = (!profile.is_empty()).then(|| profile.to_vec());
            let frame = Frame { width, height, samples, pixels: pixels.to_vec() };
            return Some(Ok(Decoded { frame, icc_profile }));
        }
        MALFORMED => Error::malformed(header.format, reason()),
        UNSUPPORTED => Error::unsupported(header.format, reason()),
        DEADLINE => Error::DeadlineExceeded,
        PANICKED => Error::Panicked { message: reason() },
        _ => return None,
    }))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
