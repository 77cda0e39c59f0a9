//! Choosing a frame that shows something.

use super::{Codec, VideoTrack, codecs, matroska, mp4};
use crate::input::Input;
use crate::{Error, Layout, Pixels, Preview, Source, guard};

/// Key frames that are tried before the liveliest of them is taken.
const MAX_TRIES: usize = 8;
/// Bytes of one frame.
const MAX_FRAME_BYTES: u32 = 64 << 20;
/// Of this part of the pixels on, a frame is nearly one colour.
const DULL: f64 = 0.95;
/// How far from each other samples of nearly one colour are.
const NEAR: u8 = 16;

/// Keeps the liveliest frame that was seen.
struct Choice<'a> {
    track: &'a VideoTrack,
    edge: Option<u32>,
    best: Option<(f64, Preview)>,
    failure: Option<Error>,
}

impl Choice<'_> {
    /// Looks at a key frame, and returns whether it shows something.
    fn look(&mut self, input: &Input<'_>, frame: Vec<u8>) -> Result<bool, Error> {
        let limits = input.limits();
        limits.check_deadline()?;
        if self.track.codec == Codec::Mjpeg {
            // Every frame is a whole JPEG; the one that takes most bytes shows most.
            let sameness = 1.0 / frame.len() as f64;
            if self.best.as_ref().is_none_or(|(best, _)| sameness < *best) {
                let orientation = Some(self.track.orientation);
                self.best = Some((sameness, Preview::encoded(Source::Frame, frame, orientation)));
            }
            return Ok(false);
        }
        let pixels = guard::catch(|| codecs::decode(self.track, frame, self.edge, limits));
        match pixels {
            Ok(pixels) => {
                let sameness = sameness(&pixels);
                if self.best.as_ref().is_none_or(|(best, _)| sameness < *best) {
                    let pixels = stretch(pixels, self.track).upright(self.track.orientation);
                    self.best = Some((sameness, Preview::pixels(Source::Frame, pixels)));
                }
                Ok(sameness < DULL)
            }
            // A profile that is not decoded will be that of the other frames, too.
            Err(error @ (Error::Unsupported { .. } | Error::TooLarge { .. })) => Err(error),
            Err(error @ (Error::TimedOut | Error::Cancelled | Error::Io { .. })) => Err(error),
            Err(error) => {
                self.failure.get_or_insert(error);
                Ok(false)
            }
        }
    }

    fn finish(self, ended: Result<(), Error>) -> Result<Option<Preview>, Error> {
        match (self.best, ended, self.failure) {
            (Some((_, preview)), Ok(()) | Err(Error::TimedOut), _) => Ok(Some(preview)),
            (_, Err(error), _) | (None, Ok(()), Some(error)) => Err(error),
            (None, Ok(()), None) => Err(Error::damaged("no key frame")),
        }
    }
}

fn check_track(track: &VideoTrack) -> Result<(), Error> {
    if track.encrypted {
        return Err(Error::Encrypted);
    }
    if track.codec == Codec::Other {
        return Err(Error::unsupported("a video codec without a decoder"));
    }
    Ok(())
}

/// Returns the picture of an MP4 or MOV: its cover if somebody gave it one, else a frame; `None`
/// for sound without a cover.
pub(crate) fn of_mp4(input: &mut Input<'_>, movie: &mp4::Movie, edge: Option<u32>) -> Result<Option<Preview>, Error> {
    let Some((track, samples)) = &movie.video else {
        return Ok(None);
    };
    check_track(track)?;
    let places = samples.key_frames(input, MAX_TRIES)?;
    let mut choice = Choice { track, edge, best: None, failure: None };
    let mut ended = Ok(());
    for place in places {
        if place.len > MAX_FRAME_BYTES {
            continue;
        }
        let looked = input
            .limits()
            .check_memory(u64::from(place.len))
            .and_then(|()| input.read(place.offset, place.len as usize));
        let enough = match looked {
            Ok(frame) => choice.look(input, frame),
            // A file that is cut short may have an earlier frame.
            Err(error @ Error::Damaged { .. }) => {
                choice.failure.get_or_insert(error);
                Ok(false)
            }
            Err(error) => Err(error),
        };
        match enough {
            Ok(true) => break,
            Ok(false) => {}
            Err(error) => {
                ended = Err(error);
                break;
            }
        }
    }
    choice.finish(ended)
}

/// Returns a frame of a Matroska film; `None` for sound.
pub(crate) fn of_matroska(
    input: &mut Input<'_>,
    movie: &matroska::Movie,
    edge: Option<u32>,
) -> Result<Option<Preview>, Error> {
    let Some(track) = &movie.video else {
        return Ok(None);
    };
    check_track(track)?;
    let mut choice = Choice { track, edge, best: None, failure: None };
    let ended = movie.key_frames(input, MAX_TRIES, |input, frame| choice.look(input, frame));
    choice.finish(ended)
}

/// Returns which part of the pixels is of nearly the same colour, between 0 and 1.
fn sameness(pixels: &Pixels) -> f64 {
    let channels = pixels.layout.channels();
    // Some thousand pixels tell.
    let step = (pixels.data.len() / channels / 4096).max(1) * channels;
    let sampled: Vec<&[u8]> = pixels.data.chunks_exact(channels).step_by((step / channels) | 1).collect();
    let mut medians = [0u8; 3];
    for (channel, median) in medians.iter_mut().enumerate() {
        let mut values: Vec<u8> = sampled.iter().map(|pixel| pixel[channel]).collect();
        let middle = values.len() / 2;
        if let Some((_, value, _)) = (!values.is_empty()).then(|| values.select_nth_unstable(middle)) {
            *median = *value;
        }
    }
    let near = |pixel: &&&[u8]| pixel.iter().zip(medians).all(|(sample, median)| sample.abs_diff(median) <= NEAR);
    sampled.iter().filter(near).count() as f64 / sampled.len().max(1) as f64
}

/// Makes pixels square that are not.
fn stretch(pixels: Pixels, track: &VideoTrack) -> Pixels {
    let wanted = u64::from(track.stretched()) * u64::from(pixels.width);
    let width = (wanted / u64::from(track.width.max(1))) as u32;
    if width == pixels.width || width == 0 || width > pixels.width.saturating_mul(4) {
        return pixels;
    }
    let (channels, columns) = (pixels.layout.channels(), pixels.width as usize);
    let mut data = Vec::with_capacity(width as usize * pixels.height as usize * channels);
    let scale = columns as f32 / width as f32;
    for row in pixels.data.chunks_exact(columns * channels) {
        for column in 0..width {
            let centre = ((column as f32 + 0.5) * scale - 0.5).clamp(0.0, (columns - 1) as f32);
            let (left, part) = (centre as usize, centre.fract());
            let right = (left + 1).min(columns - 1);
            for channel in 0..channels {
                let (left, right) =
                    (f32::from(row[left * channels + channel]), f32::from(row[right * channels + channel]));
                data.push((left + (right - left) * part + 0.5) as u8);
            }
        }
    }
    debug_assert!(matches!(pixels.layout, Layout::Rgb | Layout::Rgba));
    Pixels { width, height: pixels.height, layout: pixels.layout, data }
}
