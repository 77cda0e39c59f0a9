//! Matroska and WebM: tracks, and where their key frames are.

mod ebml;
mod track;

use self::ebml::{Element, bytes, children, element, float, string, unsigned, variable};
use self::track::{encodings, picture};
use super::{Codec, VideoTrack, codec_of_matroska};
use crate::input::Input;
use crate::metadata::fill;
use crate::{Error, Metadata};

/// Elements that are looked at, at most.
const MAX_ELEMENTS: usize = 200_000;
/// Clusters that are walked through where there are no cues.
const MAX_CLUSTERS: usize = 20_000;
/// Bytes of one frame.
const MAX_FRAME_BYTES: u64 = 64 << 20;

pub(crate) struct Movie {
    pub(crate) metadata: Metadata,
    pub(crate) video: Option<VideoTrack>,
    pub(crate) has_audio: bool,
    /// Where a picture that is attached as the cover is.
    pub(crate) cover: Option<(u64, u64)>,
    number: u64,
    /// Header bytes that were taken off each frame.
    stripped: Vec<u8>,
    compressed: bool,
    segment: u64,
    clusters: u64,
    end: u64,
    /// Time, place of the cluster, place of the block in it.
    cues: Vec<(u64, u64, u64)>,
    scale: u64,
    duration_units: f64,
}

const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const CUES: u32 = 0x1c53_bb6b;
const TAGS: u32 = 0x1254_c367;
const ATTACHMENTS: u32 = 0x1941_a469;
const SEEK_HEAD: u32 = 0x114d_9b74;

/// Reads a film's facts and finds its track of pictures.
pub(crate) fn open(input: &mut Input<'_>) -> Result<Movie, Error> {
    let mut movie = Movie {
        metadata: Metadata::default(),
        video: None,
        has_audio: false,
        cover: None,
        number: 0,
        stripped: Vec::new(),
        compressed: false,
        segment: 0,
        clusters: 0,
        end: input.len(),
        cues: Vec::new(),
        scale: 1_000_000,
        duration_units: 0.0,
    };
    let mut at = 0;
    let segment = loop {
        match element(input, at, input.len())? {
            Some(found) if found.id == SEGMENT => break found,
            Some(found) if found.end > at => at = found.end,
            _ => return Err(Error::damaged("no segment")),
        }
    };
    (movie.segment, movie.end) = (segment.start, segment.end);
    movie.read_segment(input, segment)?;
    movie.finish(input);
    Ok(movie)
}

impl Movie {
    fn read_segment(&mut self, input: &mut Input<'_>, segment: Element) -> Result<(), Error> {
        let mut at = segment.start;
        let mut sought: Vec<u64> = Vec::new();
        let mut read: Vec<u64> = Vec::new();
        // What comes before the first cluster, in its order.
        for _ in 0..1000 {
            let Some(found) = element(input, at, segment.end)? else {
                break;
            };
            if found.id == CLUSTER {
                self.clusters = at;
                break;
            }
            if found.id == SEEK_HEAD {
                for seek in children(input, found, 100)? {
                    let mut position = None;
                    for part in children(input, seek, 10)? {
                        if part.id == 0x53ac {
                            position = Some(unsigned(input, part)?);
                        }
                    }
                    sought.extend(position.and_then(|position| position.checked_add(segment.start)));
                }
            }
            read.push(at);
            self.top(input, found)?;
            at = found.end;
        }
        // What comes behind the clusters, by the list of contents.
        for at in sought {
            if !read.contains(&at)
                && let Some(found) = element(input, at, segment.end)?
                && matches!(found.id, INFO | TRACKS | CUES | TAGS | ATTACHMENTS)
            {
                read.push(at);
                self.top(input, found)?;
            }
        }
        Ok(())
    }

    fn top(&mut self, input: &mut Input<'_>, found: Element) -> Result<(), Error> {
        match found.id {
            INFO => {
                for part in children(input, found, 100)? {
                    match part.id {
                        0x2a_d7b1 => self.scale = unsigned(input, part)?.max(1),
                        0x4489 => self.duration_units = float(input, part)?,
                        0x7ba9 => fill(&mut self.metadata.title, string(input, part)?),
                        0x4461 => {
                            // Nanoseconds since 2001.
                            let seconds = unsigned(input, part)? as i64 / 1_000_000_000 + 978_307_200;
                            fill(&mut self.metadata.taken_at, crate::time::from_unix(seconds));
                        }
                        _ => {}
                    }
                }
            }
            TRACKS => {
                for part in children(input, found, 64)? {
                    if part.id == 0xae {
                        self.track(input, part)?;
                    }
                }
            }
            CUES => {
                for point in children(input, found, MAX_CLUSTERS)? {
                    if point.id == 0xbb {
                        self.cue(input, point)?;
                    }
                }
            }
            TAGS => self.tags(input, found)?,
            ATTACHMENTS => self.attachments(input, found)?,
            _ => {}
        }
        Ok(())
    }

