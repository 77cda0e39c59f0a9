//! What the first directory says, as its parser and the decoder share it.

use crate::Orientation;

/// The compression of TIFF Technical Note 2.
pub(super) const JPEG: u16 = 7;

/// What the first directory says about the pixels.
#[derive(Debug, Clone, Default)]
pub(super) struct TiffLayout {
    pub(super) big_endian: bool,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bits: Vec<u16>,
    pub(super) compression: u16,
    pub(super) photometric: u16,
    /// Where the photometric value stands, two bytes.
    pub(super) photometric_offset: u64,
    pub(super) samples_per_pixel: u16,
    pub(super) rows_per_strip: u32,
    pub(super) planar: bool,
    pub(super) tile: Option<(u32, u32)>,
    pub(super) extra_samples: Vec<u16>,
    pub(super) sample_format: u16,
    /// Where the colour map stands, and how many values it has.
    pub(super) colour_map: Option<(u64, u64)>,
    /// Where the ICC profile stands, and its length in bytes.
    pub(super) profile: Option<(u64, u64)>,
    pub(super) orientation: Orientation,
    /// 1 means the high bit first, 2 the low one.
    pub(super) fill_order: u16,
    /// Values in the lists that the decoder keeps, such as where the strips are.
    pub(super) list_values: u64,
    /// Horizontal and vertical; 2 and 2 unless said.
    pub(super) chroma_subsampling: Vec<u16>,
}

impl TiffLayout {
    pub(super) fn depth(&self) -> u16 {
        self.bits.first().copied().unwrap_or(1)
    }

    /// Says whether each pixel comes with colour of its own; the JPEG codec sees to that by itself.
    pub(super) fn has_full_chroma(&self) -> bool {
        self.compression == JPEG || self.chroma_subsampling == [1, 1]
    }
}

/// Photometric interpretations (TIFF 6.0, section 8).
pub(super) mod photometric {
    pub(crate) const WHITE_IS_ZERO: u16 = 0;
    pub(crate) const BLACK_IS_ZERO: u16 = 1;
    pub(crate) const RGB: u16 = 2;
    pub(crate) const PALETTE: u16 = 3;
    pub(crate) const INKS: u16 = 5;
    pub(crate) const YCBCR: u16 = 6;
    pub(crate) const CIE_LAB: u16 = 8;
    pub(crate) const ICC_LAB: u16 = 9;
}
