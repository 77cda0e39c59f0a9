//! EXIF without what it tells: only the orientation, or everything but the place.

use std::ops::Range;

use super::edit::{Edit, Strip};
use crate::Error;
use crate::input::Input;
use crate::tiff::Tiff;

/// What has to happen to EXIF that takes a range of the file.
pub(super) enum Change {
    Nothing,
    /// It goes, and this takes its place.
    Replace(Vec<u8>),
    /// Parts are overwritten with zeros, and numbers of entries.
    Blank(Vec<Edit>),
}

const ORIENTATION: u16 = 0x112;
const GPS: u16 = 0x8825;

/// Returns EXIF that says nothing but an orientation.
pub(super) fn minimal(orientation: u8) -> Vec<u8> {
    let mut bytes = b"MM\0*\0\0\0\x08\0\x01".to_vec();
    bytes.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    bytes.extend([0; 4]);
    bytes
}

pub(super) fn change(input: &mut Input<'_>, place: Range<u64>, strip: Strip) -> Result<Change, Error> {
    let Some(tiff) = Tiff::open(input, place.clone())? else {
        return Ok(match strip {
            Strip::Gps => Change::Nothing,
            Strip::All => Change::Replace(Vec::new()),
        });
    };
    let first = tiff.directory(input, tiff.first)?;
    match strip {
        Strip::All => {
            let orientation = tiff.unsigned(input, &first, ORIENTATION)?;
            let turned = orientation.and_then(|value| u8::try_from(value).ok()).filter(|value| (2..=8).contains(value));
            Ok(Change::Replace(turned.map_or(Vec::new(), minimal)))
        }
        Strip::Gps => {
            let Some(pointer) = first.find(GPS) else {
                return Ok(Change::Nothing);
            };
            let mut edits = Vec::new();
            let Some(at) = tiff.unsigned(input, &first, GPS)? else {
                return Ok(Change::Nothing);
            };
            let gps = tiff.directory(input, at)?;
            for entry in &gps.entries {
                let value = tiff.place_of(*entry);
                edits.push(Edit::blank(value.start, value.end));
            }
            // The directory itself: its count, its entries, and where the next one is.
            let start = place.start.saturating_add(at);
            edits.push(Edit::blank(start, start.saturating_add(6 + 12 * gps.entries.len() as u64).min(place.end)));
            // An empty directory is what the pointer points to then.
            let _ = pointer;
            Ok(Change::Blank(edits))
        }
    }
}
