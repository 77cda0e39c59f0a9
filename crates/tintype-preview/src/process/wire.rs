//! What goes between the two ends. Both are of the same build, so there are no versions.

use std::ffi::OsString;
use std::io;
use std::time::Duration;

use super::wanted::Wanted;
use crate::{Error, Layout, Metadata, Picture, Pixels, Preview, Source};

/// The most bytes of an answer: a picture of twice the pixels that are asked for, or a large one
/// that stood in the file.
pub(super) const MOST_BYTES: u64 = 64 << 20;

/// The most bytes of what a file tells about itself, which is bounded where it is read.
const MOST_METADATA_BYTES: usize = 256 << 10;

/// The most bytes of a text about a failure.
const MOST_REASON_BYTES: usize = 1000;

const NONE: u8 = 0;
const PIXELS: u8 = 1;
const ENCODED: u8 = 2;
const DAMAGED: u8 = 3;
const ENCRYPTED: u8 = 4;
const UNSUPPORTED: u8 = 5;
const TOO_LARGE: u8 = 6;
const TIMED_OUT: u8 = 7;
const PANICKED: u8 = 8;

/// What is asked for, as arguments of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) wanted: Wanted,
    pub(super) edge: Option<u32>,
    pub(super) max_pixels: u64,
    pub(super) max_alloc_bytes: u64,
    pub(super) timeout: Option<Duration>,
}

impl Request {
    pub(super) fn to_args(&self) -> [String; 5] {
        let wanted = match self.wanted {
            Wanted::Metadata => "metadata",
            Wanted::Preview => "preview",
        };
        [
            wanted.to_owned(),
            self.edge.unwrap_or(0).to_string(),
            self.max_pixels.to_string(),
            self.max_alloc_bytes.to_string(),
            self.timeout.map_or_else(String::new, |timeout| timeout.as_millis().to_string()),
        ]
    }

    pub(super) fn from_args(args: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let args: Vec<String> = args.into_iter().map(|arg| arg.into_string().ok()).collect::<Option<_>>()?;
        let [wanted, edge, max_pixels, max_alloc_bytes, timeout] = args.try_into().ok()?;
        Some(Self {
            wanted: match wanted.as_str() {
                "metadata" => Wanted::Metadata,
                "preview" => Wanted::Preview,
                _ => return None,
            },
            edge: Some(edge.parse().ok()?).filter(|edge| *edge > 0),
            max_pixels: max_pixels.parse().ok()?,
            max_alloc_bytes: max_alloc_bytes.parse().ok()?,
            timeout: match timeout.as_str() {
                "" => None,
                millis => Some(Duration::from_millis(millis.parse().ok()?)),
            },
        })
    }
}

pub(super) fn metadata_to_bytes(metadata: &Metadata) -> io::Result<Vec<u8>> {
    let mut json = serde_json::to_vec(metadata)?;
    if json.len() > MOST_METADATA_BYTES {
        json = b"{}".to_vec();
    }
    Ok([&(json.len() as u32).to_le_bytes()[..], &json].concat())
}

pub(super) fn preview_to_bytes(preview: Result<Option<Preview>, Error>) -> Vec<u8> {
    let text = |kind: u8, text: &str| [&[kind], text.as_bytes()].concat();
    match preview {
        Ok(None) => vec![NONE],
        Ok(Some(Preview { source, picture: Picture::Pixels(pixels) })) => {
            let Pixels { width, height, layout, data } = pixels;
            let head = [PIXELS, index(source), layout.channels() as u8];
            [&head[..], &width.to_le_bytes(), &height.to_le_bytes(), &data].concat()
        }
        Ok(Some(Preview { source, picture: Picture::Encoded { bytes, orientation } })) => {
            [&[ENCODED, index(source), orientation.unwrap_or(0)][..], &bytes].concat()
        }
        Err(Error::Damaged { reason }) => text(DAMAGED, &reason),
        Err(Error::Encrypted) => vec![ENCRYPTED],
        Err(Error::Unsupported { reason }) => text(UNSUPPORTED, &reason),
        Err(Error::TooLarge { limit, actual, .. }) => {
            [&[TOO_LARGE][..], &limit.to_le_bytes(), &actual.to_le_bytes()].concat()
        }
        Err(Error::TimedOut) => vec![TIMED_OUT],
        Err(error @ (Error::Panicked { .. } | Error::Io { .. } | Error::Cancelled)) => {
            text(PANICKED, &error.to_string())
        }
    }
}

fn index(source: Source) -> u8 {
    Source::ALL.iter().position(|other| *other == source).unwrap_or(0) as u8
}

/// Reads an answer as far as it goes. The process has seen hostile data: nothing that it says is
/// taken for granted.
pub(super) fn parse(bytes: &[u8]) -> (Option<Metadata>, Option<Result<Option<Preview>, Error>>) {
    let Some((json, rest)) = split_metadata(bytes) else { return (None, None) };
    (serde_json::from_slice(json).ok(), parse_preview(rest))
}

fn split_metadata(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let len = u32::from_le_bytes(*len) as usize;
    rest.split_at_checked(len).filter(|_| len <= MOST_METADATA_BYTES)
}

