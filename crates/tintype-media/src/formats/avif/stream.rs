//! AV1 streams, whole or cut short.

use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use re_rav1d::dav1d::{Decoder, Error as Av1Error, Picture, PlanarImageComponent as Component, Settings};

use super::cost;
use crate::formats::heif::{gather, missing};
use crate::header::Header;
use crate::{Error, Format};

/// Decodes an item, and returns how many rows of it there are.
pub(super) fn decode_item(bytes: &[u8], pieces: &[Range<u64>], header: &Header) -> Result<(Picture, u32), Error> {
    let stream = gather(bytes, pieces, Format::Avif)?;
    if missing(pieces, bytes.len() as u64) == 0 {
        let picture = decode_one(&stream, header)?;
        let height = picture.height();
        return Ok((picture, height));
    }
    decode_cut(stream, header)
}

/// Decodes a stream that is cut short. The decoder needs all of it, and nobody knows how far what
/// is there goes: so the rest is made up in two ways, and rows that come out alike do not depend on
/// it.
fn decode_cut(stream: Vec<u8>, header: &Header) -> Result<(Picture, u32), Error> {
    /// Which of them a decoder can make something of is chance.
    const FILLINGS: [u8; 4] = [0x00, 0xFF, 0x55, 0xAA];
    /// Colour may end a little earlier than light.
    const MARGIN: u32 = 8;
    let mut stream = without_last_length(stream);
    let there = stream.len();
    let made_up = usize::try_from(cost::made_up(header.pixels())).unwrap_or(0);
    let mut before: Option<Vec<u64>> = None;
    for filling in FILLINGS {
        stream.truncate(there);
        stream.resize(there + made_up, filling);
        let Ok(picture) = decode_one(&stream, header) else {
            continue;
        };
        let rows = hashes(&picture);
        let Some(before) = &before else {
            before = Some(rows);
            continue;
        };
        let alike = before.iter().zip(&rows).take_while(|(a, b)| a == b).count();
        let come = if alike == rows.len() { alike as u32 } else { (alike as u32).saturating_sub(MARGIN) };
        if come > 0 {
            return Ok((picture, come));
        }
        break;
    }
    Err(Error::malformed(Format::Avif, "an item is cut short"))
}

/// Takes its length away from the unit that is not all there (AV1, section 5.3.1), so that it ends
/// where the stream does.
fn without_last_length(mut stream: Vec<u8>) -> Vec<u8> {
    const HAS_EXTENSION: u8 = 4;
    const HAS_LENGTH: u8 = 2;
    let mut at = 0;
    while let Some(head) = stream.get(at).copied().filter(|head| head & HAS_LENGTH != 0) {
        let start = at + 1 + usize::from(head & HAS_EXTENSION != 0);
        // Seven bits a byte, the lowest first.
        let bytes = stream.get(start..).unwrap_or_default();
        let Some(last) = bytes.iter().take(8).position(|byte| byte & 0x80 == 0) else {
            break;
        };
        let len = bytes[..=last].iter().rev().fold(0_u64, |len, byte| len << 7 | u64::from(byte & 0x7F));
        let end = (start + last + 1) as u64 + len;
        if end > stream.len() as u64 {
            stream.drain(start..=start + last);
            stream[at] &= !HAS_LENGTH;
            break;
        }
        at = end as usize;
    }
    stream
}

/// Returns a number for each row of the luminance.
fn hashes(picture: &Picture) -> Vec<u64> {
    let luma = picture.plane(Component::Y);
    let bytes = picture.width() as usize * if picture.bit_depth() > 8 { 2 } else { 1 };
    let rows = luma.chunks(picture.stride(Component::Y) as usize).take(picture.height() as usize);
    rows.map(|row| {
        let mut hasher = DefaultHasher::new();
        hasher.write(&row[..bytes]);
        hasher.finish()
    })
    .collect()
}

/// Decodes the first frame of an AV1 stream.
fn decode_one(stream: &[u8], header: &Header) -> Result<Picture, Error> {
    let failed = |error: Av1Error| Error::malformed(Format::Avif, error.to_string());
    // Tiles at the edges may reach beyond the picture.
    let most = u32::try_from(header.pixels().saturating_mul(2).saturating_add(1 << 20)).unwrap_or(u32::MAX);
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(most);
    let mut decoder = Decoder::with_settings(&settings).map_err(failed)?;
    match decoder.send_data(stream.to_vec(), None, None, None) {
        Ok(()) | Err(Av1Error::Again) => {}
        Err(error) => return Err(failed(error)),
    }
    loop {
        match decoder.get_picture() {
            Ok(picture) => return Ok(picture),
            Err(Av1Error::Again) => match decoder.send_pending_data() {
                // Nothing is pending any more, and there was no picture in it.
                Ok(()) => return decoder.get_picture().map_err(failed),
                Err(Av1Error::Again) => {}
                Err(error) => return Err(failed(error)),
            },
            Err(error) => return Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_is_cut_ends_with_the_stream() {
        // A delimiter, a header of three bytes, and a frame of 300 of which there are two.
        let cut = [0x12, 0, 0x0A, 3, 1, 2, 3, 0x32, 0xAC, 2, 7, 8];
        let expected = [0x12, 0, 0x0A, 3, 1, 2, 3, 0x30, 7, 8];
        assert_eq!(without_last_length(cut.to_vec()), expected);
        let whole = [0x12, 0, 0x0A, 3, 1, 2, 3];
        assert_eq!(without_last_length(whole.to_vec()), whole);
        assert_eq!(without_last_length(vec![0x32, 0x80]), [0x32, 0x80]);
    }
}
