//! The largest picture of an icon.

use std::io::{Cursor, Seek, SeekFrom};

use image::codecs::ico::IcoDecoder;

use super::header::IconEntry;
use crate::Error;
use crate::decoding::{Input, Job, read_to_end};
use crate::formats::png;
use crate::frame::Decoded;
use crate::generic;
use crate::guard::Deadline;
use crate::reader::BufReadSeek;

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, .. } = *job;
    let IconEntry { is_png, bytes: entry, offset, len } = *header.detail::<IconEntry>()?;
    input.seek(SeekFrom::Start(offset))?;
    let bytes = read_to_end(&mut input, len.into())?;
    if is_png {
        return png::decode(Deadline::new(&mut Cursor::new(bytes), limits), job);
    }
    // A decoder of icons knows about the mask below the bitmap, but must not choose another
    // picture.
    let mut icon = Cursor::new(alone(entry, &bytes));
    generic::decode(IcoDecoder::new(Deadline::new(&mut icon as &mut dyn BufReadSeek, limits)), job)
}

/// Returns an icon with one picture only.
fn alone(mut entry: [u8; 16], bitmap: &[u8]) -> Vec<u8> {
    const DIRECTORY_BYTES: u32 = 22;
    // A cursor has its hot spot where an icon has planes and depth; the bitmap has its own.
    entry[4..8].copy_from_slice(&[1, 0, 32, 0]);
    entry[12..].copy_from_slice(&DIRECTORY_BYTES.to_le_bytes());
    [&[0, 0, 1, 0, 1, 0], entry.as_slice(), bitmap].concat()
}
