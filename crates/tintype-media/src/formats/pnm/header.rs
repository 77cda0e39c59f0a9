//! Netpbm headers: `pbm(5)`, `pgm(5)`, `ppm(5)`, `pam(5)`, and PFM.

use crate::frame::Samples;
use crate::header::Header;
use crate::reader::HeaderReader;
use crate::rows::Order;
use crate::{ColourMode, Error, Format};

/// A header with comments fits; one that does not is none.
pub(super) const MAX_HEADER_BYTES: usize = 16 << 10;

/// `P1` begins many a text, so white space or a comment has to follow.
pub(super) fn is_netpbm(head: &[u8]) -> bool {
    matches!(head, [b'P', b'1'..=b'7' | b'f' | b'F', space, ..] if space.is_ascii_whitespace() || *space == b'#')
}

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, MAX_HEADER_BYTES)?;
    let parsed = parse(&head).ok_or_else(|| Error::malformed(Format::Pnm, "header is not readable"))?;
    let mut header = Header::new(Format::Pnm, parsed.width, parsed.height, parsed.mode);
    header.samples = match (parsed.mode, parsed.channels) {
        (ColourMode::Cmyk, _) => Samples::Cmyk,
        (_, 1) => Samples::Grey,
        (_, 2) => Samples::GreyAlpha,
        (_, 3) => Samples::Rgb,
        _ => Samples::Rgba,
    };
    // A row as stored, and as sixteen bits.
    header.frame_bytes_per_pixel = 0;
    header.scratch_bytes = u64::from(parsed.width) * parsed.channels * 6 + (1 << 17);
    if matches!(parsed.kind, b'f' | b'F') {
        header.order = Order::Up;
    }
    Ok(header)
}

pub(super) struct Parsed {
    /// The character after `P`.
    pub(super) kind: u8,
    width: u32,
    height: u32,
    mode: ColourMode,
    channels: u64,
    pub(super) max_value: u32,
    /// Where the pixels begin.
    pub(super) data_offset: usize,
    /// PFM only: negative means little-endian.
    pub(super) scale: f64,
}

/// Reads `P1` to `P6`, `Pf` and `PF`: words between white space, comments from `#` to the end of
/// the line; and `P7`.
pub(super) fn parse(head: &[u8]) -> Option<Parsed> {
    let kind = *head.get(1)?;
    if kind == b'7' {
        return parse_pam(head);
    }
    let mut words = Words { bytes: head, offset: 2 };
    let width = words.next()?.parse().ok()?;
    let height = words.next()?.parse().ok()?;
    let mut scale = 1.0;
    let max_value = match kind {
        b'1' | b'4' => 1,
        b'f' | b'F' => {
            scale = words.next()?.parse().ok()?;
            65_536
        }
        _ => words.next()?.parse().ok()?,
    };
    let (mode, channels) = match kind {
        b'1' | b'4' => (ColourMode::Bilevel, 1),
        b'2' | b'5' if max_value > 255 => (ColourMode::Integer, 1),
        b'2' | b'5' => (ColourMode::Grey, 1),
        b'3' | b'6' => (ColourMode::Rgb, 3),
        b'f' => (ColourMode::Float, 1),
        b'F' => (ColourMode::Rgb, 3),
        _ => return None,
    };
    Some(Parsed { kind, width, height, mode, channels, max_value, data_offset: words.offset + 1, scale })
}

fn parse_pam(head: &[u8]) -> Option<Parsed> {
    let end = head.windows(7).position(|window| window == b"ENDHDR\n")?;
    let text = std::str::from_utf8(&head[..end]).ok()?;
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let (name, value) = line.trim().split_once(char::is_whitespace)?;
            (name == key).then(|| value.trim())
        })
    };
    let max_value: u32 = value("MAXVAL")?.parse().ok()?;
    let depth: u64 = value("DEPTH")?.parse().ok()?;
    let mode = match depth {
        1 if max_value == 1 => ColourMode::Bilevel,
        1 if max_value > 255 => ColourMode::Integer,
        1 => ColourMode::Grey,
        2 => ColourMode::GreyAlpha,
        3 => ColourMode::Rgb,
        4 if value("TUPLTYPE").is_some_and(|kind| kind.starts_with("CMYK")) => ColourMode::Cmyk,
        4 => ColourMode::Rgba,
        _ => return None,
    };
    let (width, height) = (value("WIDTH")?.parse().ok()?, value("HEIGHT")?.parse().ok()?);
    Some(Parsed { kind: b'7', width, height, mode, channels: depth, max_value, data_offset: end + 7, scale: 1.0 })
}

struct Words<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        loop {
            match self.bytes.get(self.offset)? {
                b'#' => {
                    self.offset += self.bytes[self.offset..].iter().position(|byte| matches!(byte, b'\n' | b'\r'))?
                }
                byte if byte.is_ascii_whitespace() => self.offset += 1,
                _ => break,
            }
        }
        let start = self.offset;
        let len = self.bytes[start..].iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'#')?;
        self.offset += len;
        std::str::from_utf8(&self.bytes[start..self.offset]).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_begins_like_a_pixmap_is_none() {
        assert!(!is_netpbm(b"P100 is not a pixmap"));
        assert!(is_netpbm(b"P1#"));
    }
}
