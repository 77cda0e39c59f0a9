//! Microsoft's "DDS_HEADER", "DDS_PIXELFORMAT" and "DDS_HEADER_DXT10".

use crate::frame::Samples;
use crate::header::{Header, need};
use crate::reader::HeaderReader;
use crate::{ColourMode, Error, Format};

pub(super) fn is_surface(head: &[u8]) -> bool {
    head.starts_with(b"DDS \x7C\0\0\0") && head.get(76..80) == Some(&[32, 0, 0, 0])
}

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    const ALPHA: u32 = 1;
    const CODED: u32 = 4;
    const INDEXED: u32 = 0x20;
    const LUMINANCE: u32 = 0x2_0000;
    let bytes: [u8; 128] = need(source, Format::Dds, 0)?;
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let (flags, bits) = (word(80), word(88));
    let masks = [word(92), word(96), word(100), if flags & ALPHA == 0 { 0 } else { word(104) }];
    let mut start = 128;
    let coding = match (flags, &bytes[84..88]) {
        (flags, b"DX10") if flags & CODED != 0 => {
            start = 148;
            Coding::of_dxgi(u32::from_le_bytes(need(source, Format::Dds, 128)?))
        }
        (flags, code) if flags & CODED != 0 => Coding::of_code(code),
        (flags, _) if flags & INDEXED != 0 => Coding::Other(ColourMode::Palette),
        (_, _) if matches!(bits, 8 | 16 | 24 | 32) => {
            let fits = |mask: u32| mask > 0 && u64::from(mask) >> bits == 0;
            let masks = match flags & LUMINANCE {
                0 => masks,
                // It has one mask; some writers set those of 32 bits.
                _ => {
                    let grey = if fits(masks[0]) { masks[0] } else { 0xFF };
                    let alpha = if bits == 16 && flags & ALPHA != 0 { 0xFF00 } else { 0 };
                    [grey, grey, grey, if fits(masks[3]) { masks[3] } else { alpha }]
                }
            };
            Coding::Masks { bytes: bits as usize / 8, masks }
        }
        _ => Coding::Other(ColourMode::Rgb),
    };
    let is_grey = flags & LUMINANCE != 0;
    let mode = match coding {
        Coding::Masks { masks: [.., 0], .. } if is_grey => ColourMode::Grey,
        Coding::Masks { .. } if is_grey => ColourMode::GreyAlpha,
        Coding::Masks { masks: [.., 0], .. } => ColourMode::Rgb,
        Coding::Other(mode) => mode,
        Coding::Masks { .. } | Coding::Blocks(_) => ColourMode::Rgba,
    };
    let mut header = Header::new(Format::Dds, word(16), word(12), mode);
    header.samples = Samples::Rgba;
    header.frame_bytes_per_pixel = 0;
    // Four rows of blocks, and their bytes.
    header.scratch_bytes = u64::from(header.width) * 24 + (1 << 16);
    header.set_detail(DdsLayout { coding, start });
    Ok(header)
}

pub(super) struct DdsLayout {
    pub(super) coding: Coding,
    /// Where the largest picture begins.
    pub(super) start: u64,
}

#[derive(Clone, Copy)]
pub(super) enum Coding {
    /// Pixels of so many bytes.
    Masks {
        bytes: usize,
        masks: [u32; 4],
    },
    Blocks(BlockKind),
    /// Not decoded.
    Other(ColourMode),
}

/// How the alpha of a block of 4 x 4 pixels is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// By one of its colours: BC1, or DXT1.
    Colours,
    /// By four bits a pixel: BC2, or DXT2 and DXT3.
    Bits,
    /// Between two ends: BC3, or DXT4 and DXT5.
    Ends,
}

impl Coding {
    fn of_code(code: &[u8]) -> Self {
        match code {
            b"DXT1" => Self::Blocks(BlockKind::Colours),
            b"DXT2" | b"DXT3" => Self::Blocks(BlockKind::Bits),
            b"DXT4" | b"DXT5" => Self::Blocks(BlockKind::Ends),
            b"ATI1" | b"BC4U" | b"BC4S" => Self::Other(ColourMode::Grey),
            b"ATI2" | b"BC5U" | b"BC5S" => Self::Other(ColourMode::Rgb),
            _ => Self::Other(ColourMode::Rgba),
        }
    }

    /// By the numbers of "DXGI_FORMAT".
    fn of_dxgi(number: u32) -> Self {
        const BLUE_FIRST: [u32; 4] = [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000];
        const RED_FIRST: [u32; 4] = [0xFF, 0xFF00, 0xFF_0000, 0xFF00_0000];
        match number {
            27..=29 => Self::Masks { bytes: 4, masks: RED_FIRST },
            61 => Self::Masks { bytes: 1, masks: [0xFF, 0xFF, 0xFF, 0] },
            70..=72 => Self::Blocks(BlockKind::Colours),
            73..=75 => Self::Blocks(BlockKind::Bits),
            76..=78 => Self::Blocks(BlockKind::Ends),
            87 | 90 | 91 => Self::Masks { bytes: 4, masks: BLUE_FIRST },
            88 | 92 | 93 => Self::Masks { bytes: 4, masks: [0xFF_0000, 0xFF00, 0xFF, 0] },
            79..=81 => Self::Other(ColourMode::Grey),
            82..=84 | 94..=96 => Self::Other(ColourMode::Rgb),
            _ => Self::Other(ColourMode::Rgba),
        }
    }
}
