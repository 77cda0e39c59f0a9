//! JPEG 2000 to pixels.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use crate::input::Input;
use crate::pixels::colour;
use crate::pixels::shrink_factor;
use crate::{Error, Layout, Pixels};

/// Bytes of memory for each sample: coefficients, the transform's copy, and eight bits of it.
const BYTES_PER_SAMPLE: u64 = 16;

pub(crate) fn decode(input: &mut Input<'_>, edge: Option<u32>) -> Result<Pixels, Error> {
    let bytes = input.read_all(2)?;
    let failed = |error| Error::damaged(format!("JPEG 2000: {error}"));
    let image = Image::new(&bytes, &DecodeSettings::default()).map_err(failed)?;
    let (width, height) = (image.width(), image.height());
    let limits = input.limits();
    limits.check_sides(width, height)?;
    let (colours, profile) = match image.color_space() {
        ColorSpace::Gray => (1, None),
        ColorSpace::RGB => (3, None),
        ColorSpace::Icc { num_channels: 1, .. } => (1, None),
        ColorSpace::Icc { profile, num_channels: 3 } => (3, Some(profile.clone())),
        _ => return Err(Error::unsupported("JPEG 2000 of other colours than grey and RGB")),
    };
    let channels = colours + usize::from(image.has_alpha());
    let count = u64::from(width) * u64::from(height);
    limits.check_memory(count * channels as u64 * BYTES_PER_SAMPLE + count * 4 + input.len())?;
    limits.check_deadline()?;
    let mut context = DecoderContext::default();
    let samples = image.decode(&mut context).map_err(failed)?.data_u8();
    if samples.len() as u64 != count * channels as u64 {
        return Err(Error::unsupported("JPEG 2000 with channels of different sides"));
    }
    let layout = if image.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let data = match (colours, image.has_alpha()) {
        (3, _) => samples,
        (_, false) => samples.iter().flat_map(|grey| [*grey; 3]).collect(),
        (_, true) => {
            let pairs = samples.as_chunks::<2>().0;
            pairs.iter().flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect()
        }
    };
    let pixels = Pixels { width, height, layout, data };
    let mut pixels = pixels.shrink(shrink_factor(width, height, edge));
    if let Some(profile) = profile {
        colour::from_icc(&mut pixels, &profile);
    }
    Ok(pixels)
}
