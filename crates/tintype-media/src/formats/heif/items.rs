//! ISO/IEC 23008-12 and 14496-12: where the primary item's coded pictures are, and how they make up
//! the whole.

use std::ops::Range;

use super::boxes::{be16, be32, boxes, child};
use super::properties;
use crate::Error;
use crate::reader::HeaderReader;

/// More tiles than any camera makes.
const MAX_TILES: usize = 1024;
const MAX_EXTENTS: usize = 64;
/// More than anybody derives one from the other.
const MAX_IDENTITIES: usize = 4;
/// Beside version and flags, rows and columns less one.
const GRID_BYTES: u64 = 8;

/// The coded pictures of the primary item.
#[derive(Debug, Clone, Default)]
#[cfg_attr(not(feature = "avif"), expect(dead_code, reason = "only AVIF needs all of it"))]
pub(crate) struct HeifLayout {
    pub(crate) picture: Tiles,
    pub(crate) alpha: Tiles,
    /// Whether the colours are multiplied by alpha.
    pub(crate) premultiplied: bool,
    /// Ten or twelve bits a sample.
    pub(crate) deep: bool,
    /// Samples in two pixels, all planes together.
    pub(crate) samples_in_two: u64,
    pub(crate) colour: HeifColour,
    /// Sides of the coded picture, of which those in the header may be a part.
    pub(crate) coded: (u32, u32),
    /// Left and top of that part.
    pub(crate) origin: (u32, u32),
}

/// Coded pictures of equal sides from left to right and from top to bottom.
#[derive(Debug, Clone, Default)]
#[cfg_attr(not(feature = "heic"), expect(dead_code, reason = "only HEIC needs all of it"))]
pub(crate) struct Tiles {
    pub(crate) columns: usize,
    /// Each in pieces of the file; none when the container was not understood.
    pub(crate) pieces: Vec<Vec<Range<u64>>>,
    /// What the decoder of H.265 has to know before (ISO/IEC 14496-15, section 8.3.2.1), the same
    /// for all.
    pub(crate) hevc: Vec<u8>,
    /// Sides of each.
    pub(crate) sides: Option<(u32, u32)>,
}

#[cfg(any(feature = "avif", feature = "heic"))]
impl Tiles {
    /// Returns how many bytes the largest tile lacks in a file of this length.
    pub(crate) fn missing(&self, file_len: u64) -> u64 {
        self.pieces.iter().map(|pieces| missing(pieces, file_len)).max().unwrap_or(0)
    }
}

/// Returns how many bytes of an item lie beyond the end of the file.
#[cfg(any(feature = "avif", feature = "heic"))]
pub(crate) fn missing(pieces: &[Range<u64>], file_len: u64) -> u64 {
    pieces.iter().map(|piece| piece.end.saturating_sub(piece.start.max(file_len))).fold(0, u64::saturating_add)
}

/// Returns an item's bytes, which may lie in several places, as far as the file has them.
#[cfg(any(feature = "avif", feature = "heic"))]
pub(crate) fn gather(bytes: &[u8], pieces: &[Range<u64>], format: crate::Format) -> Result<Vec<u8>, Error> {
    let mut item = Vec::new();
    for piece in pieces {
        let place = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
        // A length of zero means up to the end of the file.
        let end = if piece.start == piece.end { bytes.len() } else { place(piece.end) };
        item.extend_from_slice(bytes.get(place(piece.start)..end).unwrap_or_default());
        if item.len() > bytes.len() {
            return Err(Error::malformed(format, "an item is larger than the file"));
        }
    }
    // The interface of rav1d aborts on a stream without bytes.
    if item.is_empty() {
        return Err(Error::malformed(format, "an item is empty"));
    }
    Ok(item)
}

/// What the container says of the colours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeifColour {
    pub(crate) coded: Option<CodedColour>,
    /// A profile, before which the primaries and the transfer function of `coded` do not count
    /// (ISO/IEC 23000-22, section 7.3.6.4).
    pub(crate) profile: Option<Vec<u8>>,
}

/// Code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodedColour {
    pub(crate) primaries: u16,
    pub(crate) transfer: u16,
    pub(crate) matrix: u16,
    pub(crate) full_range: bool,
}

impl HeifColour {
    /// Reads a `colr` box, of which an item may have one with numbers and one with a profile, in
    /// any order.
    pub(super) fn read(&mut self, body: &[u8]) {
        match body.get(..4) {
            Some(b"nclx") => self.coded = CodedColour::parse(body).or(self.coded),
            Some(b"prof" | b"rICC") => self.profile = Some(body[4..].to_vec()),
            _ => {}
        }
    }
}

impl CodedColour {
    /// Nothing is said; two is "unspecified".
    #[cfg(any(feature = "avif", feature = "heic"))]
    pub(crate) const UNSPECIFIED: Self = Self { primaries: 2, transfer: 2, matrix: 2, full_range: false };

