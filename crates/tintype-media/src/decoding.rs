//! What decoders share.

use std::io::{self, Read};

use crate::frame::Samples;
use crate::guard::Deadline;
use crate::header::Header;
use crate::reader::BufReadSeek;
use crate::rows::RowPlan;
use crate::{Error, Limits};

/// What decoders read from; it stands at the beginning of the file.
pub(crate) type Input<'a> = Deadline<&'a mut dyn BufReadSeek>;

/// One image to decode, admitted under the limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) header: &'a Header,
    pub(crate) limits: &'a Limits,
    /// The sides to make of it, before orientation.
    pub(crate) stored: (u32, u32),
    pub(crate) keep: Keep,
}

/// What a picture is kept as on its way to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Planes where it is opaque: what JPEG and WebP have.
    Planes,
    /// Pixels, of which nothing may be lost.
    Pixels,
}

/// Tables, buffers and small allocations that come with any image.
pub(crate) const FIXED_BYTES: u64 = 512 << 10;

/// What a colour profile unfolds to.
const PROFILE_TABLES_BYTES: u64 = 1 << 20;

/// The same for inks, of which four make a table of colours.
pub(crate) const INK_TABLES_BYTES: u64 = 3 << 20;

/// Returns an upper estimate in bytes of the peak memory of decoding by rows, from what the header
/// says, and of the file of the largest picture, whose sides before orientation are `stored`.
pub(crate) fn cost_of_rows(header: &Header, (width, height): (u32, u32)) -> u64 {
    let whole = header.pixels().saturating_mul(header.frame_bytes_per_pixel);
    let small = u64::from(width) * u64::from(height);
    let channels = header.samples.channels() as u64;
    let plan = RowPlan {
        from: (header.width, header.height),
        to: (width, height),
        samples: header.samples,
        order: header.order,
        deep: header.converted,
    };
    // A picture that is small and whole is its own frame.
    let rows = if whole > 0 && plan.from == plan.to { 0 } else { plan.memory() };
    let decoding = whole.saturating_add(header.scratch_bytes).saturating_add(rows);
    // Sixteen bits before and after, eight at the end, and the tables in between; the profile as it
    // is and as it is understood.
    let tables = if header.samples == Samples::Cmyk { INK_TABLES_BYTES } else { PROFILE_TABLES_BYTES };
    let converting = if header.converted { small * channels * 5 + tables + 2 * header.profile_bytes } else { 0 };
    // Afterwards the largest picture and a file of it; what is transparent is hard to compress.
    let finishing = small * channels * if header.samples.has_alpha() { 3 } else { 2 };
    decoding.max(converting).max(finishing).saturating_add(FIXED_BYTES)
}

/// Allocates the pixels of the whole image, which the header's gate has already found affordable.
#[cfg(any(feature = "jxl", feature = "webp"))]
pub(crate) fn buffer(header: &Header, channels: usize) -> Result<Vec<u8>, Error> {
    let len = usize::try_from(header.pixels()).ok().and_then(|pixels| pixels.checked_mul(channels));
    match len {
        Some(len) => Ok(vec![0; len]),
        None => Err(Error::malformed(header.format, "more pixels than can be addressed")),
    }
}

/// Refuses data that contradict the header: budgets were computed from the latter.
pub(crate) fn check_sides(header: &Header, width: u32, height: u32) -> Result<(), Error> {
    if (width, height) == (header.width, header.height) {
        return Ok(());
    }
    let (expected_width, expected_height) = (header.width, header.height);
    Err(Error::malformed(
        header.format,
        format!("header says `{expected_width}x{expected_height}` pixels, data says `{width}x{height}`"),
    ))
}

/// Reads at most `limit` bytes to the end.
pub(crate) fn read_to_end(input: &mut Input<'_>, limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    // To the byte: a vector that grows by doubling would hold up to twice as much.
    let exact = usize::try_from(limit).ok().filter(|len| bytes.try_reserve_exact(*len).is_ok());
    if exact.is_none() {
        return Err(Error::Io { source: io::ErrorKind::OutOfMemory.into() });
    }
    input.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
