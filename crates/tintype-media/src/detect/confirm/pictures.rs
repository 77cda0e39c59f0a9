//! Pictures, models and documents.

use file_format::FileFormat as F;

use super::sample::Sample;

pub(super) fn check(format: F, sample: Sample<'_>) -> Option<bool> {
    let Sample { head, len, .. } = sample;
    Some(match format {
        F::AdaptableScalableTextureCompression => {
            (4..7).all(|at| head.byte(at).is_some_and(|side| (1..=12).contains(&side)))
        }
        F::AppleIconImage => head.be_in(4, 4, 8..=len),
        F::AutocadDrawing => head.digit(4) && head.digit(5) && head.byte(6) == Some(0),
        F::AutodeskAnimator | F::AutodeskAnimatorPro => {
            head.le_in(0, 4, 128..)
                && head.le_in(8, 2, 1..=8192)
                && head.le_in(10, 2, 1..=8192)
                && head.le_in(12, 2, 1..=32)
        }
        F::BetterPortableGraphics => head.byte(4).is_some_and(|format| format >> 5 <= 5),
        F::Blender => matches!(head.byte(7), Some(0x2D | 0x5F | 0x30..=0x39)),
        F::Cineon => head.be_in(4, 4, 128..=len.max(128)),
        F::DesignWebFormat => head.digit(6) && head.0.get(..16).is_some_and(|start| start.contains(&b')')),
        F::DigitalImagingAndCommunicationsInMedicine => head.has(132, b"\x02\0") || head.has(132, b"\0\x02"),
        F::DigitalPictureExchange => head.has(8, b"V") || head.has(8, b"v"),
        F::FlexibleAndInteroperableDataTransfer => matches!(head.byte(0), Some(12 | 14)),
        F::FreeLosslessImageFormat => {
            matches!(head.byte(4), Some(0x31 | 0x33 | 0x34 | 0x41 | 0x43 | 0x44 | 0x51..=0x64)) && head.digit(5)
        }
        F::GlTransmissionFormatBinary => head.le_in(4, 4, 1..=2) && head.le_in(8, 4, 12..),
        F::IccProfile => head.be_in(0, 4, 128..=len.max(128)),
        F::JpegExtendedRange => head.byte(3).is_some_and(|version| version <= 1),
        F::Magicavoxel => head.has(8, b"MAIN"),
        F::MicrosoftDirectdrawSurface => head.le(4, 4) == Some(124) && head.le(76, 4) == Some(32),
        F::Model3dBinary => head.le_in(4, 4, 8..=len),
        F::Openexr => head.byte(4) == Some(2),
        F::PictureExchange => {
            let window = [4, 6, 8, 10].map(|at| head.le(at, 2).unwrap_or_default());
            matches!(head.byte(3), Some(1 | 2 | 4 | 8))
                && window[0] <= window[2]
                && window[1] <= window[3]
                && head.byte(65).is_some_and(|planes| (1..=4).contains(&planes))
                && head.le_in(66, 2, 1..)
        }
        F::SiliconGraphicsImage => {
            matches!(head.byte(2), Some(0 | 1))
                && matches!(head.byte(3), Some(1 | 2))
                && head.be_in(4, 2, 1..=3)
                && head.be_in(6, 2, 1..)
        }
        // Binary files that begin with the word are known by their length.
        F::StereolithographyAscii => false,
        F::EncapsulatedPostscript => head.has(0, b"%!PS") || head.le_in(4, 4, 30..len.max(31)),
        F::Universal3d => head.le_in(4, 4, 24..=4096),
        F::WindowsMetafile => head.has(0, b"\xD7\xCD\xC6\x9A") || head.has(4, b"\0\x01") || head.has(4, b"\0\x03"),
        // Known by `Format`, by more than these bytes.
        F::WindowsCursor
        | F::WindowsIcon
        | F::JointPhotographicExpertsGroup
        | F::TagImageFileFormat
        | F::QuiteOkImage
        | F::AdobePhotoshopDocument
        | F::GraphicsInterchangeFormat
        | F::PortableArbitraryMap
        | F::PortableBitmap
        | F::PortableFloatmap
        | F::PortableGraymap
        | F::PortablePixmap
        | F::WindowsBitmap => false,
        F::EmbeddedOpentype => head.le(0, 4) == Some(len) && head.le_in(4, 4, 1..len.max(2)),
        F::Opentype | F::Truetype => sfnt(sample),
        F::TruetypeCollection => head.be_in(4, 4, 0x1_0000..=0x2_0000) && head.be_in(8, 4, 1..=4096),
        F::WebOpenFontFormat | F::WebOpenFontFormat2 => {
            matches!(head.slice(4, 4), Some(b"\0\x01\0\0" | b"OTTO" | b"true" | b"ttcf")) && head.be_in(8, 4, 44..)
        }
        // Of a compound file, by its class; others are told by rules of our own.
        F::CorelPresentations
        | F::WordperfectDocument
        | F::WordperfectGraphics
        | F::WordperfectMacro
        | F::WordperfectPresentations => head.has(0, b"\xD0\xCF\x11\xE0"),
        F::BmfontBinary => head.byte(4) == Some(1),
        F::FigletFont | F::BmfontAscii => false,
        _ => return None,
    })
}

/// A table directory: its count, and tags whose places lie in the file (OpenType, "Table
/// Directory").
fn sfnt(Sample { head, len, .. }: Sample<'_>) -> bool {
    let Some(count) = head.be(4, 2).filter(|count| (1..=256).contains(count)) else {
        return false;
    };
    (0..count as usize).all(|index| {
        let at = 12 + 16 * index;
        let tag = head.slice(at, 4).is_some_and(|tag| tag.iter().all(|letter| (0x20..0x7F).contains(letter)));
        tag && head.be_in(at + 8, 4, 12..=len)
    })
}