    fn parse(body: &[u8]) -> Option<Self> {
        Some(Self {
            primaries: be16(body, 4)?,
            transfer: be16(body, 6)?,
            matrix: be16(body, 8)?,
            full_range: body.get(10)? & 0x80 != 0,
        })
    }
}

/// Finds the pieces of the primary item and of its alpha; `start` is where `meta` begins in the
/// file.
pub(super) fn read(source: &mut HeaderReader<'_>, meta: &[u8], start: u64, primary: u32) -> Result<HeifLayout, Error> {
    let picture = tiles(source, meta, start, primary)?;
    let alpha = match (alpha_of(meta, primary), alpha_of_tiles(meta, primary)) {
        (Some(alpha), _) => tiles(source, meta, start, alpha)?,
        (None, Some(items)) if items.len() == picture.pieces.len() => {
            Tiles::of_items(meta, start, picture.columns, &items).unwrap_or_default()
        }
        _ => Tiles::default(),
    };
    let premultiplied = all_references(meta).any(|(kind, from, _)| kind == *b"prem" && from == primary);
    Ok(HeifLayout { picture, alpha, premultiplied, ..HeifLayout::default() })
}

/// Returns the item that another one is derived from without a change of its samples, or that
/// itself (`iden`, ISO/IEC 23008-12, section 6.6.2.1).
pub(super) fn identical(meta: &[u8], item: u32) -> u32 {
    let mut item = item;
    for _ in 0..MAX_IDENTITIES {
        match references(meta, b"dimg", item)[..] {
            [source] if item_type(meta, item) == Some(*b"iden") => item = source,
            _ => break,
        }
    }
    item
}

/// Returns the item that is coded, or the first one of a grid.
pub(super) fn coded(meta: &[u8], item: u32) -> u32 {
    match item_type(meta, item) {
        Some(kind) if kind == *b"grid" => references(meta, b"dimg", item).first().copied().unwrap_or(item),
        _ => item,
    }
}

impl Tiles {
    /// None if they are in places or of kinds that are not understood.
    fn of_items(meta: &[u8], start: u64, columns: usize, items: &[u32]) -> Option<Self> {
        let pieces: Option<Vec<_>> = items.iter().map(|item| pieces(meta, start, *item)).collect();
        let property = |item: u32, wanted: &[u8; 4]| {
            let found = properties::of_item(meta, item)?.into_iter().find(|(kind, _)| kind == wanted)?;
            Some(found.1)
        };
        let first = items.first().copied()?;
        let hevc = property(first, b"hvcC");
        let is_alike = hevc.is_none() || items.iter().all(|item| property(*item, b"hvcC") == hevc);
        let sides = property(first, b"ispe").and_then(|body| Some((be32(body, 4)?, be32(body, 8)?)));
        is_alike.then_some(Self { columns, pieces: pieces?, hevc: hevc.unwrap_or_default().to_vec(), sides })
    }
}

fn tiles(source: &mut HeaderReader<'_>, meta: &[u8], start: u64, item: u32) -> Result<Tiles, Error> {
    if item_type(meta, item) != Some(*b"grid") {
        return Ok(Tiles::of_items(meta, start, 1, &[item]).unwrap_or_default());
    }
    let Some(first) = pieces(meta, start, item).and_then(|pieces| pieces.into_iter().next()) else {
        return Ok(Tiles::default());
    };
    let grid = source.read_up_to(first.start, GRID_BYTES as usize)?;
    let [_, _, rows, columns, ..] = grid[..] else {
        return Ok(Tiles::default());
    };
    let (rows, columns) = (usize::from(rows) + 1, usize::from(columns) + 1);
    let items = references(meta, b"dimg", item);
    if items.len() != rows * columns || items.len() > MAX_TILES {
        return Ok(Tiles::default());
    }
    Ok(Tiles::of_items(meta, start, columns, &items).unwrap_or_default())
}

/// Says whether the primary item has alpha.
pub(super) fn has_alpha(meta: &[u8], primary: u32) -> bool {
    alpha_of(meta, primary).is_some() || alpha_of_tiles(meta, primary).is_some()
}

/// Returns the auxiliary item that is an item's alpha.
fn alpha_of(meta: &[u8], item: u32) -> Option<u32> {
    all_references(meta)
        .find(|(kind, from, to)| kind == b"auxl" && to.contains(&item) && properties::is_alpha(meta, *from))
        .map(|(_, from, _)| from)
}

