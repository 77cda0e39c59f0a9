//! Copying a file but for some parts.

use std::io::Write;

use crate::Error;
use crate::input::Input;

/// How much metadata goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strip {
    /// Where a picture was taken.
    Gps,
    /// Everything but what says how the pixels are shown: orientation, colour profile, sides,
    /// density.
    All,
}

/// Bytes that are copied at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// A part of the file that something else takes the place of.
pub(super) struct Edit {
    pub(super) start: u64,
    pub(super) end: u64,
    by: Replacement,
}

enum Replacement {
    Bytes(Vec<u8>),
    /// As many zeros.
    Zeros,
}

impl Edit {
    pub(super) fn remove(start: u64, end: u64) -> Self {
        Self { start, end, by: Replacement::Bytes(Vec::new()) }
    }

    pub(super) fn replace(start: u64, end: u64, bytes: Vec<u8>) -> Self {
        Self { start, end, by: Replacement::Bytes(bytes) }
    }

    pub(super) fn blank(start: u64, end: u64) -> Self {
        Self { start, end, by: Replacement::Zeros }
    }
}

/// Writes the file as the edits make it, and returns whether it differs.
pub(super) fn apply(input: &mut Input<'_>, writer: &mut dyn Write, mut edits: Vec<Edit>) -> Result<bool, Error> {
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let (mut at, mut changed) = (0, false);
    for edit in edits {
        // Overlapping parts are those of a hostile file; the first one counts, as far as it
        // reaches.
        let (start, end) = (edit.start.max(at), edit.end.min(input.len()).max(at));
        copy(input, writer, at, start)?;
        match edit.by {
            Replacement::Bytes(bytes) => {
                changed = true;
                writer.write_all(&bytes)?;
            }
            Replacement::Zeros => {
                let mut zero_at = start;
                while zero_at < end {
                    let count = CHUNK_BYTES.min((end - zero_at) as usize);
                    changed = changed || input.read_up_to(zero_at, count)?.iter().any(|byte| *byte != 0);
                    writer.write_all(&vec![0; count])?;
                    zero_at += count as u64;
                }
            }
        }
        at = end.max(start);
    }
    let len = input.len();
    copy(input, writer, at, len)?;
    Ok(changed)
}

fn copy(input: &mut Input<'_>, writer: &mut dyn Write, mut start: u64, end: u64) -> Result<(), Error> {
    while start < end {
        let bytes = input.read_up_to(start, CHUNK_BYTES.min((end - start) as usize))?;
        if bytes.is_empty() {
            return Err(Error::damaged("the file became shorter"));
        }
        writer.write_all(&bytes)?;
        start += bytes.len() as u64;
    }
    Ok(())
}
