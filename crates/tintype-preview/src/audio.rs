//! Sound: tags, technical facts and covers.

mod waveform;

use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{AudioFile, FileType, TaggedFileExt};
use lofty::picture::PictureType;
use lofty::probe::Probe;
use lofty::tag::{Accessor, ItemKey, Tag, TagType};

use crate::input::{Input, Section};
use crate::metadata::{fill, round};
use crate::{Error, Metadata, guard, image, text};
pub(crate) use waveform::draw as waveform;

/// Bytes of a cover.
const MAX_COVER_BYTES: usize = 32 << 20;
/// Bytes before the first frame of sound.
const MAX_JUNK_BYTES: usize = 64 << 10;

/// What a file of sound has.
#[derive(Default)]
pub(crate) struct Sound {
    pub(crate) metadata: Metadata,
    pub(crate) cover: Option<Vec<u8>>,
}

/// Whether covers are wanted, which may be large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Covers {
    Read,
    Skip,
}

/// Reads tags and facts; a file without readable ones gives none.
pub(crate) fn read(input: &mut Input<'_>, covers: Covers) -> Result<Sound, Error> {
    let read = guard::catch(|| {
        let options = ParseOptions::new()
            .read_cover_art(covers == Covers::Read)
            .max_junk_bytes(MAX_JUNK_BYTES)
            .parsing_mode(ParsingMode::Relaxed);
        let probe = Probe::new(Section::new(input)).options(options).guess_file_type()?;
        let Some(kind) = probe.file_type() else {
            return Ok(Sound::default());
        };
        let file = probe.read().map_err(|error| Error::damaged(format!("tags: {error}")))?;
        let mut sound = Sound::default();
        let facts = file.properties();
        let metadata = &mut sound.metadata;
        metadata.codec = Some(codec(kind).to_owned());
        metadata.duration = Some(round(facts.duration().as_secs_f64(), 3)).filter(|seconds| *seconds > 0.0);
        metadata.bit_rate = facts
            .audio_bitrate()
            .or(facts.overall_bitrate())
            .map(|rate| u64::from(rate) * 1000)
            .filter(|rate| *rate > 0);
        metadata.sample_rate = facts.sample_rate().filter(|rate| *rate > 0);
        metadata.channels = facts.channels().map(u32::from).filter(|channels| *channels > 0);
        let mut tags: Vec<&Tag> = file.tags().iter().collect();
        // The oldest tags are short and of unknown encoding, so they come last.
        tags.sort_by_key(|tag| tag.tag_type() == TagType::Id3v1);
        for tag in &tags {
            note(tag, metadata);
        }
        let pictures = || tags.iter().flat_map(|tag| tag.pictures());
        let front = pictures().find(|picture| picture.pic_type() == PictureType::CoverFront);
        let cover = front.into_iter().chain(pictures()).find(|picture| image::is_picture(picture.data()));
        sound.cover = cover.filter(|cover| cover.data().len() <= MAX_COVER_BYTES).map(|cover| cover.data().to_vec());
        Ok(sound)
    });
    match read {
        Ok(sound) => Ok(sound),
        Err(error @ (Error::Cancelled | Error::TimedOut)) => Err(error),
        Err(_) => {
            input.limits().check_deadline()?;
            Ok(Sound::default())
        }
    }
}

fn note(tag: &Tag, metadata: &mut Metadata) {
    let text = |value: Option<std::borrow::Cow<'_, str>>| value.and_then(|value| text::guess_latin(&value));
    fill(&mut metadata.title, text(tag.title()));
    fill(&mut metadata.artist, text(tag.artist()));
    fill(&mut metadata.album, text(tag.album()));
    fill(&mut metadata.track, tag.track().filter(|track| *track > 0));
    fill(&mut metadata.copyright, tag.get_string(ItemKey::CopyrightMessage).and_then(text::guess_latin));
}

/// Names codecs as ffprobe does.
fn codec(kind: FileType) -> &'static str {
    match kind {
        FileType::Aac => "aac",
        FileType::Aiff | FileType::Wav => "pcm",
        FileType::Ape => "ape",
        FileType::Flac => "flac",
        FileType::Mpeg => "mp3",
        FileType::Mp4 => "aac",
        FileType::Mpc => "musepack",
        FileType::Opus => "opus",
        FileType::Vorbis => "vorbis",
        FileType::Speex => "speex",
        FileType::WavPack => "wavpack",
        _ => "unknown",
    }
}
