//! TIFF through the `tiff` crate, one strip or tile at a time.

use std::io::{self, Read, Seek, SeekFrom};

use tiff::TiffError;
use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};
use tiff::tags::Tag;

use super::bare::{self, Bare};
use super::embedded;
use super::layout::{JPEG, TiffLayout, photometric};
use super::samples::{self, Converter};
use crate::decoding::{Input, Job, check_sides};
use crate::frame::{Decoded, Samples};
use crate::guard::Deadline;
use crate::header::Header;
use crate::reader::BufReadSeek;
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format, Limits};

const MAX_PROFILE_BYTES: u64 = 8 << 20;

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, .. } = *job;
    let layout = header.detail::<TiffLayout>()?;
    let colours = Colours { map: read_colour_map(&mut input, layout)?, profile: read_profile(&mut input, layout)? };
    let places = bare::places(&mut input, layout)?;
    input.seek(SeekFrom::Start(0))?;
    let places = match places {
        Some(places) if places.needed => places,
        other => match (read_by_codec(&mut input, job, &colours), other) {
            // Damaged, or of other lengths than said: what there is is shown.
            (Err(Error::Malformed { .. } | Error::Unsupported { .. }), Some(places)) => places,
            (made, _) => return made,
        },
    };
    limits.check_deadline()?;
    let bare = Bare::new(input, layout, places)?;
    read_all(Bands::new(Source::Bare(Box::new(bare)), layout)?, job, &colours)
}

/// Reads by the `tiff` crate.
fn read_by_codec(input: &mut Input<'_>, job: &Job<'_>, colours: &Colours) -> Result<Decoded, Error> {
    let Job { header, limits, .. } = *job;
    let layout = header.detail::<TiffLayout>()?;
    let input = Deadline::new(input as &mut dyn BufReadSeek, limits);
    let decoder = Decoder::new(Disguised::new(input, layout)).map_err(failed)?;
    let mut decoder = decoder.with_limits(tiff_limits(header));
    let sides = decoder.dimensions().map_err(failed)?;
    check_sides(header, sides.0, sides.1)?;
    read_all(Bands::new(Source::Codec(Box::new(decoder)), layout)?, job, colours)
}

/// What samples stand for.
struct Colours {
    map: Vec<[u16; 3]>,
    profile: Option<Vec<u8>>,
}

fn read_all(mut bands: Bands<'_>, job: &Job<'_>, colours: &Colours) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let layout = header.detail::<TiffLayout>()?;
    let mut converter = Converter::new(layout, colours.map.clone(), colours.profile.as_deref())
        .ok_or_else(|| Error::unsupported(Format::Tiff, samples::describe(layout)))?;
    let samples = converter.samples();
    let (width, height) = (header.width, header.height);
    let profile = colours.profile.as_ref().filter(|_| !layout.has_clear_inks());
    let plan = RowPlan {
        from: (width, height),
        to: stored,
        samples,
        order: Order::Down,
        deep: profile.is_some() || samples == Samples::Lab,
    };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut line = vec![0; width as usize * converter.row_channels()];
    for top in (0..height).step_by(bands.chunk.1 as usize) {
        let band = match bands.read(top, limits) {
            Ok(band) => band,
            // What came before a damaged strip is shown, as long as there is anything.
            Err(error) if shrinker.is_empty() => return Err(error),
            Err(_) => {
                limits.check_deadline()?;
                break;
            }
        };
        let wanted = bands.chunk.1.min(height - top);
        let come = band.iter().map(|chunk| chunk.rows).min().unwrap_or(0);
        for y in 0..come.min(wanted) as usize {
            match band.as_slice() {
                [Chunk { data: DecodingResult::U8(data), width, .. }] if converter.is_plain() => {
                    let len = width * samples.channels();
                    shrinker.push(Row::Eight(data.get(y * len..(y + 1) * len).unwrap_or_default()))?;
                }
                [Chunk { data: DecodingResult::U16(data), width, .. }] if converter.is_plain() => {
                    let len = width * samples.channels();
                    shrinker.push(Row::Sixteen(data.get(y * len..(y + 1) * len).unwrap_or_default()))?;
                }
                chunks => {
                    for chunk in chunks {
                        let channels = converter.row_channels();
                        let part = chunk.left * channels..(chunk.left + chunk.width) * channels;
                        converter.row(&chunk.data, y, chunk.width, chunk.plane, &mut line[part]);
                    }
                    shrinker.push(Row::Sixteen(converter.finish(&mut line)))?;
                }
            }
        }
        if come < wanted {
            break;
        }
    }
    drop(bands);
    Ok(shrinker.finish(profile.cloned()))
}

/// The strips or tiles of an image, by rows of them.
struct Bands<'a> {
    source: Source<'a>,
    /// Where the JPEG streams are and how long.
    streams: Vec<(u64, u64)>,
    across: u32,
    per_plane: u32,
    planes: u32,
    sides: (u32, u32),
    /// The sides of a strip or tile.
    chunk: (u32, u32),
}

