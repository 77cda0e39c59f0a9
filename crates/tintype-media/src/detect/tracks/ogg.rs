//! Ogg (RFC 3533): the first page of each stream says which codec it has.

use std::io;

use crate::detect::detected::Detected;
use crate::detect::extension;
use crate::detect::file::{Bytes, File};
use crate::detect::types::*;

const VIDEO: [&[u8]; 6] = [b"\x80theora", b"\x01video", b"BBCD\0", b"OVP80", b"\x80daala", b"YUV4MPEG"];
const AUDIO: [&[u8]; 6] = [b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7FFLAC", b"PCM     ", b"CELT    "];

/// Says what the file is.
pub(crate) fn decide(file: &mut File<'_>, extension: &str) -> io::Result<Detected> {
    const MOST_PAGES: usize = 64;
    const FIRST_OF_STREAM: u64 = 2;
    let (mut at, mut video, mut audio) = (0, false, false);
    for _ in 0..MOST_PAGES {
        let page = file.read_up_to(at, 27 + 255 + 16)?;
        let page = Bytes(&page);
        let (true, Some(flags), Some(segments)) = (page.has(0, b"OggS"), page.byte(5), page.byte(26)) else {
            break;
        };
        // The first pages of all streams come before any other.
        if flags & FIRST_OF_STREAM == 0 {
            break;
        }
        let body = 27 + segments as usize;
        video |= VIDEO.iter().any(|codec| page.has(body, codec));
        audio |= AUDIO.iter().any(|codec| page.has(body, codec));
        let len: u64 = page.slice(27, segments as usize).unwrap_or_default().iter().map(|len| u64::from(*len)).sum();
        at = at.saturating_add(body as u64 + len);
    }
    Ok(match (video, audio) {
        (true, _) => OGG_VIDEO,
        (false, true) => OGG_AUDIO,
        _ => extension::choose(extension::OGG_NAMES, extension).unwrap_or(OGG),
    })
}
