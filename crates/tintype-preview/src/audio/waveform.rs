//! The course of a sound as a picture.

use std::io;

use opus_decoder::OpusDecoder;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::common::Limit;
use symphonia::core::errors::Error as CodecError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use crate::input::{Input, Shared};
use crate::{Error, Layout, Limits, Pixels};

/// Sides of the picture, as far as not less is wanted.
const WIDTH: u32 = 1080;
const HEIGHT: u32 = 540;
const BACKGROUND: [u8; 3] = [0xf4, 0xf5, 0xf7];
const WAVE: [u8; 3] = [0x3b, 0x6e, 0xa8];
/// Pixels of a bar and of the gap behind it.
const BAR: u32 = 4;
const GAP: u32 = 2;
/// Of longer sounds, parts are decoded, evenly spread, which come to about as many seconds.
const DECODED_SECONDS: f64 = 90.0;
/// Packets that are decoded at a time: the first ones of a decoder that has not seen those before
/// are no good.
const RUN: u64 = 4;
const WARM_UP: u64 = 2;
/// Values between which the loudest is remembered, at first.
const BUCKETS: usize = 8192;

impl MediaSource for Shared<'_, '_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len())
    }
}

/// Draws the course of a sound.
pub(crate) fn draw(input: &mut Input<'_>, duration: Option<f64>, edge: Option<u32>) -> Result<Pixels, Error> {
    let limits = input.limits();
    check_format(input)?;
    let peaks = peaks(input, limits, duration)?;
    let width = edge.map_or(WIDTH, |edge| edge.clamp(64, 4096));
    let height = (width / 2).min(HEIGHT.max(width / 2));
    Ok(picture(&peaks, width, height))
}

/// Refuses what has no decoder: searching it for frames of MPEG would find some, and draw noise.
fn check_format(input: &mut Input<'_>) -> Result<(), Error> {
    let head = input.read_up_to(0, 64)?;
    let refused: [&[u8]; 5] = [b"MAC ", b"MPCK", b"MP+", b"wvpk", b"DSD "];
    let is_speex = head.starts_with(b"OggS") && head.windows(8).any(|window| window == b"Speex   ");
    if is_speex || refused.iter().any(|magic| head.starts_with(magic)) {
        return Err(Error::unsupported("a format of sound without a decoder"));
    }
    Ok(())
}

/// The loudest values, each over the same time; twice the time each whenever there are too many.
struct Peaks {
    values: Vec<f32>,
    /// Samples that one value stands for.
    span: u64,
    filled: u64,
}

impl Peaks {
    fn new() -> Self {
        Self { values: vec![0.0], span: 64, filled: 0 }
    }

    fn add(&mut self, peak: f32, samples: u64) {
        let mut left = samples;
        while left > 0 {
            if self.filled == self.span {
                if self.values.len() == BUCKETS {
                    self.values = self.values.chunks(2).map(|pair| pair.iter().copied().fold(0.0, f32::max)).collect();
                    self.span *= 2;
                }
                self.values.push(0.0);
                self.filled = 0;
            }
            let part = left.min(self.span - self.filled);
            if let Some(last) = self.values.last_mut() {
                *last = last.max(peak);
            }
            self.filled += part;
            left -= part;
        }
    }
}

/// What decodes packets: one of symphonia's decoders, or that of Opus, which it has not.
enum Decoder {
    Other(Box<dyn AudioDecoder>),
    Opus { decoder: Box<OpusDecoder>, channels: usize, samples: Vec<f32> },
}

impl Decoder {
    /// Returns a packet's samples, interleaved, and the number of channels; none if it cannot be
    /// decoded.
    fn decode<'a>(&mut self, packet: &Packet, samples: &'a mut Vec<f32>) -> Result<Option<(&'a [f32], usize)>, Error> {
        match self {
            Self::Other(decoder) => match decoder.decode(packet) {
                Ok(buffer) => {
                    buffer.copy_to_vec_interleaved(samples);
                    let channels = buffer.spec().channels().count().max(1);
                    Ok(Some((samples.as_slice(), channels)))
                }
                Err(CodecError::DecodeError(_)) => Ok(None),
                Err(error) => Err(failed(error)),
            },
            Self::Opus { decoder, channels, samples: buffer } => {
                buffer.resize(decoder.max_frame_size_per_channel() * *channels, 0.0);
                match decoder.decode_float(&packet.data, buffer, false) {
                    Ok(count) => {
                        samples.clear();
                        samples.extend_from_slice(&buffer[..(count * *channels).min(buffer.len())]);
                        Ok(Some((samples.as_slice(), *channels)))
                    }
                    Err(_) => Ok(None),
                }
            }
        }
    }

    fn reset(&mut self) {
        match self {
            Self::Other(decoder) => decoder.reset(),
            Self::Opus { decoder, .. } => decoder.reset(),
        }
    }
}

fn failed(error: CodecError) -> Error {
    match error {
        CodecError::Unsupported(what) => Error::unsupported(format!("sound: {what}")),
        CodecError::IoError(source) if source.kind() == io::ErrorKind::TimedOut => Error::TimedOut,
        CodecError::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => Error::Io { source },
        error => Error::damaged(format!("sound: {error}")),
    }
}

