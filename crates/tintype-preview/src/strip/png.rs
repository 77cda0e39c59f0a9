//! PNG: chunks that go.

use super::edit::{Edit, Strip};
use super::exif::{self, Change};
use crate::Error;
use crate::input::Input;

const MAX_CHUNKS: usize = 1_000_000;

pub(super) fn edits(input: &mut Input<'_>, strip: Strip) -> Result<Vec<Edit>, Error> {
    let mut edits = Vec::new();
    let mut at = 8;
    for _ in 0..MAX_CHUNKS {
        let Some(header) = input.array::<8>(at)? else {
            // Cut short: what was there is seen to.
            return Ok(edits);
        };
        let length = u64::from(u32::from_be_bytes([header[0], header[1], header[2], header[3]]));
        let (start, end) = (at + 8, at + 12 + length);
        match &header[4..] {
            b"eXIf" => match exif::change(input, start..start + length, strip)? {
                Change::Nothing => {}
                Change::Replace(bytes) if bytes.is_empty() => edits.push(Edit::remove(at, end)),
                Change::Replace(bytes) => edits.push(Edit::replace(at, end, chunk(b"eXIf", &bytes))),
                // Its checksum covers it, so it is written anew.
                Change::Blank(blanks) => {
                    let mut bytes = input.read(start, length as usize)?;
                    for blank in blanks {
                        let range = (blank.start - start) as usize..(blank.end.min(start + length) - start) as usize;
                        if let Some(part) = bytes.get_mut(range) {
                            part.fill(0);
                        }
                    }
                    edits.push(Edit::replace(at, end, chunk(b"eXIf", &bytes)));
                }
            },
            // Text holds XMP, and raw profiles of EXIF, either of which may tell a place.
            b"tEXt" | b"zTXt" | b"iTXt" => {
                let head = input.read_up_to(start, 40)?;
                let key = head.split(|byte| *byte == 0).next().unwrap_or_default();
                if strip == Strip::All || key == b"XML:com.adobe.xmp" || key.starts_with(b"Raw profile type ") {
                    edits.push(Edit::remove(at, end));
                }
            }
            b"tIME" if strip == Strip::All => edits.push(Edit::remove(at, end)),
            b"IEND" => {
                if strip == Strip::All && end < input.len() {
                    edits.push(Edit::remove(end, input.len()));
                }
                return Ok(edits);
            }
            _ => {}
        }
        at = end;
    }
    Err(Error::damaged("too many chunks"))
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = (content.len() as u32).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(content);
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[4..]);
    bytes.extend(crc.sum().to_be_bytes());
    bytes
}
