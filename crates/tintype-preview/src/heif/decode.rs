//! HEIC to pixels.

use heic_decoder::{AlphaPlane, DecodedImage, HeifError};

use crate::input::Input;
use crate::pixels::colour::{self, Cicp};
use crate::pixels::planes::{Frame, Plane, Samples};
use crate::pixels::shrink_factor;
use crate::{Error, Layout, Pixels};

/// Bytes of memory for each pixel: planes of 32 bits a sample, those of the tiles, and ours.
const BYTES_PER_PIXEL: u64 = 24;
const BYTES_PER_PIXEL_WITH_ALPHA: u64 = 36;

/// Decodes the primary image, upright.
pub(crate) fn decode(input: &mut Input<'_>, edge: Option<u32>) -> Result<Pixels, Error> {
    let bytes = input.read_all(2)?;
    let limits = input.limits();
    let info = heic_decoder::probe(&bytes).map_err(failed)?;
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let (width, height) = (side(info.width.max(info.coded_width)), side(info.height.max(info.coded_height)));
    limits.check_sides(width, height)?;
    let each = if info.alpha_bit_depth.is_some() { BYTES_PER_PIXEL_WITH_ALPHA } else { BYTES_PER_PIXEL };
    limits.check_memory(u64::from(width) * u64::from(height) * each + bytes.len() as u64)?;
    limits.check_deadline()?;
    let image = heic_decoder::decode(&bytes).map_err(failed)?;
    drop(bytes);
    limits.check_deadline()?;
    to_pixels(image, edge)
}

fn failed(error: HeifError) -> Error {
    match error {
        HeifError::Unsupported(what) => Error::unsupported(format!("HEIC: {what}")),
        // The base of HEIF holds other codecs, too.
        HeifError::MalformedBox("item has no hvcC property") => Error::unsupported("HEIF of another codec than H.265"),
        HeifError::LimitExceeded(_) => {
            Error::TooLarge { what: "number of pixels", limit: heic_decoder::MAX_IMAGE_PIXELS, actual: u64::MAX }
        }
        error => Error::damaged(format!("HEIC: {error}")),
    }
}

fn to_pixels(image: DecodedImage, edge: Option<u32>) -> Result<Pixels, Error> {
    let (width, height) = (image.width as u32, image.height as u32);
    let grey = image.chroma_format_idc == 0;
    if !grey && image.bit_depth_luma != image.bit_depth_chroma {
        return Err(Error::unsupported("HEIC of different depths"));
    }
    let unlabelled = Cicp { primaries: 1, transfer: 13, matrix: 6, full_range: false };
    let labelled = image.color_info.as_ref().map(|info| Cicp {
        primaries: info.color_primaries,
        transfer: info.transfer_characteristics,
        matrix: info.matrix_coefficients,
        full_range: info.full_range,
    });
    let mut coding = labelled.map_or(unlabelled, |colour| colour.or(unlabelled));
    if image.metadata.icc_profile.is_some() {
        // The profile says what the code points would.
        (coding.primaries, coding.transfer) = (1, 13);
    }
    let factor = shrink_factor(width, height, edge);
    let mut planes = vec![Plane { samples: Samples::I32(&image.y), stride: image.width }];
    if !grey {
        planes.push(Plane { samples: Samples::I32(&image.cb), stride: image.cb_width });
        planes.push(Plane { samples: Samples::I32(&image.cr), stride: image.cb_width });
    }
    let chroma = if grey { (1, 1) } else { (image.chroma_sampling.sub_x, image.chroma_sampling.sub_y) };
    let frame = Frame { width, height, planes, chroma, bits: image.bit_depth_luma, colour: coding };
    // Colours are weighted by alpha when they are shrunk, so that both are needed at full size.
    let mut pixels = match &image.alpha {
        None => frame.to_pixels(factor)?,
        Some(alpha) => with_alpha(&frame.to_pixels(1)?, alpha)?.shrink(factor),
    };
    if let Some(profile) = &image.metadata.icc_profile {
        colour::from_icc(&mut pixels, profile);
    }
    Ok(pixels)
}

fn with_alpha(pixels: &Pixels, alpha: &AlphaPlane) -> Result<Pixels, Error> {
    let count = pixels.width as usize * pixels.height as usize;
    if alpha.samples.len() != count || !(1..=16).contains(&alpha.bit_depth) {
        return Err(Error::unsupported("HEIC with alpha of other sides"));
    }
    let most = (1u32 << alpha.bit_depth) - 1;
    let mut data = Vec::with_capacity(count * 4);
    for (pixel, opacity) in pixels.data.as_chunks::<3>().0.iter().zip(&alpha.samples) {
        let opacity = ((*opacity).clamp(0, most as i32) as u32 * 255 + most / 2) / most;
        let colours = match alpha.premultiplied {
            true => pixel.map(|sample| (u32::from(sample) * 255 / opacity.max(1)).min(255) as u8),
            false => *pixel,
        };
        data.extend(colours);
        data.push(opacity as u8);
    }
    Ok(Pixels { width: pixels.width, height: pixels.height, layout: Layout::Rgba, data })
}
