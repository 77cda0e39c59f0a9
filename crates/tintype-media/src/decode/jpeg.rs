//! JPEG through zune-jpeg, which gives what was decodable of a file that is cut short.

use std::io::{Seek, SeekFrom};

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::generic::slurp;
use super::{Input, buffer, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::probe::{Detail, Header, JpegColour};
use crate::{Error, Format};

/// Progressive files have about ten; each costs a pass over all coefficients.
const MAX_SCANS: usize = 100;

pub(super) fn decode(mut input: Input<'_>, header: &Header) -> Result<Decoded, Error> {
    let len = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut bytes = slurp(&mut input, len)?;
    let Detail::Jpeg { colour, adobe_offset } = header.detail else {
        return Err(Error::malformed(Format::Jpeg, "no frame header"));
    };
    settle_transform(&mut bytes, colour, adobe_offset);
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes.as_slice()), options);
    decoder.decode_headers().map_err(failed)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    check_sides(header, width as u32, height as u32)?;
    let (wanted, samples) = match colour {
        JpegColour::Grey => (ColorSpace::Luma, Samples::Grey),
        JpegColour::YCbCr => (ColorSpace::RGB, Samples::Rgb),
        // Asked for what it takes them for, the decoder leaves three components as they are.
        JpegColour::Rgb => (decoder.input_colorspace().unwrap_or(ColorSpace::RGB), Samples::Rgb),
        // Inks are taken as stored: their profile is for inks.
        JpegColour::Cmyk => (ColorSpace::CMYK, Samples::Cmyk),
        JpegColour::Ycck => (ColorSpace::YCCK, Samples::Cmyk),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let mut pixels = buffer(header, samples.channels())?;
    let icc_profile = decoder.icc_profile();
    decoder.decode_into(&mut pixels).map_err(failed)?;
    match colour {
        // Whoever writes inks writes them inverted, as Adobe did first.
        JpegColour::Cmyk => pixels.iter_mut().for_each(|ink| *ink = 255 - *ink),
        JpegColour::Ycck => ycck_to_inks(&mut pixels),
        _ => {}
    }
    Ok(Decoded { frame: Frame { width: header.width, height: header.height, samples, pixels }, icc_profile })
}

/// Writes into the Adobe segment what libjpeg would make of it: the decoder refuses unknown values, and takes
/// untransformed RGB for inks.
fn settle_transform(bytes: &mut [u8], colour: JpegColour, adobe_offset: Option<u64>) {
    let flag = adobe_offset.and_then(|offset| bytes.get_mut(usize::try_from(offset).ok()?));
    if let Some(flag) = flag {
        *flag = match colour {
            JpegColour::Cmyk => 0,
            JpegColour::Ycck => 2,
            JpegColour::Grey | JpegColour::YCbCr | JpegColour::Rgb => 1,
        };
    }
}

/// Undoes the transform of ITU-T T.871, section 7, in place.
///
/// What was transformed is the inks themselves, while black is stored inverted: libjpeg's convention, which inverts
/// the three on the way out so that all four come out inverted.
fn ycck_to_inks(pixels: &mut [u8]) {
    for pixel in pixels.chunks_exact_mut(4) {
        let luma = f32::from(pixel[0]);
        let (blue, red) = (f32::from(pixel[1]) - 128.0, f32::from(pixel[2]) - 128.0);
        // Conversion to `u8` saturates.
        pixel[0] = (luma + 1.402 * red).round() as u8;
        pixel[1] = (luma - 0.344_136 * blue - 0.714_136 * red).round() as u8;
        pixel[2] = (luma + 1.772 * blue).round() as u8;
        pixel[3] = 255 - pixel[3];
    }
}

fn failed(error: DecodeErrors) -> Error {
    match error {
        DecodeErrors::Unsupported(scheme) => Error::unsupported(Format::Jpeg, format!("{scheme:?}")),
        other => Error::malformed(Format::Jpeg, format!("{other:?}")),
    }
}
