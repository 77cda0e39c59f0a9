//! MPEG audio, AAC and AC-3, which have no header: only frames, one after the other.

use std::io;

use crate::detect::detected::Detected;
use crate::detect::extension;
use crate::detect::file::{Bytes, File};
use crate::detect::types::*;

/// Frames in a row that no other bytes form by chance.
const ENOUGH: usize = 4;
/// A damaged beginning may be so long.
const SEARCH_BYTES: usize = 64 << 10;

/// Says what is behind an ID3 tag, or what a file of bare frames is.
pub(crate) fn decide(file: &mut File<'_>, extension: &str) -> io::Result<Option<Detected>> {
    let tags = skip_tags(file)?;
    let start = file.read_up_to(tags, 4)?;
    if tags > 0 && start == b"fLaC" {
        return Ok(Some(FLAC));
    }
    if let Some(found) = frames(file, tags, extension)? {
        return Ok(Some(found));
    }
    let named = matches!(extension, "mp3" | "mp2" | "mpga" | "mpa" | "aac");
    if tags == 0 && !named {
        return Ok(None);
    }
    // Junk, or padding that the tag does not count.
    let near = file.read_up_to(tags, SEARCH_BYTES)?;
    for (at, _) in near.windows(2).enumerate().filter(|(_, pair)| pair[0] == 0xFF && pair[1] >= 0xE0).take(256) {
        if let Some(found) = frames(file, tags + at as u64, "")? {
            return Ok(Some(found));
        }
    }
    Ok((tags > 0).then(|| extension::choose(extension::TAGGED_AUDIO, extension).unwrap_or(MP3)))
}

/// Returns where the tags before the sound end (ID3 2.4, section 3.1).
fn skip_tags(file: &mut File<'_>) -> io::Result<u64> {
    let mut at = 0;
    for _ in 0..8 {
        let Some(header) = file.array::<10>(at)? else {
            break;
        };
        let sane = matches!(header[3], 2..=4) && header[4] != 0xFF && header[6..].iter().all(|byte| *byte < 0x80);
        if !header.starts_with(b"ID3") || !sane {
            break;
        }
        let size = header[6..].iter().fold(0, |size, byte| size << 7 | u64::from(*byte));
        let footer = if header[5] & 0x10 == 0 { 0 } else { 10 };
        at += 10 + size + footer;
    }
    Ok(at)
}

/// Counts frames of one kind. A file of fewer than enough has to end with the last of them, or to
/// have the name.
fn frames(file: &mut File<'_>, start: u64, extension: &str) -> io::Result<Option<Detected>> {
    let (mut at, mut count, mut first) = (start, 0, None);
    while count < ENOUGH {
        let bytes = file.read_up_to(at, 8)?;
        let Some(frame) = Frame::parse(Bytes(&bytes)) else {
            break;
        };
        if first.is_some_and(|first: Frame| first.stream != frame.stream) {
            break;
        }
        first = first.or(Some(frame));
        count += 1;
        at = at.saturating_add(frame.len);
    }
    let Some(first) = first else {
        return Ok(None);
    };
    let ends = at >= file.len();
    let named = match first.found {
        MP3 => matches!(extension, "mp3" | "mp2" | "mpga" | "mpa"),
        AAC => matches!(extension, "aac" | "adts"),
        _ => matches!(extension, "ac3" | "eac3"),
    };
    let sure = count == ENOUGH || (ends && count >= 2) || at == file.len() || named;
    Ok(sure.then_some(first.found))
}

#[derive(Clone, Copy)]
struct Frame {
    found: Detected,
    /// What all frames of a stream have in common.
    stream: u64,
    len: u64,
}

impl Frame {
    fn parse(bytes: Bytes<'_>) -> Option<Self> {
        if bytes.has(0, b"\x0B\x77") {
            return Self::ac3(bytes);
        }
        let header = bytes.be(0, 4)?;
        if header >> 21 != 0x7FF {
            return None;
        }
        if header >> 17 & 3 == 0 { Self::adts(bytes) } else { Self::mpeg(header) }
    }

    /// ISO/IEC 11172-3, section 2.4.2.3, and the lower rates of ISO/IEC 13818-3.
    fn mpeg(header: u64) -> Option<Self> {
        const RATES: [u64; 3] = [44_100, 48_000, 32_000];
        const FIRST: [[u64; 15]; 3] = [
            [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        ];
        const LOW: [[u64; 15]; 2] = [
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let field = |shift: u64, mask: u64| (header >> shift & mask) as usize;
        let (version, layer, rate, bits) = (field(19, 3), 3 - field(17, 3), field(10, 3), field(12, 15));
        let low = match version {
            3 => 0,
            2 => 1,
            0 => 2,
            _ => return None,
        };
        let rate = RATES.get(rate)? >> low;
        let table = if low == 0 { FIRST[layer] } else { LOW[layer.min(1)] };
        let bits = *table.get(bits).filter(|bits| **bits > 0)? * 1000;
        let padding = header >> 9 & 1;
        let len = match layer {
            0 => (12 * bits / rate + padding) * 4,
            2 if low > 0 => 72 * bits / rate + padding,
            _ => 144 * bits / rate + padding,
        };
        Some(Self { found: MP3, stream: header & 0xFFFE_0C00, len })
    }

    /// ISO/IEC 13818-7, section 6.2.
    fn adts(bytes: Bytes<'_>) -> Option<Self> {
        let header = bytes.be(0, 7)?;
        let (rate, len) = (header >> 34 & 15, header >> 13 & 0x1FFF);
        let fits = header >> 44 == 0xFFF && rate < 13 && len > 7;
        // The kind of MPEG, the profile, the rate and the channels.
        fits.then_some(Self { found: AAC, stream: header >> 30 & 0xF_FFFF, len })
    }

    /// ETSI TS 102 366, sections 4.3 and E.1.2.
    fn ac3(bytes: Bytes<'_>) -> Option<Self> {
        const RATES: [u64; 3] = [48_000, 44_100, 32_000];
        const KILOBITS: [u64; 19] =
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
        let version = bytes.byte(5)? >> 3;
        if (11..=16).contains(&version) {
            let len = ((bytes.be(2, 2)? & 0x7FF) + 1) * 2;
            return Some(Self { found: EAC3, stream: version, len });
        }
        let code = bytes.byte(4)?;
        let rate = *RATES.get((code >> 6) as usize)?;
        let bits = KILOBITS.get((code & 63) as usize / 2)? * 1000;
        // 1536 samples a frame, counted in words of two bytes; the odd codes at 44.1 kHz have one
        // more.
        let words = 1536 * bits / (rate * 16) + u64::from(rate == 44_100 && code & 1 == 1);
        (version <= 10).then_some(Self { found: AC3, stream: version << 8 | code >> 6, len: words * 2 })
    }
}
