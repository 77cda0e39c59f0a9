//! ZSoft's Technical Reference Manual, revision 5.

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

/// Where the pixels begin.
pub(super) const HEADER_BYTES: u64 = 128;
/// A mark and 256 colours, which end the file.
pub(super) const PALETTE_BYTES: u64 = 1 + 3 * 256;

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let bytes: [u8; HEADER_BYTES as usize] = need(source, Format::Pcx, 0)?;
    let fields = Fields::parse(&bytes).ok_or_else(|| Error::malformed(Format::Pcx, "header contradicts itself"))?;
    let palette = match source.len().checked_sub(PALETTE_BYTES) {
        Some(start) if start >= HEADER_BYTES => source.read_up_to(start, PALETTE_BYTES as usize)?,
        _ => Vec::new(),
    };
    let has_palette = palette.first() == Some(&12);
    let colours = palette.get(1..).unwrap_or_default().chunks_exact(3);
    // Pillow calls a palette grey that is the ramp from black to white.
    let is_grey = colours.enumerate().all(|(index, colour)| colour.iter().all(|light| usize::from(*light) == index));
    let mode = match (fields.bits, fields.planes) {
        (1, 1) => ColourMode::Bilevel,
        (8, 3..) => ColourMode::Rgb,
        (8, _) if !has_palette || is_grey => ColourMode::Grey,
        _ => ColourMode::Palette,
    };
    let mut header = Header::new(Format::Pcx, fields.width, fields.height, mode);
    header.samples = Samples::Rgb;
    header.frame_bytes_per_pixel = 0;
    header.scratch_bytes = u64::from(fields.line) * u64::from(fields.planes) + u64::from(fields.width) * 3 + (1 << 16);
    header.set_detail(PcxLayout { fields, has_palette });
    Ok(header)
}

pub(super) struct PcxLayout {
    pub(super) fields: Fields,
    /// Whether there are 256 colours at the end.
    pub(super) has_palette: bool,
}

pub(super) struct Fields {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits a pixel has in each plane.
    pub(super) bits: u8,
    pub(super) planes: u8,
    /// Bytes in a line of one plane.
    pub(super) line: u16,
    /// Sixteen colours.
    pub(super) palette: [u8; 48],
}

impl Fields {
    /// Returns none for anything but a header of run-length coded pixels whose numbers fit
    /// together.
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let head: &[u8; 68] = head.first_chunk()?;
        let word = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        if !matches!(head, [10, 0 | 2..=5, 1, 1 | 2 | 4 | 8, ..]) {
            return None;
        }
        let width = u32::from(word(8).checked_sub(word(4))?) + 1;
        let height = u32::from(word(10).checked_sub(word(6))?) + 1;
        let (bits, planes, line) = (head[3], head[65], word(66));
        let fits = u32::from(line) * 8 >= width * u32::from(bits);
        let palette = head[16..64].try_into().ok()?;
        ((1..=4).contains(&planes) && fits).then_some(Self { width, height, bits, planes, line, palette })
    }
}
