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
    header.scratch_bytes = source.len();
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

/// ISO/IEC 18181-1, annex D.2 (`SizeHeader`); a container's code stream is looked for in its first bytes.
pub(super) fn jxl(source: &mut Headers<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, 4096)?;
    let stream = if head.starts_with(&[0xFF, 0x0A]) {
        Some(2)
    } else {
        let whole = head.windows(6).position(|window| window == b"jxlc\xFF\x0A").map(|at| at + 6);
        // A partial code stream has a four-byte index first.
        whole.or_else(|| head.windows(4).position(|window| window == b"jxlp").map(|at| at + 10))
    };
    let mut bits = Bits { bytes: stream.and_then(|at| head.get(at..)).ok_or_else(|| cut(Format::Jxl))?, offset: 0 };
    let (width, height) = bits.jxl_size().ok_or_else(|| cut(Format::Jxl))?;
    Ok(Header::new(Format::Jxl, width, height, ColourMode::Rgb))
}

/// Says whether the text begins as an SVG document: after a byte order mark, declarations and comments, `<svg`.
pub(super) fn is_svg(source: &mut Headers<'_>) -> Result<bool, Error> {
    let head = source.read_up_to(0, 8192)?;
    let mut rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head).trim_ascii_start();
    loop {
        let end: &[u8] = if rest.starts_with(b"<!--") {
            b"-->"
        } else if rest.starts_with(b"<?") {
            b"?>"
        } else if rest.len() > 9 && rest[..9].eq_ignore_ascii_case(b"<!doctype") {
            // An internal subset holds `>` of its own; the document may also begin right after it.
            if rest[..rest.len().min(200)].contains(&b'[') { b"]>" } else { b">" }
        } else {
            break;
        };
        let Some(at) = rest.windows(end.len()).position(|window| window == end) else {
            return Ok(false);
        };
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    Ok(rest.starts_with(b"<svg")
        && rest.get(4).is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
        || rest.starts_with(b"<svg:svg"))
}

fn cut(format: Format) -> Error {
    Error::malformed(format, "header is cut short")
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Bits from the least significant upwards.
struct Bits<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for index in 0..count {
            let byte = *self.bytes.get(self.offset / 8)?;
            value |= u32::from(byte >> (self.offset % 8) & 1) << index;
            self.offset += 1;
        }
        Some(value)
    }

    fn jxl_size(&mut self) -> Option<(u32, u32)> {
        let small = self.take(1)? == 1;
        let height = self.jxl_side(small)?;
        let (numerator, denominator) = match self.take(3)? {
            0 => return Some((self.jxl_side(small)?, height)),
            1 => (1, 1),
            2 => (12, 10),
            3 => (4, 3),
            4 => (3, 2),
            5 => (16, 9),
            6 => (5, 4),
            _ => (2, 1),
        };
        let width = u64::from(height) * numerator / denominator;
        Some((u32::try_from(width).ok()?, height))
    }

    fn jxl_side(&mut self, small: bool) -> Option<u32> {
        if small {
            return Some((self.take(5)? + 1) * 8);
        }
        let count = [9, 13, 18, 30][self.take(2)? as usize];
        Some(self.take(count)? + 1)
    }
}