/// What gives the samples of strips and tiles.
enum Source<'a> {
    Codec(Box<Decoder<Disguised<'a>>>),
    Bare(Box<Bare<'a>>),
}

struct Chunk {
    data: DecodingResult,
    /// How many there are.
    rows: u32,
    plane: usize,
    left: usize,
    width: usize,
}

impl<'a> Bands<'a> {
    fn new(mut source: Source<'a>, layout: &TiffLayout) -> Result<Self, Error> {
        let malformed = || Error::malformed(Format::Tiff, "strips or tiles of no size");
        let (width, height) = (layout.width, layout.height);
        let (streams, chunk) = match &mut source {
            Source::Codec(decoder) => (jpeg_streams(decoder, layout)?, decoder.chunk_dimensions()),
            Source::Bare(_) => (Vec::new(), layout.tile.unwrap_or((width, layout.rows_per_strip.min(height)))),
        };
        if chunk.0 == 0 || chunk.1 == 0 {
            return Err(malformed());
        }
        let across = width.div_ceil(chunk.0);
        let per_plane = across.checked_mul(height.div_ceil(chunk.1)).ok_or_else(malformed)?;
        let planes = if layout.planar { layout.samples_per_pixel.into() } else { 1 };
        per_plane.checked_mul(planes).ok_or_else(malformed)?;
        Ok(Self { source, streams, across, per_plane, planes, sides: (width, height), chunk })
    }

    /// Returns the strips or tiles that begin at row `top`.
    fn read(&mut self, top: u32, limits: &Limits) -> Result<Vec<Chunk>, Error> {
        let mut band = Vec::with_capacity((self.across * self.planes) as usize);
        for plane in 0..self.planes {
            for column in 0..self.across {
                let index = plane * self.per_plane + top / self.chunk.1 * self.across + column;
                let left = column * self.chunk.0;
                let width = self.chunk.0.min(self.sides.0 - left);
                let (data, rows) = match &mut self.source {
                    Source::Codec(decoder) => {
                        if let Some(stream) = self.streams.get(index as usize) {
                            embedded::check(decoder.inner(), *stream, self.chunk)?;
                        }
                        (decoder.read_chunk(index).map_err(failed)?, self.chunk.1)
                    }
                    Source::Bare(bare) => {
                        let rows = self.chunk.1.min(self.sides.1 - top);
                        bare.read(index, (self.chunk.0, width), rows, limits)?
                    }
                };
                let (plane, left, width) = (plane as usize, left as usize, width as usize);
                band.push(Chunk { data, rows, plane, left, width });
            }
        }
        Ok(band)
    }
}

/// Returns where the JPEG streams are and how long, or none for any other compression.
fn jpeg_streams(decoder: &mut Decoder<Disguised<'_>>, layout: &TiffLayout) -> Result<Vec<(u64, u64)>, Error> {
    if layout.compression != JPEG {
        return Ok(Vec::new());
    }
    let (offsets, lengths) = match layout.tile {
        Some(_) => (Tag::TileOffsets, Tag::TileByteCounts),
        None => (Tag::StripOffsets, Tag::StripByteCounts),
    };
    let offsets = decoder.get_tag_u64_vec(offsets).map_err(failed)?;
    let lengths = decoder.get_tag_u64_vec(lengths).map_err(failed)?;
    Ok(offsets.into_iter().zip(lengths).collect())
}

fn tiff_limits(header: &Header) -> TiffLimits {
    let mut limits = TiffLimits::default();
    let scratch = usize::try_from(header.scratch_bytes).unwrap_or(usize::MAX);
    limits.decoding_buffer_size = scratch;
    limits.intermediate_buffer_size = scratch;
    limits
}

fn read_profile(input: &mut Input<'_>, layout: &TiffLayout) -> Result<Option<Vec<u8>>, Error> {
    let Some((offset, len)) = layout.profile.filter(|(_, len)| *len <= MAX_PROFILE_BYTES) else {
        return Ok(None);
    };
    input.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    input.take(len).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Returns the palette as RGB: the file has all reds, then all greens, then all blues.
fn read_colour_map(input: &mut Input<'_>, layout: &TiffLayout) -> Result<Vec<[u16; 3]>, Error> {
    let Some((offset, count)) = layout.colour_map.filter(|_| layout.photometric == photometric::PALETTE) else {
        return Ok(Vec::new());
    };
    input.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    input.take(count.min(3 << 16) * 2).read_to_end(&mut bytes)?;
    let value =
        |bytes: &[u8; 2]| if layout.big_endian { u16::from_be_bytes(*bytes) } else { u16::from_le_bytes(*bytes) };
    let values: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(value).collect();
    let colours = values.len() / 3;
    Ok((0..colours).map(|index| [values[index], values[colours + index], values[2 * colours + index]]).collect())
}

/// The file as it is, but for two values: the photometric interpretation where the `tiff` crate
/// would refuse the true one, since it then gives the bare samples, and what they mean is known
/// here; and the pointer to the next directory, which may lead in a circle and is of no use.
struct Disguised<'a> {
    inner: Input<'a>,
    position: u64,
    /// Where other bytes stand, and which.
    patches: [(u64, Vec<u8>); 2],
}

impl<'a> Disguised<'a> {
    fn new(inner: Input<'a>, layout: &TiffLayout) -> Self {
        let value = samples::disguise(layout).filter(|_| layout.photometric_offset > 0);
        let bytes = value.map(|value| if layout.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
        let photometric = (layout.photometric_offset, bytes.map(Vec::from).unwrap_or_default());
        let next = (layout.next_directory.0, vec![0; layout.next_directory.1]);
        Self { inner, position: 0, patches: [photometric, next] }
    }
}

impl Read for Disguised<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        for (offset, bytes) in &self.patches {
            for (place, byte) in (*offset..).zip(bytes) {
                if let Some(at) = place.checked_sub(self.position).filter(|at| *at < read as u64) {
                    buffer[at as usize] = *byte;
                }
            }
        }
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Disguised<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.position = self.inner.seek(position)?;
        Ok(self.position)
    }
}

fn failed(error: TiffError) -> Error {
    match error {
        TiffError::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof => Error::Io { source },
        TiffError::UnsupportedError(error) => Error::unsupported(Format::Tiff, error.to_string()),
        other => Error::malformed(Format::Tiff, other.to_string()),
    }
}
