use crate::frame::Samples;
use crate::header::{Header, be32};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

/// ISO/IEC 15444-1, annex A.5.1 (`SIZ`) and annex I.5.3.1 (`ihdr`).
pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, 4096)?;
    // Depths are less one, with a sign bit above.
    let (width, height, components, depth) = if let Some(at) = head.windows(4).position(|window| window == b"ihdr") {
        let body = head.get(at + 4..at + 15).ok_or_else(cut)?;
        (be32(body, 4), be32(body, 0), u16::from_be_bytes([body[8], body[9]]), body[10])
    } else {
        let body = head.get(8..43).filter(|_| head.starts_with(b"\xFF\x4F")).ok_or_else(cut)?;
        let side = |end: usize, start: usize| be32(body, end).saturating_sub(be32(body, start));
        (side(0, 8), side(4, 12), u16::from_be_bytes([body[32], body[33]]), body[34])
    };
    let deep = depth & 0x7F > 7;
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
    let mut header = Header::new(Format::Jp2, width, height, mode);
    header.scratch_bytes = source.len();
    // The columns of a palette are colours.
    let has_palette = head.windows(4).any(|window| window == b"pclr");
    header.samples = match mode {
        _ if has_palette => Samples::Rgba,
        ColourMode::Grey | ColourMode::Grey16 => Samples::Grey,
        ColourMode::GreyAlpha => Samples::GreyAlpha,
        ColourMode::Rgb => Samples::Rgb,
        ColourMode::Cmyk => Samples::Cmyk,
        _ => Samples::Rgba,
    };
    Ok(header)
}

fn cut() -> Error {
    Error::malformed(Format::Jp2, "header is cut short")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_bare_code_stream_of_one_component_over_eight_bits_is_of_sixteen() {
        for (bits, mode) in [(8, ColourMode::Grey), (9, ColourMode::Grey16), (16, ColourMode::Grey16)] {
            let sides = [64, 48, 0, 0, 64, 48, 0, 0].map(u32::to_be_bytes).concat();
            let file = [&b"\xFF\x4F\xFF\x51\0\x29\0\0"[..], &sides, &[0, 1, bits - 1, 1, 1]].concat();
            let mut file = Cursor::new(file);
            let header = read(&mut HeaderReader::new(&mut file).unwrap()).unwrap();
            assert_eq!((header.width, header.height, header.mode), (64, 48, mode));
        }
    }
}
