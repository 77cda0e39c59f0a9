//! Sequences of pictures (ISO/IEC 23008-12, clause 7), as tracks of ISO/IEC 14496-12.

use super::boxes::{be16, be32, boxes, child};
use super::items::Tiles;

/// The first picture of a sequence.
pub(super) struct Sequence<'a> {
    pub(super) sides: (u32, u32),
    /// Kinds and bodies of what an item would have as properties.
    pub(super) properties: Vec<([u8; 4], &'a [u8])>,
    pub(super) picture: Tiles,
}

impl<'a> Sequence<'a> {
    /// Finds the first track of pictures.
    pub(super) fn find(moov: &'a [u8]) -> Option<Self> {
        boxes(moov).filter(|(kind, _)| kind == b"trak").find_map(|(_, track)| Self::of_track(track))
    }

    fn of_track(track: &'a [u8]) -> Option<Self> {
        let media = child(track, b"mdia")?;
        // The handler comes behind version, flags and four bytes more.
        child(media, b"hdlr")?.get(8..12).filter(|handler| handler == b"pict")?;
        let samples = child(child(media, b"minf")?, b"stbl")?;
        // Version, flags and the number of entries come before the first.
        let (_, entry) = boxes(child(samples, b"stsd")?.get(8..)?).next()?;
        // What every visual sample has (ISO/IEC 14496-12, section 12.1.3).
        let sides = (be16(entry, 24)?.into(), be16(entry, 26)?.into());
        let properties: Vec<_> = boxes(entry.get(78..)?).collect();
        let start = match (child(samples, b"stco"), child(samples, b"co64")) {
            (Some(chunks), _) => be32(chunks, 8)?.into(),
            (None, Some(chunks)) => u64::from(be32(chunks, 8)?) << 32 | u64::from(be32(chunks, 12)?),
            (None, None) => return None,
        };
        let sizes = child(samples, b"stsz")?;
        let len = be32(sizes, 4).filter(|len| *len > 0).or_else(|| be32(sizes, 12)).filter(|len| *len > 0)?;
        let hevc = properties.iter().find(|(kind, _)| kind == b"hvcC").map_or(Vec::new(), |(_, body)| body.to_vec());
        let end = start.checked_add(len.into())?;
        let picture = Tiles { columns: 1, pieces: vec![vec![start..end]], hevc, sides: Some(sides) };
        Some(Self { sides, properties, picture })
    }
}