    fn track(&mut self, input: &mut Input<'_>, track: Element) -> Result<(), Error> {
        let mut video = VideoTrack {
            codec: Codec::Other,
            config: Vec::new(),
            width: 0,
            height: 0,
            orientation: 1,
            pixel_aspect: 1.0,
            colour: None,
            encrypted: false,
        };
        let (mut number, mut kind, mut codec, mut frame_ns) = (0, 0, String::new(), 0);
        let (mut rate, mut channels) = (8000.0, 1);
        let (mut stripped, mut compressed) = (Vec::new(), false);
        for part in children(input, track, 200)? {
            match part.id {
                0xd7 => number = unsigned(input, part)?,
                0x83 => kind = unsigned(input, part)?,
                0x86 => codec = string(input, part)?.unwrap_or_default(),
                0x63a2 => video.config = bytes(input, part)?,
                0x23_e383 => frame_ns = unsigned(input, part)?,
                0xe0 => picture(input, part, &mut video)?,
                0xe1 => {
                    for part in children(input, part, 50)? {
                        match part.id {
                            0xb5 => rate = float(input, part)?,
                            0x9f => channels = unsigned(input, part)?,
                            _ => {}
                        }
                    }
                }
                0x6d80 => encodings(input, part, &mut stripped, &mut compressed, &mut video.encrypted)?,
                _ => {}
            }
        }
        let (codec, name) = codec_of_matroska(&codec);
        video.codec = codec;
        match kind {
            1 if self.video.is_none() => {
                video.note_sides(&mut self.metadata);
                self.metadata.codec = Some(name);
                if frame_ns > 0 {
                    self.metadata.frame_rate = Some(crate::metadata::round(1e9 / frame_ns as f64, 3));
                }
                (self.number, self.stripped, self.compressed) = (number, stripped, compressed);
                self.video = Some(video);
            }
            2 if !self.has_audio => {
                self.has_audio = true;
                self.metadata.audio_codec = Some(name);
                self.metadata.sample_rate = (1.0..1e7).contains(&rate).then_some(rate as u32);
                self.metadata.channels = u32::try_from(channels).ok().filter(|channels| (1..=1024).contains(channels));
            }
            _ => {}
        }
        Ok(())
    }

