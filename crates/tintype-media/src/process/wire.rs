//! What goes between the two ends. Both are of the same build, so there are no versions.

use std::ffi::OsString;
use std::time::Duration;

use crate::colour::MAX_PROFILE_BYTES;
use crate::frame::{Decoded, Frame, Samples};
use crate::header::Header;
use crate::{Error, Format};

/// How many arguments a request is.
const REQUEST_ARGS: usize = 5;
/// The answer's first byte: a picture, or one of the errors.
const PICTURE: u8 = 0;
const MALFORMED: u8 = 1;
const UNSUPPORTED: u8 = 2;
const PANICKED: u8 = 3;
const DEADLINE: u8 = 4;

const SAMPLES: [Samples; 6] =
    [Samples::Grey, Samples::GreyAlpha, Samples::Rgb, Samples::Rgba, Samples::YCbCr, Samples::Cmyk];

/// What is asked for, as the last arguments of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) format: Format,
    pub(super) stored: (u32, u32),
    pub(super) memory_bytes: u64,
    pub(super) timeout: Option<Duration>,
}

impl Request {
    pub(super) fn to_args(&self) -> [String; REQUEST_ARGS] {
        [
            (self.format as u8).to_string(),
            self.stored.0.to_string(),
            self.stored.1.to_string(),
            self.memory_bytes.to_string(),
            self.timeout.map_or_else(String::new, |timeout| timeout.as_millis().to_string()),
        ]
    }

    pub(super) fn from_args(args: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let args: Vec<String> = args.into_iter().map(|arg| arg.into_string().ok()).collect::<Option<_>>()?;
        let [format, width, height, memory_bytes, timeout] = args.last_chunk::<REQUEST_ARGS>()?;
        Some(Self {
            format: Format::from_index(format.parse().ok()?)?,
            stored: (width.parse().ok()?, height.parse().ok()?),
            memory_bytes: memory_bytes.parse().ok()?,
            timeout: match timeout.as_str() {
                "" => None,
                millis => Some(Duration::from_millis(millis.parse().ok()?)),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_back_from_the_last_arguments() {
        for timeout in [Some(Duration::from_millis(1500)), None] {
            let request = Request { format: Format::Heif, stored: (1080, 810), memory_bytes: u64::MAX, timeout };
            let args = ["/a/program".to_owned(), "decode".to_owned()].into_iter().chain(request.to_args());
            assert_eq!(Request::from_args(args.map(OsString::from)), Some(request));
        }
        for args in [&["1", "2", "3", "4"][..], &["255", "1", "1", "1", ""], &["1", "1", "-1", "1", ""]] {
            assert_eq!(Request::from_args(args.iter().map(OsString::from)), None);
        }
    }
}
