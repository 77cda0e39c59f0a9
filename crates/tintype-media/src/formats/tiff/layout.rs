//! What the first directory says, as its parser and the decoder share it.

use crate::Orientation;

/// The compression of TIFF Technical Note 2.
pub(super) const JPEG: u16 = 7;
/// Those of TIFF 6.0, sections 3, 9, 10, 11 and 13.
pub(super) const UNCOMPRESSED: u16 = 1;
pub(super) const FAX_RLE: u16 = 2;
pub(super) const FAX_GROUP_3: u16 = 3;
pub(super) const FAX_GROUP_4: u16 = 4;
pub(super) const LZW: u16 = 5;
pub(super) const PACK_BITS: u16 = 32_773;
/// As Adobe has it, and as its first writers had.
pub(super) const DEFLATE: u16 = 8;
pub(super) const OLD_DEFLATE: u16 = 32_946;
/// As libtiff has it.
pub(super) const ZSTANDARD: u16 = 50_000;

/// Where the values of an entry stand, and of what type.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    pub(super) kind: u16,
    pub(super) count: u64,
    pub(super) offset: u64,
}

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
    /// 2 means that samples are differences, 3 that floats are.
    pub(super) predictor: u16,
    /// 1 means the high bit first, 2 the low one.
    pub(super) fill_order: u16,
    /// Where strips or tiles begin.
    pub(super) offsets: Option<List>,
    /// How many bytes strips or tiles have.
    pub(super) lengths: Option<List>,
    /// Bit 0 means two dimensions (TIFF 6.0, section 11).
    pub(super) fax_options: u32,
    /// Where the pointer to the next directory stands, and its length.
    pub(super) next_directory: (u64, usize),
    /// Values in the lists that the decoder keeps, such as where the strips are.
    pub(super) list_values: u64,
    /// Horizontal and vertical; 2 and 2 unless said.
    pub(super) chroma_subsampling: Vec<u16>,
}

impl TiffLayout {
    pub(super) fn depth(&self) -> u16 {
        self.bits.first().copied().unwrap_or(1)
    }

    /// Says whether the `tiff` crate knows samples of this depth.
    pub(super) fn is_common_depth(&self) -> bool {
        matches!(self.depth(), 1 | 2 | 4 | 8 | 16 | 32 | 64)
    }

    pub(super) fn number(&self, bytes: &[u8]) -> u64 {
        let fold = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.big_endian { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
    }

    /// Says whether pixels have colour in common; the JPEG codec sees to that by itself.
    pub(super) fn has_shared_chroma(&self) -> bool {
        let is_ycbcr = self.photometric == photometric::YCBCR && self.samples_per_pixel == 3;
        is_ycbcr && self.compression != JPEG && self.shared_chroma() != (1, 1)
    }

    /// Returns how many pixels have their colour in common, across and down.
    pub(super) fn shared_chroma(&self) -> (u16, u16) {
        match self.chroma_subsampling[..] {
            [across, down, ..] => (across, down),
            _ => (2, 2),
        }
    }

    /// Says whether inks come with alpha.
    pub(super) fn has_clear_inks(&self) -> bool {
        self.photometric == photometric::INKS && self.samples_per_pixel > 4 && self.has_alpha()
    }

    /// Says whether the first sample beside the colours is alpha.
    pub(super) fn has_alpha(&self) -> bool {
        matches!(self.extra_samples.first(), Some(1 | 2 | 999))
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
