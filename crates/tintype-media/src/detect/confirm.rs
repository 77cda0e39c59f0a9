//! What has to stand behind a short signature.
//!
//! `file-format` goes by two to six bytes for many formats, which other files begin with by chance.
//! Each of these formats is listed here with what its header has to say in addition; formats of
//! longer signatures are believed.

mod archives;
mod pictures;
mod programs;
mod sample;
mod sound;

use std::io;

use file_format::FileFormat;

use self::sample::Sample;
use super::file::{Bytes, File, tail};

/// Says whether the rest of the file bears out what its signature says.
pub(super) fn confirm(format: FileFormat, file: &mut File<'_>, head: &[u8]) -> io::Result<bool> {
    let tail = tail(file, 512)?;
    let sample = Sample { head: Bytes(head), tail: &tail, len: file.len() };
    let checks = [archives::check, pictures::check, programs::check, sound::check];
    Ok(checks.iter().find_map(|check| check(format, sample)).unwrap_or(true))
}
