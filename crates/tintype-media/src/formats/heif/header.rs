//! ISO/IEC 23008-12 (HEIF): the primary item's properties.

use super::boxes::{be16, be32, child};
use super::items::{self, HeifColour, HeifLayout};
use super::properties::{self, Crop};
use super::sequence::Sequence;
use crate::frame::Samples;
use crate::header::Header;
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format, Orientation};

const MAX_TOP_BOXES: usize = 64;
const MAX_META_BYTES: usize = 1 << 20;

pub(crate) fn read(source: &mut HeaderReader<'_>, format: Format) -> Result<Header, Error> {
    let Some((meta, start)) = top_box(source, b"meta", 4)? else {
        let (moov, _) = top_box(source, b"moov", 0)?.ok_or_else(|| Error::malformed(format, "no `meta` box"))?;
        return read_sequence(source, format, &moov);
    };
    let item = PrimaryItem::find(&meta).ok_or_else(|| Error::malformed(format, "primary item has no sides"))?;
    let coded = items::identical(&meta, item.id);
    let has_alpha = items::has_alpha(&meta, coded);
    let layout = items::read(source, &meta, start, coded)?;
    Ok(item.header(format, source.len(), has_alpha, layout))
}

/// Reads a sequence of pictures that has no item beside it; its first one counts.
fn read_sequence(source: &HeaderReader<'_>, format: Format, moov: &[u8]) -> Result<Header, Error> {
    let sequence = Sequence::find(moov).ok_or_else(|| Error::malformed(format, "no sequence of pictures"))?;
    let item = PrimaryItem::new(0, sequence.sides, sequence.properties)
        .ok_or_else(|| Error::malformed(format, "a sequence that does not tell how it is coded"))?;
    let layout = HeifLayout { picture: sequence.picture, ..HeifLayout::default() };
    Ok(item.header(format, source.len(), false, layout))
}

/// Returns the body of the top-level box of that kind but for its first `skipped` bytes, and where
/// in the file that begins.
fn top_box(source: &mut HeaderReader<'_>, kind: &[u8; 4], skipped: usize) -> Result<Option<(Vec<u8>, u64)>, Error> {
    let mut offset = 0;
    for _ in 0..MAX_TOP_BOXES {
        let Some(head) = source.array::<8>(offset)? else {
            break;
        };
        let short = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        let (header_len, len) = match short {
            0 => (8, source.len() - offset),
            1 => (16, source.array(offset + 8)?.map_or(0, u64::from_be_bytes)),
            _ => (8, short),
        };
        if len < header_len {
            break;
        }
        if head[4..] == kind[..] {
            let body = usize::try_from(len - header_len).unwrap_or(usize::MAX).min(MAX_META_BYTES);
            let bytes = source.read_up_to(offset + header_len, body)?;
            let body = bytes.get(skipped..).unwrap_or_default().to_vec();
            return Ok(Some((body, offset + header_len + skipped as u64)));
        }
        let Some(next) = offset.checked_add(len) else {
            break;
        };
        offset = next;
    }
    Ok(None)
}

struct PrimaryItem {
    id: u32,
    /// Sides of the coded picture.
    coded: (u32, u32),
    /// What is displayed of it.
    crop: Crop,
    orientation: Orientation,
    grey: bool,
    /// Ten or twelve bits a sample.
    deep: bool,
    /// Samples in two pixels, all planes together.
    samples_in_two: u64,
    colour: HeifColour,
}

