//! WebP: chunks that go, and the header that counts them.

use super::edit::{Edit, Strip};
use super::exif::{self, Change};
use crate::Error;
use crate::input::Input;

const MAX_CHUNKS: usize = 1_000_000;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

pub(super) fn edits(input: &mut Input<'_>, strip: Strip) -> Result<Vec<Edit>, Error> {
    let mut edits: Vec<Edit> = Vec::new();
    let (mut at, mut flags, mut kept_exif) = (12, None, false);
    let mut removed = 0;
    let size = input.array::<4>(4)?.map_or(0, u32::from_le_bytes);
    let last = input.len().min(u64::from(size) + 8);
    for _ in 0..MAX_CHUNKS {
        let Some(header) = input.array::<8>(at)?.filter(|_| at + 8 <= last) else {
            break;
        };
        let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
        let (start, end) = (at + 8, (at + 8 + length + length % 2).min(input.len()));
        match &header[..4] {
            b"VP8X" => flags = input.array::<1>(start)?.map(|flags| (start, flags[0])),
            b"EXIF" => {
                let skip = if input.read_up_to(start, 4)? == b"Exif" { 6 } else { 0 };
                match exif::change(input, start + skip..start + length, strip)? {
                    Change::Nothing => kept_exif = true,
                    Change::Blank(blanks) => {
                        kept_exif = true;
                        edits.extend(blanks);
                    }
                    Change::Replace(bytes) => {
                        let mut chunk = Vec::new();
                        if !bytes.is_empty() {
                            kept_exif = true;
                            chunk.extend(b"EXIF");
                            chunk.extend((bytes.len() as u32).to_le_bytes());
                            chunk.extend(&bytes);
                            chunk.resize(chunk.len() + bytes.len() % 2, 0);
                        }
                        removed += (end - at) as i64 - chunk.len() as i64;
                        edits.push(Edit::replace(at, end, chunk));
                    }
                }
            }
            b"XMP " => {
                removed += (end - at) as i64;
                edits.push(Edit::remove(at, end));
            }
            // The standard has no others than these.
            b"VP8 " | b"VP8L" | b"ALPH" | b"ICCP" | b"ANIM" | b"ANMF" => {}
            _ if strip == Strip::All => {
                removed += (end - at) as i64;
                edits.push(Edit::remove(at, end));
            }
            _ => {}
        }
        at = end;
    }
    if removed != 0 {
        let size = i64::from(size) - removed;
        edits.push(Edit::replace(4, 8, (size as u32).to_le_bytes().to_vec()));
    }
    if let Some((place, flags)) = flags {
        let kept = flags & !HAS_XMP & if kept_exif { 0xff } else { !HAS_EXIF };
        if kept != flags {
            edits.push(Edit::replace(place, place + 1, vec![kept]));
        }
    }
    if strip == Strip::All && last < input.len() {
        edits.push(Edit::remove(last, input.len()));
    }
    Ok(edits)
}
