//! ISO/IEC 23008-12 (HEIF): the primary item's properties.

use super::boxes::{be16, be32, child};
use super::items::{self, HeifColour, HeifLayout};
use super::properties::{self, Crop};
use crate::frame::Samples;
use crate::header::Header;
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format, Orientation};

const MAX_TOP_BOXES: usize = 64;
const MAX_META_BYTES: usize = 1 << 20;

pub(crate) fn read(source: &mut HeaderReader<'_>, format: Format) -> Result<Header, Error> {
    let (meta, start) = meta_box(source)?.ok_or_else(|| Error::malformed(format, "no `meta` box"))?;
    let item = PrimaryItem::find(&meta).ok_or_else(|| Error::malformed(format, "primary item has no sides"))?;
    let alpha = items::has_alpha(&meta, item.id);
    // Pillow has no grey with alpha here.
    let mode = match (item.grey, alpha) {
        (_, true) => ColourMode::Rgba,
        (true, false) => ColourMode::Grey,
        (false, false) => ColourMode::Rgb,
    };
    let mut header = Header::new(format, item.crop.width, item.crop.height, mode);
    header.orientation = item.orientation;
    header.scratch_bytes = source.len();
    let layout = HeifLayout {
        deep: item.deep,
        samples_in_two: item.samples_in_two,
        colour: item.colour,
        coded: item.coded,
        origin: (item.crop.left, item.crop.top),
        ..items::read(source, &meta, start, item.id)?
    };
    header.samples = if layout.alpha.pieces.is_empty() { Samples::Rgb } else { Samples::Rgba };
    header.set_detail(layout);
    Ok(header)
}

/// Returns the body of the top-level `meta` box, without version and flags, and where in the file
/// it begins.
fn meta_box(source: &mut HeaderReader<'_>) -> Result<Option<(Vec<u8>, u64)>, Error> {
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
        if &head[4..] == b"meta" {
            let body = usize::try_from(len - header_len).unwrap_or(usize::MAX).min(MAX_META_BYTES);
            let bytes = source.read_up_to(offset + header_len, body)?;
            return Ok(Some((bytes.get(4..).unwrap_or_default().to_vec(), offset + header_len + 4)));
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
        let (mut sides, mut clap) = (None, None);
        let (mut turns, mut mirror, mut grey, mut deep, mut colour) = (0, None, false, false, HeifColour::default());
        let mut samples_in_two = 6;
        for (kind, body) in properties::of_item(meta, id)? {
            match &kind {
                b"ispe" => sides = Some((be32(body, 4)?, be32(body, 8)?)),
                b"irot" => turns = body.first()? & 3,
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
                b"clap" => clap = Some(body),
                b"colr" => colour.read(body),
                _ => {}
            }
        }
        let (width, height) = sides?;
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
