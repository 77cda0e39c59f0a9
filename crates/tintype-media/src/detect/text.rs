//! Whether a file reads as text to its end.

use std::io;

use super::extension;
use super::file::File;
use crate::encoding;

/// Bytes that are read one after the other; of what is longer the end is looked at in addition.
const SCANNED_BYTES: u64 = 32 << 20;
const PIECE: usize = 256 << 10;

/// Says whether the file is text: in UTF-8, in UTF-16, or in an encoding of one or two bytes a
/// letter, without control characters. `head` is its beginning.
pub(super) fn is_text(file: &mut File<'_>, head: &[u8], extension: &str) -> io::Result<bool> {
    let mut scanner = Scanner::new(head);
    let mut at = head.len() as u64;
    if !scanner.take(head, at == file.len()) {
        return Ok(false);
    }
    while at < file.len() {
        if at > SCANNED_BYTES {
            let end = file.len() - (PIECE as u64).min(file.len() - at);
            // Stays at an even place, for UTF-16.
            scanner.resume();
            at = end + (end & 1);
        }
        let piece = file.read_up_to(at, PIECE)?;
        at += piece.len() as u64;
        if piece.is_empty() || !scanner.take(&piece, at >= file.len()) {
            return Ok(piece.is_empty());
        }
    }
    Ok(scanner.reads_as_text(extension::is_text(extension)))
}

/// Says whether a beginning has so few control characters, and no zero, that they are slips: more
/// are believed of what is called a text.
pub(super) fn is_nearly_text(head: &[u8], extension: &str) -> bool {
    let most = if extension::is_text(extension) { head.len() / 200 } else { head.len() / 4096 };
    let controls = head.iter().filter(|byte| KINDS[usize::from(**byte)] == CONTROL).count();
    let zeros = head.contains(&0) && !extension::is_text(extension);
    let ascii = head.iter().filter(|byte| byte.is_ascii()).count();
    controls <= most && !zeros && (ascii * 10 >= head.len() * 7 || std::str::from_utf8(head).is_ok())
}

/// Takes a file piece by piece.
enum Scanner {
    Bytes { utf8: bool, cut: Vec<u8>, ascii: u64, blank: u64, len: u64 },
    Units { big_endian: bool, cut: Vec<u8>, half: bool, ascii: u64, len: u64 },
}

impl Scanner {
    fn new(head: &[u8]) -> Self {
        let units = |big_endian| Self::Units { big_endian, cut: Vec::new(), half: false, ascii: 0, len: 0 };
        match encoding::utf16(head) {
            Some(encoding) => units(encoding == encoding_rs::UTF_16BE),
            // Without a mark, Latin text in UTF-16 is every other byte zero.
            None if zeros_at(head, 1) => units(false),
            None if zeros_at(head, 0) => units(true),
            None => Self::Bytes { utf8: true, cut: Vec::new(), ascii: 0, blank: 0, len: 0 },
        }
    }

    /// Says whether the piece may be text.
    fn take(&mut self, piece: &[u8], last: bool) -> bool {
        match self {
            Self::Bytes { utf8, cut, ascii, blank, len } => {
                // DOS ended its texts with a mark.
                let piece = if last { trim_end(piece, 0x1A) } else { piece };
                *len += piece.len() as u64;
                for byte in piece {
                    let kind = KINDS[usize::from(*byte)];
                    if kind == CONTROL {
                        return false;
                    }
                    *ascii += u64::from(kind != HIGH);
                    *blank += u64::from(kind == BLANK);
                }
                *utf8 = *utf8 && continues_utf8(cut, piece);
                true
            }
            Self::Units { big_endian, cut, half, ascii, len } => {
                let bytes = [cut.as_slice(), piece].concat();
                let (units, rest) = bytes.as_chunks::<2>();
                *cut = rest.to_vec();
                let units = units
                    .iter()
                    .map(|unit| if *big_endian { u16::from_be_bytes(*unit) } else { u16::from_le_bytes(*unit) });
                for unit in units {
                    *len += 1;
                    *ascii += u64::from(unit < 0x80);
                    let low = matches!(unit, 0xDC00..=0xDFFF);
                    let control = unit < 0x20 && !matches!(unit, 0x09 | 0x0A | 0x0C | 0x0D | 0x1A);
                    if control || low != *half || matches!(unit, 0xE000..=0xF8FF | 0xFFFE | 0xFFFF) {
                        return false;
                    }
                    *half = matches!(unit, 0xD800..=0xDBFF);
                }
                true
            }
        }
    }

    /// Forgets where a piece was cut: the next one does not follow it.
    fn resume(&mut self) {
        match self {
            Self::Bytes { cut, .. } => *cut = vec![SKIP],
            Self::Units { cut, half, .. } => {
                cut.clear();
                *half = false;
            }
        }
    }