/// Returns the alpha of each tile of a grid, if all have one: it may hang on them instead of the
/// grid.
fn alpha_of_tiles(meta: &[u8], grid: u32) -> Option<Vec<u32>> {
    if item_type(meta, grid)? != *b"grid" {
        return None;
    }
    let tiles = references(meta, b"dimg", grid);
    let auxiliary: Vec<_> = all_references(meta).filter(|(kind, ..)| kind == b"auxl").collect();
    let alpha_of = |tile: &u32| {
        let mut of_tile = auxiliary.iter().filter(|(_, _, to)| to.contains(tile)).map(|(_, from, _)| *from);
        of_tile.find(|item| properties::is_alpha(meta, *item))
    };
    let whole = !tiles.is_empty() && tiles.len() <= MAX_TILES;
    whole.then(|| tiles.iter().map(alpha_of).collect()).flatten()
}

fn references(meta: &[u8], kind: &[u8; 4], from: u32) -> Vec<u32> {
    all_references(meta).find(|(found, item, _)| found == kind && *item == from).map_or(Vec::new(), |(_, _, to)| to)
}

/// `iref`, section 8.11.12: kind, from, to.
fn all_references(meta: &[u8]) -> impl Iterator<Item = ([u8; 4], u32, Vec<u32>)> {
    let body = child(meta, b"iref").unwrap_or_default();
    let wide = body.first() == Some(&1);
    boxes(body.get(4..).unwrap_or_default()).filter_map(move |(kind, body)| {
        let id = |at: usize| if wide { be32(body, at) } else { be16(body, at).map(u32::from) };
        let len = if wide { 4 } else { 2 };
        let count = usize::from(be16(body, len)?);
        let to: Option<Vec<u32>> = (0..count).map(|index| id(len + 2 + index * len)).collect();
        Some((kind, id(0)?, to?))
    })
}

/// `iinf`, section 8.11.6.
fn item_type(meta: &[u8], item: u32) -> Option<[u8; 4]> {
    let body = child(meta, b"iinf")?;
    let entries = if body.first()? == &0 { 6 } else { 8 };
    boxes(body.get(entries..)?).find_map(|(_, entry)| {
        let (id, kind) = match entry.first()? {
            2 => (u32::from(be16(entry, 4)?), 8),
            3 => (be32(entry, 4)?, 10),
            _ => return None,
        };
        (id == item).then(|| entry.get(kind..kind + 4)?.try_into().ok()).flatten()
    })
}

/// `iloc`, section 8.11.3, of items in the file itself or in `idat`.
fn pieces(meta: &[u8], start: u64, item: u32) -> Option<Vec<Range<u64>>> {
    let body = child(meta, b"iloc")?;
    let version = *body.first()?;
    let [sizes, more] = *body.get(4..6)? else {
        return None;
    };
    let (offset_len, length_len, base_len) = (sizes >> 4, sizes & 15, more >> 4);
    let index_len = if version == 0 { 0 } else { more & 15 };
    let mut fields = Fields { bytes: body, at: 6 };
    let count = fields.take(if version < 2 { 2 } else { 4 })?;
    for _ in 0..count {
        let id = fields.take(if version < 2 { 2 } else { 4 })?;
        let method = if version == 0 { 0 } else { fields.take(2)? & 15 };
        let _reference = fields.take(2)?;
        let base = fields.take(base_len)?;
        let extents = fields.take(2)?;
        let mut pieces = Vec::new();
        for _ in 0..extents {
            let _index = fields.take(index_len)?;
            let (offset, length) = (fields.take(offset_len)?, fields.take(length_len)?);
            let origin = match method {
                0 => 0,
                1 => start + within(meta, child(meta, b"idat")?),
                _ => return None,
            };
            if pieces.len() == MAX_EXTENTS {
                return None;
            }
            let first = base.checked_add(offset)?.checked_add(origin)?;
            pieces.push(first..first.checked_add(length)?);
        }
        if id == u64::from(item) {
            return Some(pieces);
        }
    }
    None
}

/// Returns where in `whole` its part begins.
fn within(whole: &[u8], part: &[u8]) -> u64 {
    (part.as_ptr().addr() - whole.as_ptr().addr()) as u64
}

/// Numbers of given lengths one after the other.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Fields<'_> {
    fn take(&mut self, len: u8) -> Option<u64> {
        let end = self.at.checked_add(usize::from(len))?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        if len > 8 {
            return None;
        }
        Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_and_numbers_stand_beside_each_other_in_any_order() {
        let boxes: [&[u8]; 2] = [b"profPROFILE", b"nclx\0\x09\0\x10\0\x06\x80"];
        let coded = CodedColour { primaries: 9, transfer: 16, matrix: 6, full_range: true };
        let expected = HeifColour { coded: Some(coded), profile: Some(b"PROFILE".to_vec()) };
        for order in [[0, 1], [1, 0]] {
            let mut colour = HeifColour::default();
            order.into_iter().for_each(|index: usize| colour.read(boxes[index]));
            assert_eq!(colour, expected);
        }
    }
}
