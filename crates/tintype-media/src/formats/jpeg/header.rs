//! ITU-T T.81, annex B.

use tintype_jpeg::JpegHeader;

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format, exif};

/// Honest files have some dozens of segments before the first scan.
const MAX_SEGMENTS: usize = 10_000;

/// The most bytes of a frame header that mean anything: those of 255 components.
const FRAME_BYTES: usize = 6 + 3 * 255;

/// The most bytes of quantisation tables to take along; four tables take 276.
const QUANTISATION_BYTES: usize = 1 << 10;

/// What deciding on a scale, and its cost, takes.
pub(super) struct JpegDetail {
    /// A file of only those segments that decide what decoding takes.
    pub(super) skeleton: Vec<u8>,
    /// The colour profile has at most this many bytes.
    pub(super) profile_bytes: u64,
}

/// Walks from segment to segment without reading what is between, which may be megabytes, and
/// leaves to the decoder's own parser what counts for the decoder.
pub(crate) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let mut orientation = None;
    let mut profile_bytes = 0;
    let (mut frame, mut jfif, mut adobe) = (Vec::new(), Vec::new(), Vec::new());
    let mut quantisation = Vec::new();
    let mut offset = 2;
    for _ in 0..MAX_SEGMENTS {
        let Some([prefix, marker]) = source.array(offset)? else {
            break;
        };
        if prefix != 0xFF {
            // Garbage between segments: libjpeg skips it too.
            offset += 1;
            continue;
        }
        match marker {
            0xFF => {
                offset += 1;
                continue;
            }
            0x00 | 0x01 | 0xD0..=0xD8 => {
                offset += 2;
                continue;
            }
            0xD9 | 0xDA => break,
            _ => {}
        }
        let Some(length) = source.array(offset + 2)? else {
            break;
        };
        let length = u16::from_be_bytes(length);
        if length < 2 {
            return Err(malformed("segment length below 2"));
        }
        let body = offset + 4;
        let size = usize::from(length) - 2;
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if frame.is_empty() => {
                frame = segment(marker, &source.read_up_to(body, size.min(FRAME_BYTES))?);
            }
            0xE0 if size >= 5 => {
                let name: [u8; 5] = need(source, Format::Jpeg, body)?;
                if &name == b"JFIF\0" {
                    jfif = segment(marker, &name);
                }
            }
            // The decoder's scale depends on how coarse they are.
            0xDB if quantisation.len() + size <= QUANTISATION_BYTES => {
                quantisation.extend(segment(marker, &source.read_up_to(body, size)?));
            }
            0xE1 if orientation.is_none() => {
                let block = source.read_up_to(body, size)?;
                if block.starts_with(b"Exif\0\0") {
                    orientation = exif::orientation(&block);
                }
            }
            0xE2 if size >= 12 => {
                let name: [u8; 12] = need(source, Format::Jpeg, body)?;
                if &name == b"ICC_PROFILE\0" {
                    profile_bytes += u64::from(length);
                }
            }
            0xEE if size >= 12 => {
                let content: [u8; 12] = need(source, Format::Jpeg, body)?;
                if content.starts_with(b"Adobe") {
                    adobe = segment(marker, &content);
                }
            }
            _ => {}
        }
        offset = body + u64::from(length) - 2;
    }
    if frame.is_empty() {
        return Err(malformed("no frame header"));
    }
    let skeleton = |quantisation: &[u8]| {
        [&[0xFF, 0xD8], jfif.as_slice(), &adobe, quantisation, &frame, &segment(0xDA, &[])].concat()
    };
    // Facts are facts even where tables are broken.
    let skeleton =
        Some(skeleton(&quantisation)).filter(|with| JpegHeader::parse(with).is_ok()).unwrap_or_else(|| skeleton(&[]));
    let jpeg = JpegHeader::parse(&skeleton).map_err(|error| malformed(error.to_string()))?;
    let mode = match jpeg.components().len() {
        1 => ColourMode::Grey,
        4 => ColourMode::Cmyk,
        _ => ColourMode::Rgb,
    };
    let mut header = Header::new(Format::Jpeg, jpeg.width(), jpeg.height(), mode);
    header.orientation = orientation.unwrap_or_default();
    header.scratch_bytes = source.len();
    header.samples = if mode == ColourMode::Grey { Samples::Grey } else { Samples::Rgb };
    header.set_detail(JpegDetail { skeleton, profile_bytes });
    Ok(header)
}

/// Writes a segment; `body` is short.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = (body.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker, high, low], body].concat()
}

fn malformed(reason: impl Into<String>) -> Error {
    Error::malformed(Format::Jpeg, reason)
}
