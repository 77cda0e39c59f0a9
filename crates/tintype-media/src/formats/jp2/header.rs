use crate::header::{Header, be32};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

/// ISO/IEC 15444-1, annex A.5.1 (`SIZ`) and annex I.5.3.1 (`ihdr`).
pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, 4096)?;
    let (width, height, components) = if let Some(at) = head.windows(4).position(|window| window == b"ihdr") {
        let body = head.get(at + 4..at + 14).ok_or_else(cut)?;
        (be32(body, 4), be32(body, 0), u16::from_be_bytes([body[8], body[9]]))
    } else {
        let body = head.get(8..42).filter(|_| head.starts_with(b"\xFF\x4F")).ok_or_else(cut)?;
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

fn cut() -> Error {
    Error::malformed(Format::Jp2, "header is cut short")
}
