use std::fmt;

/// Image formats that are recognised by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG (ITU-T T.81), with or without a JFIF or EXIF header.
    Jpeg,
    /// PNG, including animated PNG, of which the default image counts.
    Png,
    /// GIF, of which the first frame counts.
    Gif,
    /// WebP: lossy, lossless or animated (first frame).
    WebP,
    /// Windows or OS/2 bitmap.
    Bmp,
    /// TIFF and BigTIFF, of which the first page counts.
    Tiff,
    /// Windows icon or cursor, of which the largest entry counts.
    Ico,
    /// Netpbm: PBM, PGM, PPM, PAM and PFM.
    Pnm,
    /// Quite OK Image.
    Qoi,
    /// Truevision TGA, which has no signature.
    Tga,
    /// AVIF: AV1 in an HEIF container.
    Avif,
    /// HEIF with any other codec, such as HEIC.
    Heif,
    /// Scalable Vector Graphics.
    Svg,
    /// Adobe Photoshop document.
    Psd,
    /// JPEG XL, bare or in a container.
    Jxl,
    /// JPEG 2000, bare or in a container.
    Jp2,
}

impl Format {
    /// Returns the usual short lower-case name, such as `jpeg`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::Ico => "ico",
            Self::Pnm => "pnm",
            Self::Qoi => "qoi",
            Self::Tga => "tga",
            Self::Avif => "avif",
            Self::Heif => "heif",
            Self::Svg => "svg",
            Self::Psd => "psd",
            Self::Jxl => "jxl",
            Self::Jp2 => "jp2",
        }
    }

    /// Returns the media type to serve such a file with.
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
            Self::Ico => "image/vnd.microsoft.icon",
            Self::Pnm => "image/x-portable-anymap",
            Self::Qoi => "image/qoi",
            Self::Tga => "image/x-tga",
            Self::Avif => "image/avif",
            Self::Heif => "image/heif",
            Self::Svg => "image/svg+xml",
            Self::Psd => "image/vnd.adobe.photoshop",
            Self::Jxl => "image/jxl",
            Self::Jp2 => "image/jp2",
        }
    }

    /// Says whether [`thumbnails`](crate::thumbnails) can decode this format.
    #[must_use]
    pub const fn is_decodable(self) -> bool {
        matches!(
            self,
            Self::Jpeg
                | Self::Png
                | Self::Gif
                | Self::WebP
                | Self::Bmp
                | Self::Tiff
                | Self::Ico
                | Self::Pnm
                | Self::Qoi
                | Self::Tga
        ) || self.is_isolated()
    }

    /// Says whether this format is decoded in a process of its own, which
    /// [`ThumbnailOptions::decoder`](crate::ThumbnailOptions::decoder) has to name: its decoder cannot be stopped, or may
    /// abort.
    #[must_use]
    pub const fn is_isolated(self) -> bool {
        matches!(self, Self::Avif | Self::Jxl | Self::Svg)
    }

    /// Recognises a format from a file's first bytes; formats without a signature (TGA, SVG) are not found here.
    pub(crate) fn sniff(head: &[u8]) -> Option<Self> {
        const JXL_BOX: &[u8] = b"\0\0\0\x0cJXL \r\n\x87\n";
        const JP2_BOX: &[u8] = b"\0\0\0\x0cjP  \r\n\x87\n";
        let format = match head {
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Self::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Self::Tiff,
            [b'q', b'o', b'i', b'f', ..] => Self::Qoi,
            [b'8', b'B', b'P', b'S', 0, 1 | 2, ..] => Self::Psd,
            [0xFF, 0x0A, ..] => Self::Jxl,
            [0xFF, 0x4F, 0xFF, 0x51, ..] => Self::Jp2,
            _ if head.starts_with(JXL_BOX) => Self::Jxl,
            _ if head.starts_with(JP2_BOX) => Self::Jp2,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => return sniff_brand(head),
            [b'B', b'M', ..] if is_bmp(head) => Self::Bmp,
            [0, 0, 1 | 2, 0, ..] if is_icon(head) => Self::Ico,
            [b'P', b'1'..=b'7' | b'f' | b'F', space, ..] if space.is_ascii_whitespace() || *space == b'#' => Self::Pnm,
            _ => return None,
        };
        Some(format)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads the brands of an ISO base media file (ISO/IEC 14496-12, section 4.3): a video is not an image.
fn sniff_brand(head: &[u8]) -> Option<Format> {
    let size = u32::from_be_bytes(head.get(..4)?.try_into().ok()?) as usize;
    let brands = head.get(8..size.min(head.len()))?;
    let mut found = None;
    for (index, brand) in brands.chunks_exact(4).enumerate() {
        match brand {
            b"avif" | b"avis" => return Some(Format::Avif),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1" | b"msf1"
            | b"mif2" => {
                found = Some(Format::Heif);
            }
            // A file whose major brand is a video's stays a video, whatever still-image brands it is compatible with.
            _ if index == 0 => return None,
            _ => {}
        }
    }
    found
}

/// "BM" begins many a text, so the header's own size must be one that was ever defined, and its planes 1.
fn is_bmp(head: &[u8]) -> bool {
    let Some(size) = head.get(14..18) else {
        return false;
    };
    let planes = match u32::from_le_bytes([size[0], size[1], size[2], size[3]]) {
        12 => head.get(22..24),
        16 | 40 | 52 | 56 | 64 | 108 | 124 => head.get(26..28),
        _ => return false,
    };
    planes == Some(&[1, 0])
}

/// `00 00 01 00` begins other binary files too, so the first directory entry must make sense.
fn is_icon(head: &[u8]) -> bool {
    let Some(entry) = head.get(..22) else {
        return false;
    };
    let count = u16::from_le_bytes([entry[4], entry[5]]);
    let reserved = entry[9];
    let length = u32::from_le_bytes([entry[14], entry[15], entry[16], entry[17]]);
    let offset = u32::from_le_bytes([entry[18], entry[19], entry[20], entry[21]]);
    count > 0 && matches!(reserved, 0 | 255) && length > 0 && offset >= 6 + 16 * u32::from(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_begins_like_a_bitmap_is_none() {
        assert_eq!(Format::sniff(b"BMW is a maker of cars, and this is prose about it."), None);
        assert_eq!(Format::sniff(b"P100 is not a pixmap"), None);
    }

    #[test]
    fn a_film_with_a_still_image_brand_is_no_image() {
        assert_eq!(Format::sniff(b"\0\0\0\x18ftypisom\0\0\0\0mif1heic"), None);
        assert_eq!(Format::sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), Some(Format::Heif));
        assert_eq!(Format::sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"), Some(Format::Avif));
    }
}
