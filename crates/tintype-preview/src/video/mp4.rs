//! MP4, MOV and fragmented MP4: tracks.

use super::mp4_facts::{self, MovieFacts};
use super::mp4_samples::Samples;
use super::{Codec, VideoTrack, codec_of_entry};
use crate::boxes::{BoxAt, Boxes, find};
use crate::input::{Input, Numbers};
use crate::pixels::colour::Cicp;
use crate::{Error, Metadata};

/// Tracks that are looked at.
const MAX_TRACKS: usize = 64;
/// Bytes of a sample description.
const MAX_ENTRY_BYTES: usize = 256 << 10;

/// What a file in this container has.
pub(crate) struct Movie {
    pub(crate) metadata: Metadata,
    pub(crate) video: Option<(VideoTrack, Samples)>,
    /// Whether there is a track of sound.
    pub(crate) has_audio: bool,
    /// The cover that music shops and podcasts put in.
    pub(crate) cover: Option<BoxAt>,
}

/// Reads a movie's facts and finds its track of pictures.
pub(crate) fn open(input: &mut Input<'_>) -> Result<Movie, Error> {
    let whole = 0..input.len();
    let Some(moov) = find(input, whole, b"moov")? else {
        return Err(Error::damaged("no `moov` box"));
    };
    let mut movie = Movie { metadata: Metadata::default(), video: None, has_audio: false, cover: None };
    let facts = mp4_facts::read(input, &moov, &mut movie.metadata, &mut movie.cover)?;
    let mut tracks = Vec::new();
    let mut boxes = moov.children(input);
    while let Some(found) = boxes.next()? {
        if found.kind == *b"trak" && tracks.len() < MAX_TRACKS {
            tracks.push(found);
        }
    }
    for track in tracks {
        read_track(input, &track, &facts, &mut movie)?;
    }
    finish(input, &facts, &mut movie)?;
    Ok(movie)
}

/// Fills in what follows from the whole: duration and bit rate.
fn finish(input: &mut Input<'_>, facts: &MovieFacts, movie: &mut Movie) -> Result<(), Error> {
    let metadata = &mut movie.metadata;
    let mut duration = facts.duration.or(facts.longest_track.get());
    if facts.fragmented
        && let Some((_, samples)) = &mut movie.video
    {
        samples.find_fragments(input)?;
        duration = duration.or(samples.fragments_duration());
    }
    if let Some(seconds) = duration.filter(|seconds| *seconds > 0.0) {
        metadata.duration = Some(crate::metadata::round(seconds, 3));
        metadata.bit_rate = Some((input.len() as f64 * 8.0 / seconds).round() as u64);
    }
    if let Some((_, samples)) = &movie.video {
        metadata.frame_rate = samples.frame_rate(input)?;
    } else if metadata.codec.is_none() {
        metadata.codec = metadata.audio_codec.take();
    }
    Ok(())
}

