use super::layout::{TiffLayout, photometric};
use crate::ColourMode;

/// Returns the mode that Pillow's table `OPEN_INFO` gives to such a file, and the nearest for what
/// it refuses.
pub(super) fn mode(layout: &TiffLayout) -> ColourMode {
    const UNCOMPRESSED: u16 = 1;
    const INTEGER: u16 = 2;
    const FLOAT: u16 = 3;
    let extra = layout.extra_samples.first().copied();
    let alpha = layout.has_alpha();
    match (layout.photometric, layout.samples_per_pixel) {
        (photometric::RGB, 4..) if alpha || extra.is_none() => ColourMode::Rgba,
        (photometric::RGB, _) => ColourMode::Rgb,
        (photometric::PALETTE, 2..) if alpha => ColourMode::PaletteAlpha,
        (photometric::PALETTE, _) => ColourMode::Palette,
        (photometric::INKS, _) => ColourMode::Cmyk,
        // Whatever is compressed comes out of Pillow's codec as RGB.
        (photometric::YCBCR, _) if layout.compression != UNCOMPRESSED => ColourMode::Rgb,
        (photometric::YCBCR, 1) => ColourMode::Grey,
        (photometric::YCBCR, _) => ColourMode::YCbCr,
        (photometric::CIE_LAB | photometric::ICC_LAB, _) => ColourMode::Lab,
        (_, 2..) if alpha => ColourMode::GreyAlpha,
        (_, 2..) => ColourMode::Grey,
        _ => match (layout.depth(), layout.sample_format) {
            (1, _) => ColourMode::Bilevel,
            (_, FLOAT) => ColourMode::Float,
            (16, INTEGER) | (17.., _) => ColourMode::Integer,
            (9..=16, _) if layout.big_endian => ColourMode::Grey16BigEndian,
            (9..=16, _) => ColourMode::Grey16,
            _ => ColourMode::Grey,
        },
    }
}
