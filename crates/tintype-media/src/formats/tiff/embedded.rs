//! A gate in front of JPEG streams inside a TIFF.

use std::io::{Cursor, Read, Seek, SeekFrom};

use crate::formats::jpeg;
use crate::reader::{BoundedReader, ReadSeek};
use crate::{Error, Format};

/// Refuses a stream that is larger than the strip or tile that it is to fill: its decoder would
/// allocate what the stream says, not what the directory says.
///
/// A stream whose header cannot be read is left to the decoder, which cannot read it either.
pub(super) fn check<R: Read + Seek>(
    reader: &mut R,
    (offset, len): (u64, u64),
    (width, height): (u32, u32),
) -> Result<(), Error> {
    // Streams may be padded to whole units of at most 32 pixels.
    const PADDING: u32 = 32;
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.take(len).read_to_end(&mut bytes)?;
    let mut cursor = Cursor::new(bytes);
    let mut source = BoundedReader::new(&mut cursor as &mut dyn ReadSeek)?;
    match jpeg::read(&mut source) {
        Ok(header)
            if header.width > width.saturating_add(PADDING) || header.height > height.saturating_add(PADDING) =>
        {
            Err(Error::malformed(Format::Tiff, "a JPEG stream is larger than its strip or tile"))
        }
        Err(Error::Io { source }) => Err(Error::Io { source }),
        _ => Ok(()),
    }
}