    fn reads_as_text(&self, named: bool) -> bool {
        match self {
            Self::Bytes { utf8: true, .. } => true,
            // A legacy encoding: mostly Latin letters, or as many blanks as a text has.
            Self::Bytes { ascii, blank, len, .. } => {
                named || ascii * 10 >= len * 7 || (*len >= 64 && blank * 50 >= *len)
            }
            Self::Units { ascii, len, .. } => *len > 1 && (named || *len >= 32 || *ascii > 0),
        }
    }
}

/// Stands for the bytes of a letter whose beginning was not read.
const SKIP: u8 = 0xFF;

/// Says whether a piece goes on in UTF-8, and keeps the beginning of a letter that it ends in.
fn continues_utf8(cut: &mut Vec<u8>, piece: &[u8]) -> bool {
    let joined;
    let mut bytes = piece;
    if cut.as_slice() == [SKIP] {
        let skipped = piece.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
        bytes = &piece[skipped..];
    } else if !cut.is_empty() {
        joined = [cut.as_slice(), piece].concat();
        bytes = &joined;
    }
    let rest = match std::str::from_utf8(bytes) {
        Ok(_) => &[],
        Err(error) if error.error_len().is_none() => &bytes[error.valid_up_to()..],
        Err(_) => return false,
    };
    *cut = rest.to_vec();
    true
}

fn trim_end(mut piece: &[u8], mark: u8) -> &[u8] {
    while let Some(rest) = piece.strip_suffix(&[mark]) {
        piece = rest;
    }
    piece
}

/// Says whether the bytes at every other place, from `first`, are zero and the others letters.
fn zeros_at(head: &[u8], first: usize) -> bool {
    let (units, _) = head[..head.len().min(4096)].as_chunks::<2>();
    let latin = units.iter().filter(|unit| unit[first] == 0 && unit[1 - first] != 0).count();
    units.len() >= 4 && latin * 4 >= units.len() * 3
}

const CONTROL: u8 = 0;
const BLANK: u8 = 1;
const ASCII: u8 = 2;
const HIGH: u8 = 3;

/// What each byte is. Bells, back spaces and escapes stand in manual pages and in logs of
/// terminals.
const KINDS: [u8; 256] = {
    let mut kinds = [HIGH; 256];
    let mut byte = 0;
    while byte < 0x80 {
        kinds[byte] = match byte as u8 {
            b'\t' | b'\n' | b'\r' | b' ' => BLANK,
            0x07 | 0x08 | 0x0B | 0x0C | 0x1B => ASCII,
            0..0x20 | 0x7F => CONTROL,
            _ => ASCII,
        };
        byte += 1;
    }
    kinds
};

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::reader::{BoundedReader, ReadSeek};

    fn text(bytes: &[u8], extension: &str) -> bool {
        let mut cursor = Cursor::new(bytes);
        let mut file = BoundedReader::new(&mut cursor as &mut dyn ReadSeek).unwrap();
        let head = file.read_up_to(0, 64 << 10).unwrap();
        is_text(&mut file, &head, extension).unwrap()
    }

    #[test]
    fn every_usual_encoding_is_text() {
        assert!(text(b"\xFF\xFEh\0i\0\n\0", ""));
        assert!(text(b"h\0e\0l\0l\0o\0\n\0", ""));
        assert!(text(b"\0h\0e\0l\0l\0o\0\n", ""));
        assert!(text(b"caf\xE9 cr\xE8me, na\xEFve and so on", ""));
        // "سلام" in Windows-1256 has no ASCII at all.
        assert!(text(b"\xD3\xE1\xC7\xE3", "txt"));
        assert!(!text(b"\xD3\xE1\xC7\xE3", "bin"));
        // A sentence of it has blanks.
        assert!(text(&b"\xD3\xE1\xC7\xE3 \xD3\xE1\xC7\xE3\xE1\xC7\xE3 ".repeat(8), ""));
        assert!(text(b"the end\r\n\x1A", ""));
        assert!(!text(b"\x00\x01\x02", "txt"));
        assert!(!text(b"\xFF\xFE\0\0", "txt"));
    }

    #[test]
    fn the_end_counts_as_the_beginning_does() {
        let letters = "سلام دنیا, ".repeat(40_000);
        assert!(letters.len() > 3 * PIECE / 2);
        assert!(text(letters.as_bytes(), ""));
        assert!(!text(&[letters.as_bytes(), b"\0"].concat(), "txt"));
        let units: Vec<u8> = letters.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(text(&[b"\xFF\xFE", units.as_slice()].concat(), ""));
        assert!(!text(&[b"\xFF\xFE", units.as_slice(), b"\x01\0"].concat(), ""));
    }
}
