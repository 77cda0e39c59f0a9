//! What has to stand behind the signatures of pictures, and what names choose among them.

use std::io;

use super::detected::Detected;
use super::extension;
use super::file::{Bytes, File};
use super::kind::Kind;
use super::types::*;
use crate::Format;

/// Says whether a picture's header bears out its signature.
pub(super) fn confirm(format: Format, file: &mut File<'_>, head: &[u8], extension: &str) -> io::Result<bool> {
    let bytes = Bytes(head);
    Ok(match format {
        Format::Jpeg => bytes.byte(3).is_none_or(|marker| marker >= 0xC0 && marker != 0xF7),
        Format::Qoi => {
            bytes.be_in(4, 4, 1..) && bytes.be_in(8, 4, 1..) && bytes.be_in(12, 1, 3..=4) && bytes.be_in(13, 1, ..=1)
        }
        Format::Psd => bytes.has(6, &[0; 6]) && bytes.be_in(12, 2, 1..=56) && bytes.be_in(22, 2, 1..=32),
        Format::Gif => {
            // After the colours comes a block, or a zero that some writers leave.
            let colours = bytes.byte(10).map_or(0, |flags| if flags & 0x80 == 0 { 0 } else { 6 << (flags & 7) });
            matches!(bytes.byte(13 + colours), None | Some(0 | 0x21 | 0x2C | 0x3B))
        }
        Format::Tiff => is_tiff(file, bytes, extension)?,
        Format::Ico => {
            // A bitmap's header, or a PNG.
            let start = file.read_up_to(bytes.le(18, 4).unwrap_or_default(), 4)?;
            matches!(start.as_slice(), [12 | 40, 0, 0, 0] | b"\x89PNG")
        }
        Format::Pnm => netpbm(head).is_some(),
        Format::Icns => bytes.be_in(4, 4, 8..=file.len()),
        // Motion JPEG 2000 is a film.
        Format::Jp2 => !bytes.has(20, b"mjp2"),
        _ => true,
    })
}

/// A directory of entries whose types were ever defined. Where it lies beyond the end of a file
/// that was cut short, the name has to be one.
fn is_tiff(file: &mut File<'_>, bytes: Bytes<'_>, extension: &str) -> io::Result<bool> {
    let little = bytes.has(0, b"II");
    let number = |bytes: Bytes<'_>, at, count| if little { bytes.le(at, count) } else { bytes.be(at, count) };
    let wide = number(bytes, 2, 2) == Some(43);
    if wide && number(bytes, 4, 4) != Some(if little { 8 } else { 0x8_0000 }) {
        return Ok(false);
    }
    let offset = if wide { number(bytes, 8, 8) } else { number(bytes, 4, 4) };
    let Some(offset) = offset.filter(|offset| *offset >= 8) else {
        return Ok(false);
    };
    let count_len = if wide { 8 } else { 2 };
    let directory = file.read_up_to(offset, count_len + 4)?;
    if directory.len() < count_len + 4 {
        let named = matches!(extension, "tif" | "tiff") || extension::choose(extension::TIFF, extension).is_some();
        return Ok(named);
    }
    let directory = Bytes(&directory);
    let entries = number(directory, 0, count_len).is_some_and(|count| (1..=4096).contains(&count));
    Ok(entries && number(directory, count_len + 2, 2).is_some_and(|kind| (1..=18).contains(&kind)))
}

/// Says whether a text is a Netpbm picture: all numbers, or of just the length that raw pixels
/// take.
pub(super) fn is_netpbm_text(head: &[u8], len: u64) -> bool {
    let Some(header) = netpbm(head) else {
        return false;
    };
    if let Some(raw) = header.raw_bytes {
        return len == header.len as u64 + raw;
    }
    let comments = head[header.len..].split(|byte| *byte == b'\n').map(|line| line.split(|byte| *byte == b'#').next());
    let mut samples = comments
        .flatten()
        .flat_map(|line| line.split(u8::is_ascii_whitespace))
        .filter(|word| !word.is_empty())
        .peekable();
    samples.peek().is_some() && samples.all(|sample| sample.iter().all(u8::is_ascii_digit))
}

struct Netpbm {
    /// Where the samples begin.
    len: usize,
    /// What they take where they are not written as numbers.
    raw_bytes: Option<u64>,
}

/// Reads the numbers of a header (`pbm(5)`, `pgm(5)`, `ppm(5)`, `pam(5)`, PFM).
fn netpbm(head: &[u8]) -> Option<Netpbm> {
    let kind = *head.get(1)?;
    if kind == b'7' {
        let end = head.windows(7).position(|window| window == b"ENDHDR\n")?;
        let field = |name: &str| -> Option<u64> {
            let line =
                std::str::from_utf8(&head[..end]).ok()?.lines().find_map(|line| line.trim().strip_prefix(name))?;
            line.trim().parse().ok()
        };
        let sample = if field("MAXVAL")? > 255 { 2 } else { 1 };
        let raw = field("WIDTH")?.checked_mul(field("HEIGHT")?)?.checked_mul(field("DEPTH")?)?.checked_mul(sample)?;
        return Some(Netpbm { len: end + 7, raw_bytes: Some(raw) });
    }
    let mut words = Words { head, at: 2 };
    let (width, height) = (words.number()?, words.number()?);
    let raw = |bits: u64| width.checked_mul(bits)?.div_ceil(8).checked_mul(height);
    let raw_bytes = match kind {
        b'1' => None,
        b'4' => Some(raw(1)?),
        b'f' | b'F' => {
            words.word()?.parse::<f64>().ok().filter(|scale| *scale != 0.0)?;
            Some(raw(if kind == b'F' { 96 } else { 32 })?)
        }
        _ => {
            let most = words.number().filter(|most| (1..=0xFFFF).contains(most))?;
            let bits = if most > 255 { 16 } else { 8 };
            match kind {
                b'5' => Some(raw(bits)?),
                b'6' => Some(raw(3 * bits)?),
                _ => None,
            }
        }
    };
    Some(Netpbm { len: (words.at + 1).min(head.len()), raw_bytes })
}

/// Words between blanks, and comments from `#` to the end of the line.
struct Words<'a> {
    head: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    fn word(&mut self) -> Option<&'a str> {
        loop {
            match self.head.get(self.at)? {
                b'#' => self.at += self.head[self.at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'))?,
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => break,
            }
        }
        let rest = &self.head[self.at..];
        let len = rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'#').unwrap_or(rest.len());
        self.at += len;
        std::str::from_utf8(&rest[..len]).ok()
    }

    fn number(&mut self) -> Option<u64> {
        let word = self.word()?;
        word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok())?
    }
}

/// Some formats share a signature and differ by name only in how they are called.
pub(super) fn by_name(format: Format, head: &[u8], extension: &str) -> Detected {
    let chosen = match (format, extension) {
        (Format::Heif, "heic" | "heics") => Some(HEIC),
        (Format::Pnm, "pbm") => Some(PBM),
        (Format::Pnm, "pgm") => Some(PGM),
        (Format::Pnm, "ppm") => Some(PPM),
        (Format::Tiff, _) if Bytes(head).has(8, b"CR") => Some(CR2),
        (Format::Tiff, _) => extension::choose(extension::TIFF, extension),
        _ => None,
    };
    chosen.unwrap_or(Detected::new(Kind::Image, format.mime_type()))
}