impl PrimaryItem {
    fn find(meta: &[u8]) -> Option<Self> {
        let primary = child(meta, b"pitm")?;
        let id = match primary.first()? {
            0 => u32::from(be16(primary, 4)?),
            _ => be32(primary, 4)?,
        };
        let source = items::identical(meta, id);
        let mut properties = properties::of_item(meta, source)?;
        if source != id {
            // What is derived without a change may still be turned, and the sides are those after
            // that.
            let derived = properties::of_item(meta, id).unwrap_or_default();
            properties.extend(derived.into_iter().filter(|(kind, _)| kind != b"ispe"));
        }
        let coded = items::coded(meta, source);
        if coded != source {
            // A grid itself does not say how its tiles are coded.
            let tile = properties::of_item(meta, coded).unwrap_or_default();
            properties.extend(tile.into_iter().filter(|(kind, _)| matches!(kind, b"av1C" | b"hvcC")));
        }
        let (_, sides) = properties.iter().find(|(kind, _)| kind == b"ispe")?;
        Self::new(id, (be32(sides, 4)?, be32(sides, 8)?), properties)
    }

    fn new(id: u32, (width, height): (u32, u32), properties: Vec<([u8; 4], &[u8])>) -> Option<Self> {
        let mut clap = None;
        let (mut turns, mut mirror, mut grey, mut deep, mut colour) = (0, None, false, false, HeifColour::default());
        let mut samples_in_two = 6;
        for (kind, body) in properties {
            match &kind {
                b"irot" => turns = (turns + (body.first()? & 3)) & 3,
                b"imir" => mirror = Some(body.first()? & 1),
                // The configuration's flag for pictures without colour (AV1-ISOBMFF, section
                // 2.3.3).
                b"av1C" => {
                    grey = body.get(2)? & 0x10 != 0;
                    deep = body.get(2)? & 0x40 != 0;
                    samples_in_two = match body.get(2)? & 0x1C {
                        0x10.. => 2,
                        0x0C => 3,
                        0x08 => 4,
                        _ => 6,
                    };
                }
                // `chroma_format_idc` and `bit_depth_luma_minus8` (ISO/IEC 14496-15, section
                // 8.3.2.1).
                b"hvcC" => {
                    samples_in_two = [2, 3, 4, 6][usize::from(body.get(16)? & 3)];
                    grey = samples_in_two == 2;
                    deep = body.get(17)? & 7 > 0;
                }
                b"clap" => clap = Some(body),
                b"colr" => colour.read(body),
                _ => {}
            }
        }
        let whole = Crop { left: 0, top: 0, width, height };
        let crop = clap.and_then(|clap| Crop::parse(clap, (width, height))).unwrap_or(whole);
        Some(Self {
            id,
            coded: (width, height),
            crop,
            orientation: orientation(turns, mirror),
            grey,
            deep,
            samples_in_two,
            colour,
        })
    }

    fn header(self, format: Format, len: u64, has_alpha: bool, layout: HeifLayout) -> Header {
        // Pillow has no grey with alpha here.
        let mode = match (self.grey, has_alpha) {
            (_, true) => ColourMode::Rgba,
            (true, false) => ColourMode::Grey,
            (false, false) => ColourMode::Rgb,
        };
        let mut header = Header::new(format, self.crop.width, self.crop.height, mode);
        header.orientation = self.orientation;
        header.scratch_bytes = len;
        header.samples = if layout.alpha.pieces.is_empty() { Samples::Rgb } else { Samples::Rgba };
        header.set_detail(HeifLayout {
            deep: self.deep,
            samples_in_two: self.samples_in_two,
            colour: self.colour,
            coded: self.coded,
            origin: (self.crop.left, self.crop.top),
            ..layout
        });
        header
    }
}

/// Rotation (quarter turns anticlockwise) comes before mirroring (axis 0 swaps top and bottom, 1
/// left and right).
fn orientation(turns: u8, mirror: Option<u8>) -> Orientation {
    match (turns, mirror) {
        (0, None) => Orientation::Normal,
        (1, None) => Orientation::Rotate270,
        (2, None) => Orientation::Rotate180,
        (_, None) => Orientation::Rotate90,
        (0, Some(1)) | (2, Some(0)) => Orientation::FlipHorizontal,
        (0, Some(_)) | (2, Some(_)) => Orientation::FlipVertical,
        (1, Some(1)) | (3, Some(0)) => Orientation::Transverse,
        (_, Some(_)) => Orientation::Transpose,
    }
}