fn read_track(input: &mut Input<'_>, track: &BoxAt, facts: &MovieFacts, movie: &mut Movie) -> Result<(), Error> {
    let Some(media) = track.child(input, b"mdia")? else {
        return Ok(());
    };
    let handler = match media.child(input, b"hdlr")? {
        Some(handler) => handler.head(input, 12)?.bytes_at::<4>(8),
        None => None,
    };
    let (timescale, duration) = match media.child(input, b"mdhd")? {
        Some(header) => mp4_facts::times(&header.head(input, 36)?),
        None => (0, None),
    };
    let Some(table) = media.descendant(input, &[b"minf", b"stbl"])? else {
        return Ok(());
    };
    let Some(description) = table.child(input, b"stsd")? else {
        return Ok(());
    };
    let entry = Boxes::new(input, description.start + 8..description.end).next()?;
    let Some(entry) = entry else {
        return Ok(());
    };
    let seconds = duration.filter(|_| timescale > 0).map(|duration| duration as f64 / f64::from(timescale));
    match handler.as_ref() {
        Some(b"vide") if movie.video.is_none() => {
            let Some((mut video, name)) = video_entry(input, &entry)? else {
                return Ok(());
            };
            let header = match track.child(input, b"tkhd")? {
                Some(header) => header.head(input, 104)?,
                None => Vec::new(),
            };
            video.orientation = orientation(&header);
            facts.note_track(seconds);
            video.note_sides(&mut movie.metadata);
            movie.metadata.codec = Some(name);
            let id = match header.first() {
                Some(1) => header.u32_be(20),
                _ => header.u32_be(12),
            };
            movie.video = Some((video, Samples::new(table, timescale, seconds, id.unwrap_or(0), facts.fragmented)));
        }
        Some(b"soun") => {
            movie.has_audio = true;
            facts.note_track(seconds);
            if movie.metadata.audio_codec.is_none() {
                audio_entry(input, &entry, &mut movie.metadata)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn video_entry(input: &mut Input<'_>, entry: &BoxAt) -> Result<Option<(VideoTrack, String)>, Error> {
    let Some(bytes) = entry.bytes(input, MAX_ENTRY_BYTES)? else {
        return Ok(None);
    };
    let (Some(width), Some(height)) = (bytes.u16_be(24), bytes.u16_be(26)) else {
        return Ok(None);
    };
    let mut code = entry.kind;
    let mut video = VideoTrack {
        codec: Codec::Other,
        config: Vec::new(),
        width: u32::from(width),
        height: u32::from(height),
        orientation: 1,
        pixel_aspect: 1.0,
        colour: None,
        encrypted: code == *b"encv" || code == *b"drmi",
    };
    for (kind, content) in crate::boxes::in_slice(bytes.get(78..).unwrap_or_default()) {
        match &kind {
            b"avcC" | b"hvcC" | b"av1C" | b"vpcC" => video.config = content.to_vec(),
            b"colr" => video.colour = colour(content).or(video.colour),
            b"pasp" => {
                if let (Some(across @ 1..), Some(down @ 1..)) = (content.u32_be(0), content.u32_be(4)) {
                    video.pixel_aspect = f64::from(across) / f64::from(down);
                }
            }
            b"sinf" => {
                for (kind, content) in crate::boxes::in_slice(content) {
                    if kind == *b"frma" {
                        code = content.bytes_at(0).unwrap_or(code);
                    }
                }
            }
            _ => {}
        }
    }
    let (codec, name) = codec_of_entry(&code);
    video.codec = codec;
    Ok(Some((video, name)))
}

/// Reads `nclx` of MP4 and `nclc` of QuickTime.
fn colour(content: &[u8]) -> Option<Cicp> {
    let full_range = match content.get(..4)? {
        b"nclx" => content.get(10)? & 0x80 != 0,
        b"nclc" => false,
        _ => return None,
    };
    let (primaries, transfer, matrix) = (content.u16_be(4)?, content.u16_be(6)?, content.u16_be(8)?);
    Some(Cicp { primaries, transfer, matrix, full_range })
}

fn audio_entry(input: &mut Input<'_>, entry: &BoxAt, metadata: &mut Metadata) -> Result<(), Error> {
    let bytes = entry.head(input, 4096)?;
    let mut code = entry.kind;
    let (mut channels, mut rate) = (bytes.u16_be(16).map(u32::from), bytes.u16_be(24).map(u32::from));
    if bytes.u16_be(8) == Some(2) {
        // QuickTime's second version has them elsewhere.
        rate = bytes.u64_be(32).map(|bits| f64::from_bits(bits) as u32);
        channels = bytes.u32_be(40);
    }
    let start = match bytes.u16_be(8) {
        Some(1) => 44,
        Some(2) => 64,
        _ => 28,
    };
    for (kind, content) in crate::boxes::in_slice(bytes.get(start..).unwrap_or_default()) {
        match &kind {
            b"esds" => {
                if let Some(config) = aac_config(content) {
                    rate = Some(config.0).filter(|rate| *rate > 0).or(rate);
                    channels = Some(config.1).filter(|channels| *channels > 0).or(channels);
                } else if content.windows(2).any(|pair| pair == [4, 0x6b] || pair == [0x0d, 0x6b]) {
                    code = *b".mp3";
                }
            }
            b"alac" => {
                rate = content.u32_be(24).or(rate);
                channels = content.get(13).map(|count| u32::from(*count)).or(channels);
            }
            b"sinf" => {
                let original = crate::boxes::in_slice(content).find(|(kind, _)| kind == b"frma");
                code = original.and_then(|(_, content)| content.bytes_at(0)).unwrap_or(code);
            }
            _ => {}
        }
    }
    metadata.audio_codec = Some(codec_of_entry(&code).1);
    metadata.sample_rate = rate.filter(|rate| (1..=10_000_000).contains(rate));
    metadata.channels = channels.filter(|channels| (1..=1024).contains(channels));
    Ok(())
}

/// Finds the AudioSpecificConfig in a descriptor, and returns its sample rate and channels.
fn aac_config(descriptor: &[u8]) -> Option<(u32, u32)> {
    // A decoder configuration (4) of AAC (0x40) holds a specific configuration (5).
    let at = descriptor.windows(2).position(|pair| pair[0] == 5 && pair[1] != 5)?;
    let mut rest = &descriptor[at + 1..];
    while let [length, tail @ ..] = rest {
        rest = tail;
        if length & 0x80 == 0 {
            break;
        }
    }
    let bits = u32::from_be_bytes(rest.bytes_at::<4>(0).or_else(|| {
        let short = rest.bytes_at::<2>(0)?;
        Some([short[0], short[1], 0, 0])
    })?);
    let object = bits >> 27;
    if object == 31 || object == 0 {
        return None;
    }
    const RATES: [u32; 13] = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
    let rate = *RATES.get((bits >> 23 & 15) as usize)?;
    let channels = match bits >> 19 & 15 {
        7 => 8,
        count => count,
    };
    // Spectral band replication doubles the rate that is heard; players show that.
    Some((rate, channels))
}

/// Returns the orientation, as EXIF counts it, of a track's matrix.
fn orientation(header: &[u8]) -> u8 {
    let start = if header.first() == Some(&1) { 52 } else { 40 };
    let part = |index: usize| header.u32_be(start + index * 4).map(|value| (value as i32).signum());
    let (Some(a), Some(b), Some(c), Some(d)) = (part(0), part(1), part(3), part(4)) else {
        return 1;
    };
    match (a, b, c, d) {
        (-1, 0, 0, 1) => 2,
        (-1, 0, 0, -1) => 3,
        (1, 0, 0, -1) => 4,
        (0, 1, 1, 0) => 5,
        (0, 1, -1, 0) => 6,
        (0, -1, -1, 0) => 7,
        (0, -1, 1, 0) => 8,
        _ => 1,
    }
}
