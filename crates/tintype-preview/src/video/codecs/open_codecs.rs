//! VP8, VP9 and AV1.

use std::io::Cursor;

use re_rav1d::dav1d::pixel::{MatrixCoefficients, YUVRange};
use re_rav1d::dav1d::{Decoder as Av1Decoder, Error as Av1Error, Picture, PixelLayout, PlanarImageComponent, Settings};
use rusty_vp9::{Error as Vp9Error, Vp9Decoder};

use super::stream::{BYTES_PER_PIXEL, check};
use crate::input::Numbers;
use crate::pixels::colour::Cicp;
use crate::pixels::planes::{Frame, Plane, Samples};
use crate::pixels::shrink_factor;
use crate::video::VideoTrack;
use crate::{Error, Layout, Limits, Pixels};

/// Decodes a key frame of VP8, which is what a lossy WebP holds.
pub(super) fn vp8(track: &VideoTrack, frame: &[u8], edge: Option<u32>, limits: &Limits) -> Result<Pixels, Error> {
    // RFC 6386, 9.1: a key frame's sides.
    let (Some(width), Some(height)) = (frame.u16_le(6), frame.u16_le(8)) else {
        return Err(Error::damaged("VP8: a frame that is cut short"));
    };
    if frame[0] & 1 != 0 || frame[3..6] != [0x9d, 0x01, 0x2a] {
        return Err(Error::damaged("VP8: no key frame"));
    }
    let (width, height) = (u32::from(width & 0x3fff), u32::from(height & 0x3fff));
    check(limits, width, height, frame)?;
    let padded = frame.len() + frame.len() % 2;
    let mut file = Vec::with_capacity(padded + 20);
    file.extend(b"RIFF");
    file.extend((padded as u32 + 12).to_le_bytes());
    file.extend(b"WEBPVP8 ");
    file.extend((frame.len() as u32).to_le_bytes());
    file.extend(frame);
    file.resize(padded + 20, 0);
    let failed = |error: image_webp::DecodingError| Error::damaged(format!("VP8: {error}"));
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).map_err(failed)?;
    let bytes = decoder.output_buffer_size().ok_or_else(|| Error::damaged("VP8: an overlarge frame"))?;
    let mut data = vec![0; bytes];
    decoder.read_image(&mut data).map_err(failed)?;
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let _ = track;
    Ok(Pixels { width, height, layout, data }.shrink(shrink_factor(width, height, edge)))
}

pub(super) fn vp9(track: &VideoTrack, frame: &[u8], edge: Option<u32>, limits: &Limits) -> Result<Pixels, Error> {
    let failed = |error: Vp9Error| match error {
        Vp9Error::Unsupported(what) => Error::unsupported(format!("VP9 with {what}")),
        error => Error::damaged(format!("VP9: {error:?}")),
    };
    let mut bits = rusty_vp9::BitReader::new(frame);
    let header = rusty_vp9::parse_uncompressed_header(&mut bits, &[(0, 0); 8]).map_err(failed)?;
    if !header.key_frame {
        return Err(Error::damaged("VP9: no key frame"));
    }
    check(limits, header.width, header.height, frame)?;
    let mut decoder = Vp9Decoder::new();
    decoder.push(frame, None).map_err(failed)?;
    let decoded = decoder.next_frame().map_err(failed)?;
    if decoded.planes.len() != 3 {
        return Err(Error::damaged("VP9: a frame without planes"));
    }
    let (width, height) = (decoded.width, decoded.height);
    let deep = decoded.bit_depth > 8;
    let unlabelled = Cicp::of_unlabelled(width, height);
    // Section 7.2.2 of the VP9 bitstream specification.
    let (primaries, matrix) = match header.color_space {
        1 | 3 => (1, 6),
        2 => (1, 1),
        4 => (1, 7),
        5 => (9, 9),
        7 => (1, 0),
        _ => (unlabelled.primaries, unlabelled.matrix),
    };
    let stream_colour = Cicp { primaries, transfer: 1, matrix, full_range: header.color_space == 7 };
    let samples = |bytes| if deep { Samples::U16Le(bytes) } else { Samples::U8(bytes) };
    let unit = if deep { 2 } else { 1 };
    let planes = decoded.planes.iter().zip(&decoded.strides);
    let picture = Frame {
        width,
        height,
        planes: planes.map(|(plane, stride)| Plane { samples: samples(plane), stride: stride / unit }).collect(),
        chroma: (decoded.subsampling_x + 1, decoded.subsampling_y + 1),
        bits: decoded.bit_depth,
        colour: track.colour.map_or(stream_colour, |colour| colour.or(stream_colour)),
    };
    picture.to_pixels(shrink_factor(width, height, edge))
}

