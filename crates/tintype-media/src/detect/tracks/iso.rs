//! ISO base media files (ISO/IEC 14496-12) and QuickTime: MP4, MOV, 3GP.

use std::io;

use crate::detect::detected::Detected;
use crate::detect::extension;
use crate::detect::file::{Bytes, File};
use crate::detect::types::*;

/// Boxes that are looked at, at all levels together.
const MOST_BOXES: usize = 1024;

/// Boxes that QuickTime files without `ftyp` begin with, and that follow them.
const QUICKTIME_BOXES: [&[u8]; 10] =
    [b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"PICT", b"uuid", b"meta", b"udta"];

#[derive(Default)]
struct Tracks {
    video: bool,
    audio: bool,
    subtitles: bool,
    /// Whether the list goes on beyond the end of the file.
    cut: bool,
}

/// Says what the file is; `None` where its boxes make no sense.
pub(crate) fn decide(file: &mut File<'_>, extension: &str) -> io::Result<Option<Detected>> {
    let head = file.read_up_to(0, 16)?;
    let head = Bytes(&head);
    let major = head.slice(8, 4).unwrap_or_default();
    if head.has(4, b"ftyp") {
        let printable = major.len() == 4 && major.iter().all(|byte| (0x20..0x7F).contains(byte));
        let fits = head.be(0, 4).is_some_and(|size| (12..=4096).contains(&size) || size == 0);
        if !printable || !fits {
            return Ok(None);
        }
    } else if !begins_as_quicktime(file, extension)? {
        return Ok(None);
    }
    let brand = Brand::of(head, major);
    let tracks = tracks(file)?;
    Ok(Some(match (brand, &tracks) {
        (Brand::CanonRaw, _) => CR3,
        // Books and podcasts may have chapters with pictures, which are tracks of their own.
        (Brand::Audio, _) => MP4_AUDIO,
        (_, Tracks { video: true, .. }) => brand.of_video(),
        (_, Tracks { audio: true, cut: false, .. }) => brand.of_audio(),
        (Brand::Mp4, Tracks { subtitles: true, cut: false, .. }) => MP4_OTHER,
        _ => extension::choose(extension::MPEG4, extension).unwrap_or_else(|| brand.of_video()),
    }))
}

#[derive(Clone, Copy)]
enum Brand {
    Mp4,
    Audio,
    QuickTime,
    ThirdGeneration,
    ThirdGeneration2,
    CanonRaw,
}

impl Brand {
    fn of(head: Bytes<'_>, major: &[u8]) -> Self {
        if !head.has(4, b"ftyp") {
            return Self::QuickTime;
        }
        match major {
            b"qt  " | b"mqt " => Self::QuickTime,
            b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B " => Self::Audio,
            b"crx " => Self::CanonRaw,
            [b'3', b'g', b'2', _] | b"KDDI" => Self::ThirdGeneration2,
            [b'3', b'g', ..] => Self::ThirdGeneration,
            _ => Self::Mp4,
        }
    }

    fn of_video(self) -> Detected {
        match self {
            Self::QuickTime => QUICKTIME,
            Self::ThirdGeneration => VIDEO_3GPP,
            Self::ThirdGeneration2 => VIDEO_3GPP2,
            Self::Mp4 | Self::Audio | Self::CanonRaw => MP4,
        }
    }

    /// QuickTime has no type for sound alone; what plays MPEG-4 plays it as well.
    fn of_audio(self) -> Detected {
        match self {
            Self::ThirdGeneration => AUDIO_3GPP,
            Self::ThirdGeneration2 => AUDIO_3GPP2,
            Self::Mp4 | Self::Audio | Self::QuickTime | Self::CanonRaw => MP4_AUDIO,
        }
    }
}

/// `moov`, `mdat` and the like may stand in any bytes, so they have to form a chain.
fn begins_as_quicktime(file: &mut File<'_>, extension: &str) -> io::Result<bool> {
    let mut at = 0;
    let mut media = false;
    for _ in 0..8 {
        let Some(current) = Box::read(file, at)? else {
            break;
        };
        if !QUICKTIME_BOXES.contains(&current.kind.as_slice()) {
            return Ok(false);
        }
        if current.kind == *b"moov" {
            // Its first child is a box as well.
            let child = Box::read(file, current.body)?;
            return Ok(child
                .is_some_and(|child| [b"mvhd", b"cmov", b"rmra", b"mdra", b"trak", b"udta"].contains(&&child.kind)));
        }
        media |= current.kind == *b"mdat";
        if current.end >= file.len() {
            let whole = current.end == file.len();
            let named = extension::choose(extension::MPEG4, extension).is_some() || extension == "mp4";
            return Ok(media && (whole || named));
        }
        at = current.end;
    }
    Ok(false)
}

/// Looks for the handlers of all tracks (`moov`, `trak`, `mdia`, `hdlr`).
fn tracks(file: &mut File<'_>) -> io::Result<Tracks> {
    let (mut tracks, mut at) = (Tracks::default(), 0);
    for _ in 0..MOST_BOXES {
        let Some(current) = Box::read(file, at)? else {
            break;
        };
        at = current.end;
        match &current.kind {
            b"moov" | b"trak" | b"mdia" => {
                tracks.cut |= current.end > file.len();
                at = current.body;
            }
            b"hdlr" => match &file.array::<4>(current.body.saturating_add(8))?.unwrap_or_default() {
                b"vide" | b"auxv" => tracks.video = true,
                b"soun" => tracks.audio = true,
                b"sbtl" | b"subt" | b"text" | b"clcp" => tracks.subtitles = true,
                _ => {}
            },
            _ => {}
        }
    }
    Ok(tracks)
}

struct Box {
    kind: [u8; 4],
    body: u64,
    end: u64,
}

impl Box {
    fn read(file: &mut File<'_>, at: u64) -> io::Result<Option<Self>> {
        let header = file.read_up_to(at, 16)?;
        let header = Bytes(&header);
        let (Some(size), Some(kind)) = (header.be(0, 4), header.slice(4, 4)) else {
            return Ok(None);
        };
        let (body, size) = match size {
            0 => (8, file.len().saturating_sub(at)),
            1 => (16, header.be(8, 8).unwrap_or_default()),
            size => (8, size),
        };
        let kind = [kind[0], kind[1], kind[2], kind[3]];
        Ok((size >= body).then(|| Self { kind, body: at + body, end: at.saturating_add(size) }))
    }
}