fn peaks(input: &mut Input<'_>, limits: &Limits, duration: Option<f64>) -> Result<Vec<f32>, Error> {
    let source = MediaSourceStream::new(Box::new(Shared::new(input)), Default::default());
    // Pictures and tags were read before.
    let metadata =
        MetadataOptions::default().limit_visual_bytes(Limit::Maximum(0)).limit_tag_bytes(Limit::Maximum(4096));
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), metadata)
        .map_err(|error| match error {
            CodecError::IoError(_) | CodecError::DecodeError(_) => failed(error),
            _ => Error::unsupported("a format of sound without a decoder"),
        })?;
    let track = format.default_track(TrackType::Audio).ok_or_else(|| Error::damaged("no track of sound"))?;
    let Some(parameters) = track.codec_params.as_ref().and_then(|parameters| parameters.audio()) else {
        return Err(Error::unsupported("sound of an unknown codec"));
    };
    let (id, length) = (track.id, duration.unwrap_or(0.0));
    let mut decoder = match parameters.codec == CODEC_ID_OPUS {
        false => Decoder::Other(
            symphonia::default::get_codecs()
                .make_audio_decoder(parameters, &AudioDecoderOptions::default())
                .map_err(failed)?,
        ),
        true => {
            let channels = parameters.channels.as_ref().map_or(2, |channels| channels.count());
            let decoder =
                OpusDecoder::new(48_000, channels).map_err(|_| Error::unsupported("Opus of many channels"))?;
            Decoder::Opus { decoder: Box::new(decoder), channels, samples: Vec::new() }
        }
    };
    // One run out of so many is decoded.
    let every = (length / DECODED_SECONDS).floor().max(1.0) as u64;
    let mut peaks = Peaks::new();
    let (mut samples, mut number, mut decoded) = (Vec::new(), 0u64, 0u64);
    let (mut last_peak, mut last_samples) = (0.0f32, 0u64);
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // A file that is cut short has a course as far as it goes.
            Err(CodecError::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(CodecError::DecodeError(_)) if decoded > 0 => break,
            Err(error) => return Err(failed(error)),
        };
        if packet.track_id != id {
            continue;
        }
        number += 1;
        if number.is_multiple_of(64) {
            limits.check_deadline()?;
        }
        let place = number / RUN;
        if every > 1 && !place.is_multiple_of(every) {
            peaks.add(last_peak, last_samples);
            continue;
        }
        if every > 1 && number.is_multiple_of(RUN) {
            decoder.reset();
        }
        let Some((values, channels)) = decoder.decode(&packet, &mut samples)? else {
            continue;
        };
        decoded += 1;
        let warm = every == 1 || number % RUN >= WARM_UP;
        let loudest = |values: &[f32]| values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let count = (values.len() / channels) as u64;
        if every == 1 {
            for part in values.chunks(64 * channels) {
                peaks.add(loudest(part), (part.len() / channels) as u64);
            }
        } else if warm {
            last_peak = if number % RUN == WARM_UP { loudest(values) } else { last_peak.max(loudest(values)) };
            last_samples = count;
            peaks.add(last_peak, count);
        } else {
            peaks.add(last_peak, count);
        }
    }
    if decoded == 0 {
        return Err(Error::damaged("no decodable sound"));
    }
    Ok(peaks.values)
}

/// Draws bars about the middle.
fn picture(peaks: &[f32], width: u32, height: u32) -> Pixels {
    let bars = (width / (BAR + GAP)).max(1);
    let loudest = peaks.iter().copied().filter(|peak| peak.is_finite()).fold(0.0f32, f32::max);
    // Quiet sounds fill the picture, but silence does not.
    let scale = if loudest > 0.001 { 0.92 / loudest } else { 0.0 };
    let half = height as f32 / 2.0;
    let mut data: Vec<u8> = BACKGROUND.repeat(width as usize * height as usize);
    let margin = (width - bars * (BAR + GAP) + GAP) / 2;
    for bar in 0..bars {
        let first = (u64::from(bar) * peaks.len() as u64 / u64::from(bars)) as usize;
        let last = (u64::from(bar + 1) * peaks.len() as u64 / u64::from(bars)) as usize;
        let part = peaks.get(first..last.max(first + 1)).unwrap_or_default();
        let peak = part.iter().copied().filter(|peak| peak.is_finite()).fold(0.0f32, f32::max);
        let reach = (peak * scale * half).clamp(1.0, half - 1.0);
        let (top, bottom) = ((half - reach) as u32, (half + reach) as u32);
        for y in top..bottom {
            for x in 0..BAR {
                let column = (margin + bar * (BAR + GAP) + x).min(width - 1);
                let start = (y as usize * width as usize + column as usize) * 3;
                data[start..start + 3].copy_from_slice(&WAVE);
            }
        }
    }
    Pixels { width, height, layout: Layout::Rgb, data }
}
