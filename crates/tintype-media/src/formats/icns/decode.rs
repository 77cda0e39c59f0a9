//! The picture of an icon that counts.

use std::io::{Cursor, Seek, SeekFrom};

use super::header::{IcnsLayout, Kind};
use crate::decoding::{Input, Job, read_to_end};
use crate::formats::png;
use crate::frame::{Decoded, Frame, Samples};
use crate::guard::Deadline;
use crate::{Error, Format};

pub(super) fn decode(mut input: Input<'_>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, .. } = *job;
    let IcnsLayout { kind, place, mask } = *header.detail()?;
    let file_len = input.seek(SeekFrom::End(0))?;
    let mut element = |(offset, len): (u64, u64)| {
        input.seek(SeekFrom::Start(offset))?;
        read_to_end(&mut input, len.min(file_len.saturating_sub(offset)))
    };
    let bytes = element(place)?;
    let classic = match kind {
        Kind::Png => return png::decode(Deadline::new(&mut Cursor::new(bytes), limits), job),
        Kind::Classic(classic) => classic,
        Kind::Other => return Err(Error::unsupported(Format::Icns, "no picture in PNG or of 24 bits")),
    };
    let mask = mask.map(element).transpose()?;
    let pixels = classic.pixels(&bytes, mask.as_deref());
    let frame = Frame { width: header.width, height: header.height, samples: Samples::Rgba, pixels };
    Ok(Decoded { frame, icc_profile: None })
}
