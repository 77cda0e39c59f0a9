//! Taking metadata out of files without touching a pixel.

mod edit;
mod exif;
mod heif;
mod jpeg;
mod mp4;
mod png;
mod webp;

use std::io::{Read, Seek, Write};

pub use edit::Strip;

use crate::input::{Input, ReadSeek};
use crate::{Error, Format, Limits, guard};

/// Copies a file without its metadata. Returns `false` if the copy is the file, byte for byte.
///
/// JPEG, PNG, WebP, HEIF (AVIF too) and MP4 (MOV too) are changed; every other file is copied as it
/// is. Pixels and samples keep their bytes. In HEIF and MP4, whose parts are found by their places,
/// metadata is overwritten with zeros, so that nothing moves. Motion photos lose the film behind
/// their JPEG with [`Strip::All`].
///
/// # Errors
///
/// [`Error::Damaged`] for a file whose structure cannot be followed: nobody can say then what is
/// left in it, and what was written so far is of no use. [`Error::Io`] if the reader or the writer
/// fails.
pub fn strip_metadata<R: Read + Seek + Send, W: Write>(
    mut reader: R,
    mut writer: W,
    strip: Strip,
    limits: &Limits,
) -> Result<bool, Error> {
    let reader: &mut dyn ReadSeek = &mut reader;
    guard::catch(|| {
        let mut input = Input::new(reader, limits)?;
        let format = crate::format::detect(&mut input)?;
        let head = input.read_up_to(0, 12)?;
        let edits = match (format, head.as_slice()) {
            (Some(Format::Image), [0xff, 0xd8, ..]) => jpeg::edits(&mut input, strip)?,
            (Some(Format::Image), [0x89, b'P', ..]) => png::edits(&mut input, strip)?,
            (Some(Format::Image), [b'R', b'I', b'F', b'F', ..]) => webp::edits(&mut input, strip)?,
            (Some(Format::Image), [_, _, _, _, b'f', b't', b'y', b'p', ..]) => heif::edits(&mut input, strip)?,
            (Some(Format::Mp4), _) => mp4::edits(&mut input, strip)?,
            _ => Vec::new(),
        };
        edit::apply(&mut input, &mut writer, edits)
    })
}
