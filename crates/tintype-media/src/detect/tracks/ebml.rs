//! WebM and Matroska (RFC 8794, RFC 9559).

use std::io;

use crate::detect::detected::Detected;
use crate::detect::extension;
use crate::detect::file::File;
use crate::detect::types::*;

const HEADER: u64 = 0x1A45_DFA3;
const DOC_TYPE: u64 = 0x4282;
const SEGMENT: u64 = 0x1853_8067;
const TRACKS: u64 = 0x1654_AE6B;
const TRACK: u64 = 0xAE;
const TRACK_TYPE: u64 = 0x83;

/// Elements that are looked at. Films have some dozens before their tracks, and some hundreds of
/// clusters where the tracks come last.
const MOST_ELEMENTS: usize = 1024;

/// What the tracks are.
#[derive(Default)]
struct Tracks {
    video: bool,
    audio: bool,
    subtitles: bool,
}

/// Says what the file is; `None` where the header is none.
pub(crate) fn decide(file: &mut File<'_>, extension: &str) -> io::Result<Option<Detected>> {
    let (mut doc_type, mut tracks, mut at) = (Vec::new(), Tracks::default(), 0);
    for index in 0..MOST_ELEMENTS {
        let Some(element) = Element::read(file, at)? else {
            break;
        };
        if index == 0 && element.id != HEADER {
            return Ok(None);
        }
        let end_of_tracks = tracks.video || tracks.audio || tracks.subtitles;
        match element.id {
            HEADER | SEGMENT | TRACKS | TRACK => {
                at = element.body;
                continue;
            }
            DOC_TYPE => doc_type = file.read_up_to(element.body, element.len.min(16) as usize)?,
            TRACK_TYPE => match file.read_up_to(element.body, 1)?.first() {
                Some(1) => tracks.video = true,
                Some(2) => tracks.audio = true,
                Some(0x11) => tracks.subtitles = true,
                _ => {}
            },
            // Whatever follows the tracks at their own level.
            id if id > 0xFF_FFFF && end_of_tracks => break,
            _ => {}
        }
        // Of an element without a length the end is not known.
        let Some(end) = element.end() else {
            break;
        };
        at = end;
    }
    let doc_type: Vec<u8> = doc_type.into_iter().take_while(|byte| *byte != 0).collect();
    let webm = doc_type == b"webm";
    // Files whose header is damaged are believed their name.
    let named = doc_type.is_empty() && matches!(extension, "mkv" | "mka" | "mks" | "mk3d");
    if !webm && !named && doc_type != b"matroska" {
        return Ok(Some(EBML));
    }
    Ok(Some(match tracks {
        Tracks { video: true, .. } if webm => WEBM,
        Tracks { video: true, .. } => MATROSKA,
        Tracks { audio: true, .. } if webm => WEBM_AUDIO,
        Tracks { audio: true, .. } => MATROSKA_AUDIO,
        Tracks { subtitles: true, .. } => MATROSKA_SUBTITLES,
        _ if webm => extension::choose(extension::WEBM_NAMES, extension).unwrap_or(WEBM),
        _ => extension::choose(extension::MATROSKA_NAMES, extension).unwrap_or(MATROSKA),
    }))
}

struct Element {
    id: u64,
    body: u64,
    /// All ones where the length is not known.
    len: u64,
}

impl Element {
    const UNKNOWN: u64 = u64::MAX;

    fn read(file: &mut File<'_>, at: u64) -> io::Result<Option<Self>> {
        let bytes = file.read_up_to(at, 12)?;
        let Some((id, id_len)) = number(&bytes, 4, true) else {
            return Ok(None);
        };
        let Some((len, len_len)) = number(&bytes[id_len..], 8, false) else {
            return Ok(None);
        };
        let unknown = len == (1 << (7 * len_len)) - 1;
        let len = if unknown { Self::UNKNOWN } else { len };
        Ok(Some(Self { id, body: at.saturating_add((id_len + len_len) as u64), len }))
    }

    fn end(&self) -> Option<u64> {
        (self.len != Self::UNKNOWN).then(|| self.body.saturating_add(self.len))
    }
}

/// Reads a number whose first bits say how many bytes it has, and returns it with that count.
fn number(bytes: &[u8], most: usize, keep_marker: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let count = first.leading_zeros() as usize + 1;
    if count > most {
        return None;
    }
    let first = if keep_marker { first } else { first & (0xFF_u8.checked_shr(count as u32).unwrap_or(0)) };
    let value = bytes.get(1..count)?.iter().fold(u64::from(first), |value, byte| value << 8 | u64::from(*byte));
    Some((value, count))
}