fn parse_preview(bytes: &[u8]) -> Option<Result<Option<Preview>, Error>> {
    let (kind, rest) = bytes.split_first()?;
    let reason = || {
        let text = &rest[..rest.len().min(MOST_REASON_BYTES)];
        String::from_utf8_lossy(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
    };
    Some(Err(match *kind {
        NONE => return Some(Ok(None)),
        PIXELS => return Some(Ok(Some(parse_pixels(rest)?))),
        // What was cut off is no picture.
        ENCODED if (bytes.len() as u64) < MOST_BYTES - (MOST_METADATA_BYTES as u64) => {
            let ([source, orientation], bytes) = rest.split_first_chunk::<2>()?;
            let source = *Source::ALL.get(usize::from(*source))?;
            let orientation = Some(*orientation).filter(|orientation| (1..=8).contains(orientation));
            return Some(Ok(Some(Preview::encoded(source, bytes.to_vec(), orientation))));
        }
        DAMAGED => Error::Damaged { reason: reason() },
        ENCRYPTED => Error::Encrypted,
        UNSUPPORTED => Error::Unsupported { reason: reason() },
        TOO_LARGE => {
            let (limit, rest) = rest.split_first_chunk::<8>()?;
            let actual = u64::from_le_bytes(*rest.first_chunk::<8>()?);
            Error::TooLarge { what: "size or memory", limit: u64::from_le_bytes(*limit), actual }
        }
        TIMED_OUT => Error::TimedOut,
        PANICKED => Error::Panicked { message: reason() },
        _ => return None,
    }))
}

fn parse_pixels(bytes: &[u8]) -> Option<Preview> {
    let ([source, channels], rest) = bytes.split_first_chunk::<2>()?;
    let (width, rest) = rest.split_first_chunk::<4>()?;
    let (height, data) = rest.split_first_chunk::<4>()?;
    let (width, height) = (u32::from_le_bytes(*width), u32::from_le_bytes(*height));
    let layout = match channels {
        3 => Layout::Rgb,
        4 => Layout::Rgba,
        _ => return None,
    };
    let len = u64::from(width).checked_mul(height.into())?.checked_mul(layout.channels() as u64)?;
    if len == 0 || len != data.len() as u64 {
        return None;
    }
    let source = *Source::ALL.get(usize::from(*source))?;
    Some(Preview::pixels(source, Pixels { width, height, layout, data: data.to_vec() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(preview: Result<Option<Preview>, Error>) -> (Option<Metadata>, Option<Result<Option<Preview>, Error>>) {
        let metadata = Metadata { duration: Some(1.5), title: Some("ضبط".to_owned()), ..Metadata::default() };
        let answer = [metadata_to_bytes(&metadata).unwrap(), preview_to_bytes(preview)].concat();
        let found = parse(&answer);
        assert_eq!(found.0, Some(metadata));
        found
    }

    #[test]
    fn answers_come_through_the_pipe() {
        let pixels = Pixels { width: 2, height: 1, layout: Layout::Rgba, data: (0..8).collect() };
        for preview in [
            Preview::pixels(Source::Waveform, pixels),
            Preview::encoded(Source::Cover, vec![1, 2, 3], Some(6)),
            Preview::encoded(Source::Embedded, vec![1, 2, 3], None),
        ] {
            let (_, found) = carried(Ok(Some(preview.clone())));
            assert_eq!(found.unwrap().unwrap(), Some(preview));
        }
        assert_eq!(carried(Ok(None)).1.unwrap().unwrap(), None);
        for error in [
            Error::damaged("no end"),
            Error::Encrypted,
            Error::unsupported("interlaced"),
            Error::TooLarge { what: "size or memory", limit: 1, actual: 2 },
            Error::TimedOut,
            Error::Panicked { message: "decoder panicked: index".to_owned() },
        ] {
            let failure = error.failure();
            assert_eq!(carried(Err(error)).1.unwrap().unwrap_err().failure(), failure);
        }
    }

    #[test]
    fn what_a_hostile_process_says_is_checked() {
        assert_eq!(parse(b"").0, None);
        assert_eq!(parse(&u32::MAX.to_le_bytes()).0, None);
        let told = |rest: &[u8]| parse(&[&2_u32.to_le_bytes()[..], b"{}", rest].concat()).1;
        let head =
            |width: u32, height: u32| [&[PIXELS, 0, 3][..], &width.to_le_bytes(), &height.to_le_bytes()].concat();
        for answer in [
            vec![],
            vec![99],
            head(0, 0),
            head(u32::MAX, u32::MAX),
            [head(2, 1), vec![0; 5]].concat(),
            vec![PIXELS, 77, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3],
            vec![ENCODED, 77, 0],
            vec![TOO_LARGE, 1],
        ] {
            assert!(told(&answer).is_none(), "{answer:?}");
        }
    }

    #[test]
    fn a_request_is_read_back_from_its_arguments() {
        for (edge, timeout) in [(Some(1080), Some(Duration::from_millis(1500))), (None, None)] {
            let request = Request { wanted: Wanted::Preview, edge, max_pixels: 1, max_alloc_bytes: u64::MAX, timeout };
            assert_eq!(Request::from_args(request.to_args().map(OsString::from)), Some(request));
        }
        for args in [&["preview"][..], &["all", "1", "1", "1", ""], &["preview", "x", "1", "1", ""]] {
            assert_eq!(Request::from_args(args.iter().map(OsString::from)), None);
        }
    }
}
