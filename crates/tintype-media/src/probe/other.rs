//! Formats whose header takes a few lines.

use super::{Header, Headers, need};
use crate::frame::Samples;
use crate::{ColourMode, Error, Format};

/// `qoiformat.org`, page 1.
pub(super) fn qoi(source: &mut Headers<'_>) -> Result<Header, Error> {
    let bytes: [u8; 13] = need(source, Format::Qoi, 0)?;
    let mode = if bytes[12] == 3 { ColourMode::Rgb } else { ColourMode::Rgba };
    let mut header = Header::new(Format::Qoi, be32(&bytes, 4), be32(&bytes, 8), mode);
    header.frame_bytes_per_pixel = bytes[12].clamp(3, 4).into();
    header.samples = if bytes[12] == 3 { Samples::Rgb } else { Samples::Rgba };
    header.scratch_bytes = u64::from(header.width) * 8 + (1 << 17);
    Ok(header)
}

/// Adobe Photoshop File Formats Specification, "File Header Section".
pub(super) fn psd(source: &mut Headers<'_>) -> Result<Header, Error> {
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

/// ISO/IEC 15444-1, annex A.5.1 (`SIZ`) and annex I.5.3.1 (`ihdr`).
pub(super) fn jp2(source: &mut Headers<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, 4096)?;
    let (width, height, components) = if let Some(at) = head.windows(4).position(|window| window == b"ihdr") {
        let body = head.get(at + 4..at + 14).ok_or_else(|| cut(Format::Jp2))?;
        (be32(body, 4), be32(body, 0), u16::from_be_bytes([body[8], body[9]]))
    } else {
        let body = head.get(8..42).filter(|_| head.starts_with(b"\xFF\x4F")).ok_or_else(|| cut(Format::Jp2))?;
        let side = |end: usize, start: usize| be32(body, end).saturating_sub(be32(body, start));
        (side(0, 8), side(4, 12), u16::from_be_bytes([body[32], body[33]]))
    };
    let deep = head
        .windows(4)
        .position(|window| window == b"ihdr")
        .and_then(|at| head.get(at + 14))
        .is_some_and(|depth| depth & 0x7F > 7);
    // Enumerated colour space 12.
    let inks = head.windows(11).any(|window| window == b"colr\x01\0\0\0\0\0\x0C");
    let mode = match components {
        1 if deep => ColourMode::Grey16,
        1 => ColourMode::Grey,
        2 => ColourMode::GreyAlpha,
        4 if inks => ColourMode::Cmyk,
        4 => ColourMode::Rgba,
        _ => ColourMode::Rgb,
    };
    Ok(Header::new(Format::Jp2, width, height, mode))
}

fn cut(format: Format) -> Error {
    Error::malformed(format, "header is cut short")
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
