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
    /// AVIF: AV1 in an HEIF container.
    Avif,
    /// HEIF with any other codec, such as HEIC.
    Heif,
    /// Adobe Photoshop document.
    Psd,
    /// JPEG XL, bare or in a container.
    Jxl,
    /// JPEG 2000, bare or in a container.
    Jp2,
    /// ZSoft Paintbrush.
    Pcx,
    /// Silicon Graphics image.
    Sgi,
    /// DirectDraw surface, of which the largest picture counts.
    Dds,
    /// Icon of macOS, of which the largest picture counts that can be drawn.
    Icns,
    /// X pixmap.
    Xpm,
    /// FITS, of which the first picture counts.
    Fits,
    /// Scalable Vector Graphics.
    Svg,
    /// Truevision TGA. It has no signature, so that all others come before it.
    Tga,
}
