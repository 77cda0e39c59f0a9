//! What is known of each format, compared with the table in `docs/formats.md`.

use std::fs;

use super::TABLE;
use crate::Format;
use crate::descriptor::{Decoding, Descriptor};

/// The format, the modes that its headers have, and what is to be known of its thumbnails.
fn known(format: Format) -> (&'static str, &'static str, &'static str) {
    match format {
        Format::Jpeg => (
            "JPEG",
            "`L` `RGB` `CMYK`",
            "none with arithmetic coding, 12 bits, or without loss; of Ultra HDR the base picture",
        ),
        Format::Png => (
            "PNG",
            "`1` `L` `LA` `I;16` `P` `RGB` `RGBA`",
            "of an animation the default image; `cICP` and profiles with code points: PQ and HLG are tone-mapped",
        ),
        Format::Gif => ("GIF", "`P`", "the first frame"),
        Format::WebP => ("WebP", "`RGB` `RGBA`", "the first frame"),
        Format::Bmp => ("BMP", "`1` `L` `P` `RGB` `RGBA`", "none with JPEG, PNG or Huffman codes inside"),
        Format::Tiff => (
            "TIFF",
            "`1` `L` `LA` `P` `PA` `RGB` `RGBA` `CMYK` `YCbCr` `LAB` `I;16` `I;16B` `I` `F`",
            "the first page; none with old-style JPEG, LZMA or 24 bits a sample",
        ),
        Format::Ico => ("ICO, CUR", "`1` `L` `LA` `P` `RGB` `RGBA`", "the largest entry; alpha wins over the mask"),
        Format::Pnm => ("PBM, PGM, PPM, PAM, PFM", "`1` `L` `LA` `RGB` `RGBA` `CMYK` `I` `F`", "the first picture"),
        Format::Qoi => ("QOI", "`RGB` `RGBA`", ""),
        Format::Avif => {
            ("AVIF", "`L` `RGB` `RGBA`", "the primary item; PQ and HLG are tone-mapped; a gain map is not applied")
        }
        Format::Heif => (
            "HEIF, HEIC",
            "`L` `RGB` `RGBA`",
            "the primary item, if it is coded as H.265; PQ and HLG are tone-mapped; a gain map is not applied",
        ),
        Format::Psd => ("Photoshop", "`1` `L` `P` `RGB` `RGBA` `CMYK` `LAB`", ""),
        Format::Jxl => (
            "JPEG XL",
            "`L` `LA` `RGB` `RGBA`",
            "the first frame; 0.3 s of processor time and 1 µs for each pixel, 2.7 s at most and 0.16 µs for each pixel \
             above 16 million, and 0.2 µs for each byte; no more pixels than 4096 a byte count",
        ),
        Format::Jp2 => (
            "JPEG 2000",
            "`L` `LA` `RGB` `RGBA` `CMYK` `I;16`",
            "none in L\\*a\\*b\\* of a profile, or of channels that have different sides",
        ),
        Format::Pcx => ("PCX", "`1` `L` `P` `RGB`", "none with the colours of CGA"),
        Format::Sgi => ("SGI", "`L` `LA` `RGB` `RGBA`", "none with indices into a colour map"),
        Format::Dds => (
            "DDS",
            "`L` `LA` `P` `RGB` `RGBA`",
            "the largest picture; pixels, BC1 to BC3 (DXT1 to DXT5), none of others",
        ),
        Format::Icns => ("ICNS", "`RGBA`", "the largest in PNG or of 24 bits; none of JPEG 2000"),
        Format::Xpm => ("XPM", "`P`", "none with rare names of colours"),
        Format::Fits => ("FITS", "`L` `I;16` `I` `F`", ""),
        Format::Svg => ("SVG, SVGZ", "`RGBA`", "no scripts, no references to other files"),
        Format::Tga => ("TGA", "`1` `L` `LA` `P` `RGB` `RGBA`", ""),
    }
}

/// The cells that this crate knows: the first four, and the last.
fn cells(descriptor: &Descriptor) -> ([String; 4], &'static str) {
    let (title, modes, limits) = known(descriptor.format);
    let thumbnails = match descriptor.decoding {
        Decoding::Never => "no",
        Decoding::Missing { .. } | Decoding::Isolated { .. } => "four, in a process",
        Decoding::Frame { .. } | Decoding::Picture { .. } => "four",
    };
    ([title.to_owned(), format!("`{}`", descriptor.media_type), modes.to_owned(), thumbnails.to_owned()], limits)
}

/// Sides are known of every format; preview and metadata are none of this crate's.
#[test]
fn the_documentation_says_what_is_known_of_each_format() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
    let page = fs::read_to_string(path).unwrap();
    let begin = "| format | media type | sides | mode | thumbnails | preview | metadata | limits |\n|---|---|---|---|---|---|---|---|\n";
    let start = page.find(begin).unwrap() + begin.len();
    let rows: Vec<Vec<&str>> = page[start..]
        .lines()
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), TABLE.len());
    for (row, descriptor) in rows.iter().zip(TABLE) {
        let ([title, media_type, modes, thumbnails], limits) = cells(descriptor);
        let [preview, metadata] = [row[5], row[6]];
        let expected = [&title, &media_type, "yes", &modes, &thumbnails, preview, metadata, limits];
        assert_eq!(row.as_slice(), expected, "docs/formats.md, {title}");
        assert!(!preview.is_empty() && !metadata.is_empty(), "docs/formats.md, {title}");
    }
}
