use crate::frame::Samples;
use crate::header::{Header, be32, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

/// `qoiformat.org`, page 1.
pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let bytes: [u8; 13] = need(source, Format::Qoi, 0)?;
    let mode = if bytes[12] == 3 { ColourMode::Rgb } else { ColourMode::Rgba };
    let mut header = Header::new(Format::Qoi, be32(&bytes, 4), be32(&bytes, 8), mode);
    header.frame_bytes_per_pixel = bytes[12].clamp(3, 4).into();
    header.samples = if bytes[12] == 3 { Samples::Rgb } else { Samples::Rgba };
    header.scratch_bytes = u64::from(header.width) * 8 + (1 << 17);
    Ok(header)
}
