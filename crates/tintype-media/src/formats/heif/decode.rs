//! HEIC through heic-decoder, tile by tile. Runs in a process of its own: a tile cannot be stopped.

use heic_decoder::HeifError;
use heic_decoder::hevc::params::Sps;
use heic_decoder::isobmff::{HevcDecoderConfig, HevcNalArray, ResolvedImage};

use super::items::{CodedColour, gather};
use super::planes::{self, Tile, eight_bits};
use crate::decoding::Job;
use crate::frame::Decoded;
use crate::{Error, Format};

/// Returns a frame of the sides `stored`.
pub(super) fn decode(bytes: Vec<u8>, job: &Job<'_>) -> Result<Decoded, Error> {
    planes::decode(job, bytes.len() as u64, |tiles, pieces| {
        let unsupported = || Error::unsupported(Format::Heif, "another codec than H.265");
        let hevc_config = configuration(&tiles.hevc).ok_or_else(unsupported)?;
        let data = gather(&bytes, pieces, Format::Heif)?;
        let (sps, picture) = heic_decoder::decode_one_image(&ResolvedImage { hevc_config, data }).map_err(failed)?;
        let planes = [picture.y, picture.cb, picture.cr].map(|plane| {
            let (stride, bits) = (plane.width, plane.bit_depth);
            Plane { stride, bits, samples: plane.into_samples() }
        });
        let tile = Decompressed::new(&sps, planes)?;
        let rows = tile.height;
        Ok((tile, rows))
    })
}

fn failed(error: HeifError) -> Error {
    match error {
        HeifError::Unsupported(what) => Error::unsupported(Format::Heif, what),
        error => Error::malformed(Format::Heif, error.to_string()),
    }
}

/// Reads `hvcC` (ISO/IEC 14496-15, section 8.3.2.1); none if it is no such thing.
fn configuration(bytes: &[u8]) -> Option<HevcDecoderConfig> {
    let head: &[u8; 23] = bytes.first_chunk()?;
    let mut rest = &bytes[23..];
    let mut take = |count: usize| {
        let (taken, left) = rest.split_at_checked(count)?;
        rest = left;
        Some(taken)
    };
    let mut arrays = Vec::new();
    for _ in 0..head[22] {
        let kind = take(1)?[0];
        let count = u16::from_be_bytes(take(2)?.try_into().ok()?);
        let mut nalus = Vec::new();
        for _ in 0..count {
            let len = u16::from_be_bytes(take(2)?.try_into().ok()?);
            nalus.push(take(len.into())?.to_vec());
        }
        arrays.push(HevcNalArray { nal_unit_type: kind & 0x3F, nalus });
    }
    Some(HevcDecoderConfig {
        general_profile_idc: head[1] & 0x1F,
        general_level_idc: head[12],
        chroma_format_idc: head[16] & 3,
        bit_depth_luma_minus8: head[17] & 7,
        bit_depth_chroma_minus8: head[18] & 7,
        length_size_minus_one: head[21] & 3,
        arrays,
    })
}

/// A tile with the samples around it that the decoder needs.
struct Decompressed {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    chroma: (u32, u32),
    colour: CodedColour,
    planes: [Plane; 3],
}

struct Plane {
    stride: usize,
    bits: u32,
    samples: Vec<i32>,
}

impl Decompressed {
    fn new(sps: &Sps, planes: [Plane; 3]) -> Result<Self, Error> {
        let [left, right, top, bottom] = sps.conformance_window;
        let inside = |whole: u32, before: u32, after: u32| {
            let side = whole.checked_sub(before)?.checked_sub(after)?;
            (side > 0).then_some(side)
        };
        let width = inside(sps.pic_width_in_luma_samples, left, right);
        let height = inside(sps.pic_height_in_luma_samples, top, bottom);
        let (Some(width), Some(height)) = (width, height) else {
            return Err(Error::malformed(Format::Heif, "nothing of a tile is to be shown"));
        };
        let chroma = match sps.chroma_format_idc {
            0 => (0, 0),
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let colour = sps.color_info.map_or(CodedColour::UNSPECIFIED, |info| CodedColour {
            primaries: info.color_primaries,
            transfer: info.transfer_characteristics,
            matrix: info.matrix_coefficients,
            full_range: info.full_range,
        });
        Ok(Self { left, top, width, height, chroma, colour, planes })
    }
}

impl Tile for Decompressed {
    fn sides(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn chroma(&self) -> (u32, u32) {
        self.chroma
    }

    fn colour(&self) -> CodedColour {
        self.colour
    }

    fn copy_rows<'a>(&self, plane: usize, columns: usize, rows: impl Iterator<Item = &'a mut [u8]>) {
        let (across, down) = if plane == 0 { (1, 1) } else { self.chroma };
        let (left, top) = ((self.left / across) as usize, (self.top / down) as usize);
        let plane = &self.planes[plane];
        for (row, line) in plane.samples.chunks_exact(plane.stride).skip(top).zip(rows) {
            for (sample, value) in line.iter_mut().zip(&row[left..left + columns]) {
                // Never below zero.
                *sample = eight_bits(value.cast_unsigned(), plane.bits);
            }
        }
    }
}
