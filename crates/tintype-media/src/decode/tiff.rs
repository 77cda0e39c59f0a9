//! TIFF through the `tiff` crate, one strip or tile at a time.

use std::io::{self, Read, Seek, SeekFrom};

use tiff::TiffError;
use tiff::decoder::{Decoder, Limits as TiffLimits};
use tiff::tags::Tag;

use super::tiff_jpeg;
use super::tiff_samples::{self, Converter};
use super::{Input, buffer, check_sides};
use crate::frame::{Decoded, Frame};
use crate::probe::{Detail, Header, TIFF_JPEG, TiffLayout, photometric};
use crate::{Error, Format};

const MAX_PROFILE_BYTES: u64 = 8 << 20;

pub(super) fn decode(mut input: Input<'_>, header: &Header) -> Result<Decoded, Error> {
    let Detail::Tiff(layout) = &header.detail else {
        return Err(Error::malformed(Format::Tiff, "directory is missing"));
    };
    let colour_map = read_colour_map(&mut input, layout)?;
    let icc_profile = read_profile(&mut input, layout)?;
    input.seek(SeekFrom::Start(0))?;
    let converter = Converter::new(layout, colour_map)
        .ok_or_else(|| Error::unsupported(Format::Tiff, tiff_samples::describe(layout)))?;
    let samples = converter.samples();
    let mut decoder = Decoder::new(Disguised::new(input, layout)).map_err(failed)?.with_limits(limits(header));
    let (width, height) = decoder.dimensions().map_err(failed)?;
    check_sides(header, width, height)?;
    let mut pixels = buffer(header, samples.channels())?;
    let chunk = decoder.chunk_dimensions();
    let grid =
        Grid::new(width, height, chunk, samples.channels(), if layout.planar { layout.samples_per_pixel } else { 1 })?;
    let streams = jpeg_streams(&mut decoder, layout)?;
    for index in 0..grid.chunks {
        let place = grid.place(index);
        if let Some(stream) = streams.get(index as usize) {
            tiff_jpeg::check(decoder.inner(), *stream, chunk)?;
        }
        let data = match decoder.read_chunk(index) {
            Ok(data) => data,
            // What came before a damaged strip is shown, as long as there is anything.
            Err(_) if index > 0 => break,
            Err(error) => return Err(failed(error)),
        };
        let (data_width, data_height) = decoder.chunk_data_dimensions(index);
        converter.place(&data, &place, (data_width as usize, data_height as usize), &mut pixels);
    }
    converter.finish(&mut pixels);
    Ok(Decoded { frame: Frame { width, height, samples, pixels }, icc_profile })
}

/// Returns where the JPEG streams are and how long, or none for any other compression.
fn jpeg_streams(decoder: &mut Decoder<Disguised<'_>>, layout: &TiffLayout) -> Result<Vec<(u64, u64)>, Error> {
    if layout.compression != TIFF_JPEG {
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

fn limits(header: &Header) -> TiffLimits {
    let mut limits = TiffLimits::default();
    let scratch = usize::try_from(header.scratch_bytes).unwrap_or(usize::MAX);
    limits.decoding_buffer_size = scratch;
    limits.intermediate_buffer_size = scratch;
    limits
}

/// Where the strips or tiles of an image go.
struct Grid {
    chunks: u32,
    per_plane: u32,
    across: u32,
    chunk: (u32, u32),
    row_bytes: usize,
    channels: usize,
}

impl Grid {
    fn new(width: u32, height: u32, chunk: (u32, u32), channels: usize, planes: u16) -> Result<Self, Error> {
        let malformed = || Error::malformed(Format::Tiff, "strips or tiles of no size");
        if chunk.0 == 0 || chunk.1 == 0 {
            return Err(malformed());
        }
        let across = width.div_ceil(chunk.0);
        let per_plane = across.checked_mul(height.div_ceil(chunk.1)).ok_or_else(malformed)?;
        let chunks = per_plane.checked_mul(planes.into()).ok_or_else(malformed)?;
        Ok(Self { chunks, per_plane, across, chunk, row_bytes: width as usize * channels, channels })
    }

    fn place(&self, index: u32) -> tiff_samples::Place {
        let (plane, index) = (index / self.per_plane, index % self.per_plane);
        let left = (index % self.across * self.chunk.0) as usize;
        let top = (index / self.across * self.chunk.1) as usize;
        tiff_samples::Place {
            plane: plane as usize,
            start: top * self.row_bytes + left * self.channels,
            row_bytes: self.row_bytes,
        }
    }
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

/// Returns the palette as RGB, eight bits each: the file has all reds, then all greens, then all blues.
fn read_colour_map(input: &mut Input<'_>, layout: &TiffLayout) -> Result<Vec<[u8; 3]>, Error> {
    let Some((offset, count)) = layout.colour_map.filter(|_| layout.photometric == photometric::PALETTE) else {
        return Ok(Vec::new());
    };
    input.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    input.take(count.min(3 << 16) * 2).read_to_end(&mut bytes)?;
    let high = usize::from(!layout.big_endian);
    let values: Vec<u8> = bytes.chunks_exact(2).map(|value| value[high]).collect();
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
        let value = tiff_samples::disguise(layout).filter(|_| layout.photometric_offset > 0);
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