pub(super) fn av1(track: &VideoTrack, mut frame: Vec<u8>, edge: Option<u32>, limits: &Limits) -> Result<Pixels, Error> {
    let failed = |error: Av1Error| match error {
        Av1Error::NotEnoughMemory => {
            Error::TooLarge { what: "number of pixels", limit: limits.max_pixels, actual: u64::MAX }
        }
        error => Error::damaged(format!("AV1: {error}")),
    };
    limits.check_deadline()?;
    // The container's sides are not to be trusted, so the decoder gets a limit of its own.
    let by_memory = limits.max_alloc_bytes / BYTES_PER_PIXEL;
    check(limits, track.width, track.height, &frame)?;
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_all_layers(false);
    settings.set_frame_size_limit(u32::try_from(limits.max_pixels.min(by_memory)).unwrap_or(u32::MAX));
    let mut decoder = Av1Decoder::with_settings(&settings).map_err(failed)?;
    // The sequence header comes with key frames by the rules, and in the configuration too.
    if let Some(header) = track.config.get(4..).filter(|header| !header.is_empty()) {
        frame.splice(0..0, header.iter().copied());
    }
    match decoder.send_data(frame, None, None, None) {
        Ok(()) | Err(Av1Error::Again) => {}
        Err(error) => return Err(failed(error)),
    }
    let picture = loop {
        match decoder.get_picture() {
            Ok(picture) => break picture,
            Err(Av1Error::Again) => match decoder.send_pending_data() {
                // Nothing is pending any more, and there was no picture in it.
                Ok(()) => break decoder.get_picture().map_err(failed)?,
                Err(Av1Error::Again) => {}
                Err(error) => return Err(failed(error)),
            },
            Err(error) => return Err(failed(error)),
        }
    };
    of_av1(track, &picture, edge)
}

fn of_av1(track: &VideoTrack, picture: &Picture, edge: Option<u32>) -> Result<Pixels, Error> {
    let (width, height) = (picture.width(), picture.height());
    let unlabelled = Cicp::of_unlabelled(width, height);
    let matrix = match picture.matrix_coefficients() {
        MatrixCoefficients::Identity => 0,
        MatrixCoefficients::BT709 => 1,
        MatrixCoefficients::ST240M => 7,
        MatrixCoefficients::BT2020NonConstantLuminance | MatrixCoefficients::BT2020ConstantLuminance => 9,
        MatrixCoefficients::BT470BG | MatrixCoefficients::ST170M => 6,
        _ => 2,
    };
    let stream = Cicp {
        primaries: picture.color_primaries() as u16,
        transfer: picture.transfer_characteristic() as u16,
        matrix,
        full_range: picture.color_range() == YUVRange::Full,
    };
    let stream_colour = stream.or(unlabelled);
    let (count, chroma) = match picture.pixel_layout() {
        PixelLayout::I400 => (1, (1, 1)),
        PixelLayout::I420 => (3, (2, 2)),
        PixelLayout::I422 => (3, (2, 1)),
        PixelLayout::I444 => (3, (1, 1)),
    };
    let deep = picture.bit_depth() > 8;
    let components = [PlanarImageComponent::Y, PlanarImageComponent::U, PlanarImageComponent::V];
    let held: Vec<_> = components[..count]
        .iter()
        .map(|component| (picture.plane(*component), picture.stride(*component) as usize))
        .collect();
    let planes = held.iter().map(|(plane, stride)| match deep {
        true => Plane { samples: Samples::U16Le(plane), stride: stride / 2 },
        false => Plane { samples: Samples::U8(plane), stride: *stride },
    });
    let frame = Frame {
        width,
        height,
        planes: planes.collect(),
        chroma,
        bits: picture.bit_depth() as u32,
        colour: track.colour.map_or(stream_colour, |colour| colour.or(stream_colour)),
    };
    frame.to_pixels(shrink_factor(width, height, edge))
}
