//! JPEG 2000 through hayro-jpeg2000. Runs in a process of its own: it cannot be stopped.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use crate::decoding::{Job, check_sides};
use crate::frame::{Decoded, Frame, Samples};
use crate::{Error, Format, rows};

/// Returns a frame of the sides `stored`, of the lowest resolution in the file that has as many
/// pixels.
pub(super) fn decode(bytes: Vec<u8>, job: &Job<'_>) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let failed = |error: hayro_jpeg2000::error::DecodeError| Error::malformed(Format::Jp2, error.to_string());
    let whole = Image::new(&bytes, &DecodeSettings::default()).map_err(failed)?;
    check_sides(header, whole.width(), whole.height())?;
    let settings = DecodeSettings { target_resolution: Some(stored), ..DecodeSettings::default() };
    let image = Image::new(&bytes, &settings).map_err(failed)?;
    let (width, height) = (image.width(), image.height());
    let (samples, icc_profile) = colours(&image)?;
    limits.check_deadline()?;
    let mut context = DecoderContext::default();
    let pixels = image.decode(&mut context).map_err(failed)?.data_u8();
    drop(context);
    if pixels.len() != width as usize * height as usize * samples.channels() {
        return Err(Error::unsupported(Format::Jp2, "channels of different sides"));
    }
    limits.check_deadline()?;
    let frame = rows::shrink(Frame { width, height, samples, pixels }, stored, limits)?;
    Ok(Decoded { frame, icc_profile })
}

/// Returns what the samples of a pixel are, and the profile that they are in.
fn colours(image: &Image<'_>) -> Result<(Samples, Option<Vec<u8>>), Error> {
    let unsupported = || Error::unsupported(Format::Jp2, "other colours than grey, RGB and inks");
    let (channels, profile) = match image.color_space() {
        ColorSpace::Gray => (1, None),
        ColorSpace::RGB => (3, None),
        ColorSpace::CMYK => (4, None),
        ColorSpace::Icc { profile, num_channels } => {
            // Colour space of the data (ICC.1:2022, section 7.2.6).
            let space = profile.get(16..20).unwrap_or_default();
            if !matches!((space, num_channels), (b"GRAY", 1) | (b"RGB ", 3) | (b"CMYK", 4)) {
                return Err(unsupported());
            }
            (*num_channels, Some(profile.clone()))
        }
        ColorSpace::Unknown { .. } => return Err(unsupported()),
    };
    let samples = match (channels, image.has_alpha()) {
        (1, false) => Samples::Grey,
        (1, true) => Samples::GreyAlpha,
        (3, false) => Samples::Rgb,
        (3, true) => Samples::Rgba,
        (4, false) => Samples::Cmyk,
        _ => return Err(unsupported()),
    };
    Ok((samples, profile))
}
