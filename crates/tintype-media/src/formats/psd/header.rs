use crate::header::{Header, be32, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

/// Adobe Photoshop File Formats Specification, "File Header Section".
pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let bytes: [u8; 26] = need(source, Format::Psd, 0)?;
    let channels = u16::from_be_bytes([bytes[12], bytes[13]]);
    let mode = match (u16::from_be_bytes([bytes[24], bytes[25]]), channels) {
        (0, _) => ColourMode::Bilevel,
        (1 | 8, _) => ColourMode::Grey,
        (2, _) => ColourMode::Palette,
        (3, 4..) => ColourMode::Rgba,
        (4, _) => ColourMode::Cmyk,
        (7, _) => ColourMode::Grey,
        (9, _) => ColourMode::Lab,
        _ => ColourMode::Rgb,
    };
    Ok(Header::new(Format::Psd, be32(&bytes, 18), be32(&bytes, 14), mode))
}
