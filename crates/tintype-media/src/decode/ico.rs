//! The largest picture of an icon.

use std::io::{Cursor, Seek, SeekFrom};

use super::{Input, generic, png};
use crate::frame::Decoded;
use crate::guard::Deadline;
use crate::probe::{Detail, Header};
use crate::{Error, Format, Limits};

pub(super) fn decode(
    mut input: Input<'_>,
    header: &Header,
    limits: &Limits,
    stored: (u32, u32),
) -> Result<Decoded, Error> {
    let Detail::Icon { is_png, entry, offset, len } = header.detail else {
        return Err(Error::malformed(Format::Ico, "directory is missing"));
    };
    input.seek(SeekFrom::Start(offset))?;
    let bytes = generic::slurp(&mut input, len.into())?;
    if is_png {
        return png::decode(Deadline::new(&mut Cursor::new(bytes), limits), header, limits, stored);
    }
    // A decoder of icons knows about the mask below the bitmap, but must not choose another picture.
    let mut icon = Cursor::new(alone(entry, &bytes));
    generic::decode(Deadline::new(&mut icon, limits), header, limits, stored)
}

/// Returns an icon with one picture only.
fn alone(mut entry: [u8; 16], bitmap: &[u8]) -> Vec<u8> {
    const DIRECTORY_BYTES: u32 = 22;
    // A cursor has its hot spot where an icon has planes and depth; the bitmap has its own.
    entry[4..8].copy_from_slice(&[1, 0, 32, 0]);
    entry[12..].copy_from_slice(&DIRECTORY_BYTES.to_le_bytes());
    [&[0, 0, 1, 0, 1, 0], entry.as_slice(), bitmap].concat()
}