    fn cue(&mut self, input: &mut Input<'_>, point: Element) -> Result<(), Error> {
        let (mut time, mut track, mut cluster, mut block) = (None, None, None, 0);
        for part in children(input, point, 20)? {
            match part.id {
                0xb3 => time = Some(unsigned(input, part)?),
                0xb7 if cluster.is_none() || track != Some(self.number) => {
                    for part in children(input, part, 20)? {
                        match part.id {
                            0xf7 => track = Some(unsigned(input, part)?),
                            0xf1 => cluster = Some(unsigned(input, part)?),
                            0xf0 => block = unsigned(input, part)?,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        if let (Some(time), Some(cluster), Some(track)) = (time, cluster, track)
            && (track == self.number || self.number == 0)
        {
            self.cues.push((time, cluster, block));
        }
        Ok(())
    }

    fn tags(&mut self, input: &mut Input<'_>, tags: Element) -> Result<(), Error> {
        for tag in children(input, tags, 100)? {
            let mut target = 50;
            for part in children(input, tag, 200)? {
                if part.id == 0x63c0 {
                    for part in children(input, part, 20)? {
                        match part.id {
                            0x68ca => target = unsigned(input, part)?,
                            // Of one track only.
                            0x63c5 if unsigned(input, part)? != 0 => target = 0,
                            _ => {}
                        }
                    }
                }
                if part.id == 0x67c8 {
                    let (mut name, mut value) = (None, None);
                    for part in children(input, part, 20)? {
                        match part.id {
                            0x45a3 => name = string(input, part)?,
                            0x4487 => value = string(input, part)?,
                            _ => {}
                        }
                    }
                    if let (Some(name), Some(value)) = (name, value)
                        && target > 0
                    {
                        self.tag(&name.to_uppercase(), value);
                    }
                }
            }
        }
        Ok(())
    }

    fn tag(&mut self, name: &str, value: String) {
        let metadata = &mut self.metadata;
        match name {
            "TITLE" => fill(&mut metadata.title, Some(value)),
            "ARTIST" => fill(&mut metadata.artist, Some(value)),
            "ALBUM" => fill(&mut metadata.album, Some(value)),
            "PART_NUMBER" | "TRACK" => fill(&mut metadata.track, value.parse().ok()),
            "COPYRIGHT" => fill(&mut metadata.copyright, Some(value)),
            "DATE_RECORDED" | "CREATION_TIME" => fill(&mut metadata.taken_at, crate::time::iso(&value)),
            "LOCATION" | "COM.APPLE.QUICKTIME.LOCATION.ISO6709" => {
                fill(&mut metadata.gps, crate::metadata::Gps::from_iso_6709(&value));
            }
            _ => {}
        }
    }

    fn attachments(&mut self, input: &mut Input<'_>, attachments: Element) -> Result<(), Error> {
        for file in children(input, attachments, 100)? {
            let (mut name, mut data, mut is_picture) = (String::new(), None, false);
            for part in children(input, file, 20)? {
                match part.id {
                    0x466e => name = string(input, part)?.unwrap_or_default().to_lowercase(),
                    0x4660 => is_picture = string(input, part)?.is_some_and(|kind| kind.starts_with("image/")),
                    0x465c => data = Some((part.start, part.end - part.start)),
                    _ => {}
                }
            }
            if is_picture && (self.cover.is_none() || name.starts_with("cover.")) {
                self.cover = data.or(self.cover);
            }
        }
        Ok(())
    }

    fn finish(&mut self, input: &Input<'_>) {
        let seconds = self.duration_units * self.scale as f64 / 1e9;
        if seconds > 0.0 && seconds < 1e8 {
            self.metadata.duration = Some(crate::metadata::round(seconds, 3));
            self.metadata.bit_rate = Some((input.len() as f64 * 8.0 / seconds).round() as u64);
        }
        if self.video.is_none() {
            self.metadata.codec = self.metadata.audio_codec.take();
        }
    }

    /// Returns up to `most` key frames' bytes, one after the other, by calling `take` until it says
    /// that it is enough.
    pub(crate) fn key_frames(
        &self,
        input: &mut Input<'_>,
        most: usize,
        mut take: impl FnMut(&mut Input<'_>, Vec<u8>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        if self.compressed {
            return Err(Error::unsupported("frames that the container compresses"));
        }
        let tenth = (self.duration_units / 10.0) as u64;
        let mut cues = self.cues.clone();
        cues.sort_unstable();
        cues.dedup();
        let split = cues.partition_point(|(time, _, _)| *time < tenth);
        let (before, after) = cues.split_at(split);
        let mut tried = 0;
        for (_, cluster, block) in after.iter().chain(before.iter().rev()).take(most) {
            let at = self.segment.saturating_add(*cluster);
            if let Some(found) = element(input, at, self.end)?.filter(|found| found.id == CLUSTER) {
                let mut at = found.start.saturating_add(*block);
                if let Some(frame) = self.next_key_frame(input, found, &mut at)? {
                    tried += 1;
                    if take(input, frame)? {
                        return Ok(());
                    }
                }
            }
        }
        if tried >= most / 2 || self.clusters == 0 {
            return Ok(());
        }
        // With hardly an index: from a tenth of the bytes on, then from the start.
        let from = self.clusters + (self.end - self.clusters) / 10;
        for (begin, end) in [(from, self.end), (self.clusters, from)] {
            let mut at = self.clusters;
            for _ in 0..MAX_CLUSTERS {
                let Some(found) = element(input, at, self.end)?.filter(|_| at < end) else {
                    break;
                };
                at = found.end;
                if found.id != CLUSTER || found.end <= begin {
                    continue;
                }
                let mut at = found.start;
                while tried < most
                    && let Some(frame) = self.next_key_frame(input, found, &mut at)?
                {
                    // Of a cluster across the border, only what is on the right side.
                    if at <= begin || at > end {
                        continue;
                    }
                    tried += 1;
                    if take(input, frame)? {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns the first key frame of a cluster from a place on, and moves the place behind it.
    fn next_key_frame(&self, input: &mut Input<'_>, cluster: Element, at: &mut u64) -> Result<Option<Vec<u8>>, Error> {
        for _ in 0..MAX_ELEMENTS / 100 {
            let Some(found) = element(input, *at, cluster.end)? else {
                break;
            };
            *at = found.end;
            let frame = match found.id {
                0xa3 => self.block(input, found, None)?,
                0xa0 => {
                    let parts = children(input, found, 50)?;
                    let is_key = parts.iter().all(|part| part.id != 0xfb);
                    match parts.into_iter().find(|part| part.id == 0xa1) {
                        Some(block) => self.block(input, block, Some(is_key))?,
                        None => None,
                    }
                }
                // Clusters of unknown length end where another element of the segment begins.
                CLUSTER | CUES | TAGS | INFO | TRACKS | ATTACHMENTS | SEEK_HEAD => break,
                _ => None,
            };
            if frame.is_some() {
                return Ok(frame);
            }
        }
        Ok(None)
    }

    /// Returns the frame of a block if it is a key frame of the track of pictures.
    fn block(&self, input: &mut Input<'_>, block: Element, is_key: Option<bool>) -> Result<Option<Vec<u8>>, Error> {
        let head = input.read_up_to(block.start, 12.min((block.end - block.start) as usize))?;
        let Some((number, digits)) = variable(&head, false) else {
            return Ok(None);
        };
        let Some(flags) = head.get(digits + 2) else {
            return Ok(None);
        };
        // Lacing is for sound.
        let is_key = is_key.unwrap_or(flags & 0x80 != 0);
        if number != self.number || !is_key || flags & 6 != 0 {
            return Ok(None);
        }
        let start = block.start + digits as u64 + 3;
        let len = block.end.saturating_sub(start);
        if len > MAX_FRAME_BYTES {
            return Ok(None);
        }
        input.limits().check_memory(len)?;
        let mut frame = self.stripped.clone();
        frame.extend(input.read(start, len as usize)?);
        Ok(Some(frame))
    }
}
