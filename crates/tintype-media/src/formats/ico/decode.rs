//! The largest picture of an icon.

use std::io::{Cursor, Seek, SeekFrom};

use super::bitmap;
use super::header::IconEntry;
use crate::Error;
use crate::decoding::{Input, Job, read_to_end};
use crate::formats::png;
use crate::frame::Decoded;
use crate::guard::Deadline;

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, .. } = *job;
    let IconEntry { is_png, offset, len } = *header.detail::<IconEntry>()?;
    input.seek(SeekFrom::Start(offset))?;
    let bytes = read_to_end(&mut input, len.into())?;
    if is_png {
        return png::decode(Deadline::new(&mut Cursor::new(bytes), limits), job);
    }
    Ok(Decoded { frame: bitmap::decode(&bytes, header)?, icc_profile: None })
}
