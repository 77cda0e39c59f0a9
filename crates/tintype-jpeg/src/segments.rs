//! The file as a sequence of marker segments, and what single segments say.

use crate::{Error, codes::Definition, stuffing::find_marker};

pub(crate) const APP0: u8 = 0xE0;
pub(crate) const SOF0: u8 = 0xC0;
pub(crate) const SOI: u8 = 0xD8;
pub(crate) const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const DQT: u8 = 0xDB;
pub(crate) const DHT: u8 = 0xC4;
pub(crate) const DRI: u8 = 0xDD;
pub(crate) const DNL: u8 = 0xDC;

/// A marker with its parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// Where the marker stands, in bytes from the start of the file.
    pub(crate) offset: usize,
    /// The parameters without their length; empty for markers that have none.
    pub(crate) body: &'a [u8],
}

impl<'a> Segment<'a> {
    pub(crate) fn corrupt(&self, what: &'static str) -> Error {
        Error::Corrupt { what, offset: self.offset }
    }

    /// Where what follows the parameters begins.
    pub(crate) fn end(&self) -> usize {
        self.offset + 4 + self.body.len()
    }
}

/// Walks from segment to segment. Bytes between them are skipped, as libjpeg does. Ends at the end
/// of the image or of the data, whichever comes first; a segment that the data cut off is left out.
#[derive(Debug, Clone)]
pub(crate) struct Segments<'a> {
    data: &'a [u8],
    at: usize,
    ended_by_marker: bool,
}

impl<'a> Segments<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Result<Self, Error> {
        match data {
            [0xFF, SOI, ..] => Ok(Self { data, at: 2, ended_by_marker: false }),
            _ => Err(Error::NotJpeg),
        }
    }

    /// Continues at byte `at`, which is where a scan ended.
    pub(crate) fn resume(&mut self, at: usize) {
        self.at = at;
    }

    /// Whether an end-of-image marker has been met.
    pub(crate) fn ended_by_marker(&self) -> bool {
        self.ended_by_marker
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        loop {
            let offset = find_marker(self.data, self.at)?;
            let marker = *self.data.get(offset + 1)?;
            match marker {
                EOI => {
                    self.ended_by_marker = true;
                    return None;
                }
                // TEM, restart markers, start of image: without parameters and of no interest.
                0x01 | 0xD0..=SOI => self.at = offset + 2,
                _ => {
                    let length = self.data.get(offset + 2..)?.first_chunk::<2>()?;
                    let end = offset + 2 + usize::from(u16::from_be_bytes(*length));
                    // A length below 2 is nonsense; go on behind it.
                    let end = end.max(offset + 4);
                    let body = self.data.get(offset + 4..end)?;
                    self.at = end;
                    return Some(Segment { marker, offset, body });
                }
            }
        }
    }
}

/// Quantisation tables in natural order, by their number.
pub(crate) type Quantisation = [Option<[u16; 64]>; 4];

/// Reads a DQT segment.
pub(crate) fn read_quantisation(segment: &Segment<'_>, tables: &mut Quantisation) -> Result<(), Error> {
    let mut body = segment.body;
    while let Some((&head, rest)) = body.split_first() {
        let wide = head >> 4 != 0;
        let table = tables
            .get_mut(usize::from(head & 15))
            .ok_or_else(|| segment.corrupt("a quantisation table number over 3"))?;
        let size = if wide { 128 } else { 64 };
        let (values, rest) =
            rest.split_at_checked(size).ok_or_else(|| segment.corrupt("a quantisation table that is cut off"))?;
        let mut natural = [0; 64];
        for (k, &place) in crate::block::ZIGZAG.iter().enumerate() {
            natural[usize::from(place)] =
                if wide { u16::from_be_bytes([values[2 * k], values[2 * k + 1]]) } else { u16::from(values[k]) };
        }
        *table = Some(natural);
        body = rest;
    }
    Ok(())
}

/// Huffman tables, by their number.
#[derive(Default)]
pub(crate) struct Huffman {
    pub(crate) dc: [Option<Definition>; 4],
    pub(crate) ac: [Option<Definition>; 4],
}

/// Reads a DHT segment.
pub(crate) fn read_huffman(segment: &Segment<'_>, tables: &mut Huffman) -> Result<(), Error> {
    let mut body = segment.body;
    while let Some((&head, rest)) = body.split_first() {
        let (counts, rest) =
            rest.split_first_chunk::<16>().ok_or_else(|| segment.corrupt("a Huffman table that is cut off"))?;
        let total: usize = counts.iter().map(|&n| usize::from(n)).sum();
        if total > 256 {
            return Err(segment.corrupt("a Huffman table of more than 256 symbols"));
        }
        let (symbols, rest) =
            rest.split_at_checked(total).ok_or_else(|| segment.corrupt("a Huffman table that is cut off"))?;
        let class = match head >> 4 {
            0 => &mut tables.dc,
            1 => &mut tables.ac,
            _ => return Err(segment.corrupt("a Huffman table class over 1")),
        };
        let table =
            class.get_mut(usize::from(head & 15)).ok_or_else(|| segment.corrupt("a Huffman table number over 3"))?;
        *table = Some(Definition { counts: *counts, symbols: symbols.to_vec() });
        body = rest;
    }
    Ok(())
}

/// The restart interval of a DRI segment, in MCUs.
pub(crate) fn read_restart_interval(segment: &Segment<'_>) -> Result<u16, Error> {
    match segment.body {
        [high, low, ..] => Ok(u16::from_be_bytes([*high, *low])),
        _ => Err(segment.corrupt("a restart interval that is cut off")),
    }
}

/// What a SOS segment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScanHeader {
    /// Index of the component in the frame and numbers of its DC and AC tables.
    pub(crate) components: Vec<(usize, usize, usize)>,
    /// First and last index in zigzag order.
    pub(crate) band: (u8, u8),
    /// Point transform of the scan before that this one refines; 0 for a first scan.
    pub(crate) high: u8,
    /// Point transform of this scan.
    pub(crate) low: u8,
}

/// Reads a SOS segment; `ids` are the identifiers of the frame's components.
pub(crate) fn read_scan(segment: &Segment<'_>, ids: &[u8]) -> Result<ScanHeader, Error> {
    let cut_off = || segment.corrupt("a scan header that is cut off");
    let (&count, rest) = segment.body.split_first().ok_or_else(cut_off)?;
    if count == 0 || count > 4 {
        return Err(segment.corrupt("a scan of no or of more than four components"));
    }
    let (selectors, rest) = rest.split_at_checked(2 * usize::from(count)).ok_or_else(cut_off)?;
    let mut components: Vec<(usize, usize, usize)> = Vec::with_capacity(4);
    for selector in selectors.chunks_exact(2) {
        let index = (0..ids.len())
            .find(|&i| ids[i] == selector[0] && components.iter().all(|&(used, ..)| used != i))
            .ok_or_else(|| segment.corrupt("a scan of an unknown component"))?;
        let (dc, ac) = (selector[1] >> 4, selector[1] & 15);
        if dc > 3 || ac > 3 {
            return Err(segment.corrupt("a Huffman table number over 3"));
        }
        components.push((index, dc.into(), ac.into()));
    }
    let &[first, last, point, ..] = rest else {
        return Err(cut_off());
    };
    Ok(ScanHeader { components, band: (first, last), high: point >> 4, low: point & 15 })
}
