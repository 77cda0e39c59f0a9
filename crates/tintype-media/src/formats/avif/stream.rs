//! AV1 streams, whole or cut short.

use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use re_rav1d::dav1d::{Decoder, Error as Av1Error, Picture, PlanarImageComponent as Component, Settings};

use super::cost;
use crate::formats::heif::missing;
use crate::header::Header;
use crate::{Error, Format};

/// Decodes an item, and returns how many rows of it there are.
pub(super) fn decode_item(bytes: &[u8], pieces: &[Range<u64>], header: &Header) -> Result<(Picture, u32), Error> {
    let stream = gather(bytes, pieces)?;
    let missing = missing(pieces, bytes.len() as u64);
    if missing == 0 {
        let picture = decode_one(&stream, header)?;
        let height = picture.height();
        return Ok((picture, height));
    }
    if missing > cost::most_missing(header.pixels()) {
        return Err(Error::malformed(Format::Avif, "an item is outside the file"));
    }
    decode_cut(stream, missing as usize, header)
}

/// Decodes a stream that is cut short. The decoder needs all of it, and nobody knows how far what
/// is there goes: so the rest is made up in two ways, and rows that come out alike do not depend on
/// it.
fn decode_cut(mut stream: Vec<u8>, missing: usize, header: &Header) -> Result<(Picture, u32), Error> {
    /// Which of them a decoder can make something of is chance.
    const FILLINGS: [u8; 4] = [0x00, 0x55, 0xAA, 0xFF];
    let there = stream.len();
    let mut before: Option<Vec<u64>> = None;
    for filling in FILLINGS {
        stream.truncate(there);
        stream.resize(there + missing, filling);
        let Ok(picture) = decode_one(&stream, header) else {
            continue;
        };
        let rows = hashes(&picture);
        match &before {
            None => before = Some(rows),
            Some(before) => {
                let alike = before.iter().zip(&rows).take_while(|(a, b)| a == b).count();
                // Colour may end a little earlier than light.
                let come = (alike as u32).saturating_sub(8);
                if alike < rows.len() && come > 0 {
                    return Ok((picture, come));
                }
                if alike == rows.len() {
                    return Ok((picture, alike as u32));
                }
                break;
            }
        }
    }
    Err(Error::malformed(Format::Avif, "an item is cut short"))
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

/// Returns an item's bytes, which may lie in several places, as far as the file has them.
fn gather(bytes: &[u8], pieces: &[Range<u64>]) -> Result<Vec<u8>, Error> {
    let mut item = Vec::new();
    for piece in pieces {
        let place = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
        // A length of zero means up to the end of the file.
        let end = if piece.start == piece.end { bytes.len() } else { place(piece.end) };
        item.extend_from_slice(bytes.get(place(piece.start)..end).unwrap_or_default());
        if item.len() > bytes.len() {
            return Err(Error::malformed(Format::Avif, "an item is larger than the file"));
        }
    }
    // The decoder's interface aborts on a stream without bytes.
    if item.is_empty() {
        return Err(Error::malformed(Format::Avif, "an item is empty"));
    }
    Ok(item)
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
