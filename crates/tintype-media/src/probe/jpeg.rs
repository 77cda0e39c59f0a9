//! ITU-T T.81, annex B.

use super::{Detail, Header, Headers, need};
use crate::{ColourMode, Error, Format, Orientation, exif};

/// Honest files have some dozens of segments before the first scan.
const MAX_SEGMENTS: usize = 10_000;

struct StartOfFrame {
    progressive: bool,
    width: u16,
    height: u16,
    /// Identifiers, and sampling factors, horizontal and vertical.
    components: Vec<(u8, u8, u8)>,
}

/// How the components of a JPEG are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JpegColour {
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

/// The Adobe segment's colour transform, and where it stands.
#[derive(Debug, Clone, Copy)]
struct Adobe {
    transform: u8,
    offset: u64,
}

/// Decides as libjpeg does: JFIF is always YCbCr, then Adobe's flag counts, then the components' names.
fn colour(frame: &StartOfFrame, jfif: bool, adobe: Option<Adobe>) -> JpegColour {
    let names: Vec<u8> = frame.components.iter().map(|component| component.0).collect();
    match (frame.components.len(), adobe) {
        (1, _) => JpegColour::Grey,
        (4, Some(Adobe { transform: 1.., .. })) => JpegColour::Ycck,
        (4, _) => JpegColour::Cmyk,
        (_, Some(Adobe { transform: 0, .. })) if !jfif => JpegColour::Rgb,
        (_, None) if !jfif && names == *b"RGB" => JpegColour::Rgb,
        _ => JpegColour::YCbCr,
    }
}

pub(crate) fn read(source: &mut Headers<'_>) -> Result<Header, Error> {
    let mut frame = None;
    let mut orientation = None;
    let mut offset = 2;
    let mut interleaved = true;
    let mut jfif = false;
    let mut adobe = None;
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
            0xD9 => break,
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
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if frame.is_none() => {
                frame = Some(start_of_frame(source, marker, body)?);
            }
            0xE1 if orientation.is_none() => {
                let block = source.read_up_to(body, usize::from(length) - 2)?;
                if block.starts_with(b"Exif\0\0") {
                    orientation = exif::orientation(&block);
                }
            }
            0xE0 => jfif |= source.array(body)?.is_some_and(|name: [u8; 5]| &name == b"JFIF\0"),
            0xEE if length >= 14 => {
                let segment: [u8; 12] = need(source, Format::Jpeg, body)?;
                if segment.starts_with(b"Adobe") {
                    adobe = Some(Adobe { transform: segment[11], offset: body + 11 });
                }
            }
            0xDA => {
                let [scan_components] = need(source, Format::Jpeg, body)?;
                interleaved = frame.as_ref().is_none_or(|frame| frame.components.len() <= usize::from(scan_components));
                break;
            }
            _ => {}
        }
        offset = body + u64::from(length) - 2;
    }
    let frame = frame.ok_or_else(|| malformed("no frame header"))?;
    let mut header = header(source.len(), &frame, orientation, interleaved);
    let adobe_offset = adobe.map(|adobe| adobe.offset);
    header.detail = Detail::Jpeg { colour: colour(&frame, jfif, adobe), adobe_offset };
    Ok(header)
}

fn malformed(reason: &str) -> Error {
    Error::malformed(Format::Jpeg, reason)
}

fn start_of_frame(source: &mut Headers<'_>, marker: u8, body: u64) -> Result<StartOfFrame, Error> {
    let [_, h1, h0, w1, w0, count] = need(source, Format::Jpeg, body)?;
    let bytes = source.read_up_to(body + 6, 3 * usize::from(count))?;
    let components: Vec<_> =
        bytes.chunks_exact(3).map(|component| (component[0], component[1] >> 4, component[1] & 15)).collect();
    if components.len() != usize::from(count) {
        return Err(malformed("frame header is cut short"));
    }
    Ok(StartOfFrame {
        progressive: matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE),
        width: u16::from_be_bytes([w1, w0]),
        height: u16::from_be_bytes([h1, h0]),
        components,
    })
}

fn header(file_len: u64, frame: &StartOfFrame, orientation: Option<Orientation>, interleaved: bool) -> Header {
    let (mode, channels) = match frame.components.len() {
        1 => (ColourMode::Grey, 1),
        4 => (ColourMode::Cmyk, 4),
        _ => (ColourMode::Rgb, 3),
    };
    let mut header = Header::new(Format::Jpeg, frame.width.into(), frame.height.into(), mode);
    header.orientation = orientation.unwrap_or_default();
    header.frame_bytes_per_pixel = channels;
    header.scratch_bytes = file_len + scratch(frame, interleaved);
    header
}

/// What the decoder keeps beside the output: coefficients of the whole image when it comes in several scans, else of
/// a few rows of blocks.
fn scratch(frame: &StartOfFrame, interleaved: bool) -> u64 {
    let h_max = frame.components.iter().map(|(_, h, _)| *h).max().unwrap_or(1).clamp(1, 4);
    let v_max = frame.components.iter().map(|(_, _, v)| *v).max().unwrap_or(1).clamp(1, 4);
    let units_across = u64::from(frame.width).div_ceil(8 * u64::from(h_max));
    let units_down = u64::from(frame.height).div_ceil(8 * u64::from(v_max));
    let blocks_per_unit: u64 = frame.components.iter().map(|(_, h, v)| u64::from(*h) * u64::from(*v)).sum();
    // A coefficient takes two bytes; upsampling holds each component at full size for three rows of units.
    let row = units_across * u64::from(h_max) * u64::from(v_max) * 64 * 2 * frame.components.len() as u64;
    let whole =
        if frame.progressive || !interleaved { units_across * units_down * blocks_per_unit * 64 * 2 } else { 0 };
    whole + 3 * row
}
