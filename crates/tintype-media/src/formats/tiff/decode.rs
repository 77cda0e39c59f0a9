//! TIFF through the `tiff` crate, one strip or tile at a time.

use std::io::{self, Read, Seek, SeekFrom};

use tiff::TiffError;
use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};
use tiff::tags::Tag;

use super::embedded;
use super::layout::{JPEG, TiffLayout, photometric};
use super::samples::{self, Converter};
use crate::decoding::{Input, Job, check_sides};
use crate::frame::{Decoded, Samples};
use crate::header::Header;
use crate::rows::{Order, Row, RowPlan, Shrinker};
use crate::{Error, Format};

const MAX_PROFILE_BYTES: u64 = 8 << 20;

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let layout = header.detail::<TiffLayout>()?;
    let colour_map = read_colour_map(&mut input, layout)?;
    let icc_profile = read_profile(&mut input, layout)?;
    input.seek(SeekFrom::Start(0))?;
    let converter = Converter::new(layout, colour_map)
        .ok_or_else(|| Error::unsupported(Format::Tiff, samples::describe(layout)))?;
    let samples = converter.samples();
    let mut decoder = Decoder::new(Disguised::new(input, layout)).map_err(failed)?.with_limits(tiff_limits(header));
    let (width, height) = decoder.dimensions().map_err(failed)?;
    check_sides(header, width, height)?;
    let plan = RowPlan {
        from: (width, height),
        to: stored,
        samples,
        order: Order::Down,
        deep: icc_profile.is_some() || samples == Samples::Lab,
    };
    let mut shrinker = Shrinker::new(plan, limits);
    let mut bands = Bands::new(decoder, layout, (width, height))?;
    let mut line = vec![0; width as usize * samples.channels()];
    for top in (0..height).step_by(bands.chunk.1 as usize) {
        let band = match bands.read(top) {
            Ok(band) => band,
            // What came before a damaged strip is shown, as long as there is anything.
            Err(error) if shrinker.is_empty() => return Err(error),
            Err(_) => {
                limits.check_deadline()?;
                break;
            }
        };
        for y in 0..bands.chunk.1.min(height - top) as usize {
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
                        let part = chunk.left * samples.channels()..(chunk.left + chunk.width) * samples.channels();
                        converter.row(&chunk.data, y, chunk.width, chunk.plane, &mut line[part]);
                    }
                    converter.finish(&mut line);
                    shrinker.push(Row::Sixteen(&line))?;
                }
            }
        }
    }
    drop(bands);
    Ok(shrinker.finish(icc_profile))
}

/// The strips or tiles of an image, by rows of them.
struct Bands<'a> {
    decoder: Decoder<Disguised<'a>>,
    /// Where the JPEG streams are and how long.
    streams: Vec<(u64, u64)>,
    across: u32,
    per_plane: u32,
    planes: u32,
    /// The sides of a strip or tile.
    chunk: (u32, u32),
}

struct Chunk {
    data: DecodingResult,
    plane: usize,
    left: usize,
    width: usize,
}

impl<'a> Bands<'a> {
    fn new(
        mut decoder: Decoder<Disguised<'a>>,
        layout: &TiffLayout,
        (width, height): (u32, u32),
    ) -> Result<Self, Error> {
        let malformed = || Error::malformed(Format::Tiff, "strips or tiles of no size");
        let streams = jpeg_streams(&mut decoder, layout)?;
        let chunk = decoder.chunk_dimensions();
        if chunk.0 == 0 || chunk.1 == 0 {
            return Err(malformed());
        }
        let across = width.div_ceil(chunk.0);
        let per_plane = across.checked_mul(height.div_ceil(chunk.1)).ok_or_else(malformed)?;
        let planes = if layout.planar { layout.samples_per_pixel.into() } else { 1 };
        per_plane.checked_mul(planes).ok_or_else(malformed)?;
        Ok(Self { decoder, streams, across, per_plane, planes, chunk })
    }

    /// Returns the strips or tiles that begin at row `top`.
    fn read(&mut self, top: u32) -> Result<Vec<Chunk>, Error> {
        let mut band = Vec::with_capacity((self.across * self.planes) as usize);
        for plane in 0..self.planes {
            for column in 0..self.across {
                let index = plane * self.per_plane + top / self.chunk.1 * self.across + column;
                if let Some(stream) = self.streams.get(index as usize) {
                    embedded::check(self.decoder.inner(), *stream, self.chunk)?;
                }
                let data = self.decoder.read_chunk(index).map_err(failed)?;
                let (width, _) = self.decoder.chunk_data_dimensions(index);
                let left = (column * self.chunk.0) as usize;
                band.push(Chunk { data, plane: plane as usize, left, width: width as usize });
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

/// The file as it is, but for the photometric interpretation where the `tiff` crate would refuse the true one: it
/// then gives the bare samples, and what they mean is known here.
struct Disguised<'a> {
    inner: Input<'a>,
    position: u64,
    offset: u64,
    value: Option<[u8; 2]>,
}

impl<'a> Disguised<'a> {
    fn new(inner: Input<'a>, layout: &TiffLayout) -> Self {
        let value = samples::disguise(layout).filter(|_| layout.photometric_offset > 0);
        let bytes = value.map(|value| if layout.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
        Self { inner, position: 0, offset: layout.photometric_offset, value: bytes }
    }
}

impl Read for Disguised<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(value) = self.value {
            for (place, byte) in (self.offset..).zip(value) {
                if let Some(at) = place.checked_sub(self.position).filter(|at| *at < read as u64) {
                    buffer[at as usize] = byte;
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
