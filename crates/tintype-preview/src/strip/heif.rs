//! HEIF: items of metadata are overwritten, as everything else is found by its place.

use super::edit::{Edit, Strip};
use super::exif::{self, Change};
use crate::Error;
use crate::boxes::find;
use crate::heif::{PacketKind, packets};
use crate::input::Input;

pub(super) fn edits(input: &mut Input<'_>, strip: Strip) -> Result<Vec<Edit>, Error> {
    let whole = 0..input.len();
    let Some(meta) = find(input, whole, b"meta")? else {
        return Err(Error::damaged("no `meta` box"));
    };
    let mut edits = Vec::new();
    for packet in packets(input, &meta)? {
        let Some(place) = packet.place else {
            return Err(Error::damaged("metadata in several places"));
        };
        let place = place.start..place.end.min(input.len());
        match packet.kind {
            PacketKind::Xmp => edits.push(Edit::blank(place.start, place.end)),
            PacketKind::Exif => {
                let skip = input.array::<4>(place.start)?.map_or(0, u32::from_be_bytes);
                let start = place.start.saturating_add(4 + u64::from(skip)).min(place.end);
                match exif::change(input, start..place.end, strip)? {
                    Change::Nothing => {}
                    Change::Blank(blanks) => edits.extend(blanks),
                    // Which way is up stands in the boxes. An empty directory fits wherever one
                    // was.
                    Change::Replace(_) => {
                        let empty = b"MM\0*\0\0\0\x08\0\0\0\0\0\0";
                        let room = (place.end - start).min(empty.len() as u64);
                        edits.push(Edit::replace(start, start + room, empty[..room as usize].to_vec()));
                        edits.push(Edit::blank(start + room, place.end));
                    }
                }
            }
        }
    }
    Ok(edits)
}
