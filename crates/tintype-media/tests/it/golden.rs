//! Facts of one small file for each format, mode and oddity, as Pillow 13 tells them.

use std::io::Cursor;

use tintype_media::{Format, Kind, Limits, detect, probe};

use crate::files::{all_golden, golden};
use crate::picture::{assert_near, picture};

/// Name, format, sides as displayed, mode by Pillow's name, orientation.
type Facts = (&'static str, Format, u32, u32, &'static str, u16);

const FILES: &[Facts] = &[
    ("l.jpg", Format::Jpeg, 7, 5, "L", 1),
    ("rgb_420.jpg", Format::Jpeg, 7, 5, "RGB", 1),
    ("rgb_prog.jpg", Format::Jpeg, 7, 5, "RGB", 1),
    ("cmyk.jpg", Format::Jpeg, 7, 5, "CMYK", 1),
    ("ori6.jpg", Format::Jpeg, 5, 7, "RGB", 6),
    ("1.png", Format::Png, 7, 5, "1", 1),
    ("l.png", Format::Png, 7, 5, "L", 1),
    ("la.png", Format::Png, 7, 5, "LA", 1),
    ("p.png", Format::Png, 7, 5, "P", 1),
    ("rgb.png", Format::Png, 7, 5, "RGB", 1),
    ("rgba.png", Format::Png, 7, 5, "RGBA", 1),
    ("i_16.png", Format::Png, 7, 5, "I;16", 1),
    ("raw_g2.png", Format::Png, 7, 5, "L", 1),
    ("raw_g4.png", Format::Png, 7, 5, "L", 1),
    ("raw_la16.png", Format::Png, 7, 5, "RGBA", 1),
    ("raw_rgb16.png", Format::Png, 7, 5, "RGB", 1),
    ("raw_rgba16.png", Format::Png, 7, 5, "RGBA", 1),
    ("pal4.png", Format::Png, 7, 5, "P", 1),
    ("anim.png", Format::Png, 7, 5, "RGB", 1),
    ("ori8.png", Format::Png, 5, 7, "RGB", 8),
    ("l.gif", Format::Gif, 7, 5, "P", 1),
    ("pal16.gif", Format::Gif, 7, 5, "P", 1),
    ("anim.gif", Format::Gif, 7, 5, "P", 1),
    ("rgb_inter.gif", Format::Gif, 7, 5, "P", 1),
    ("rgb.webp", Format::WebP, 7, 5, "RGB", 1),
    ("rgba.webp", Format::WebP, 7, 5, "RGBA", 1),
    ("rgb_le0.webp", Format::WebP, 7, 5, "RGB", 1),
    ("rgba_le0.webp", Format::WebP, 7, 5, "RGBA", 1),
    ("anima.webp", Format::WebP, 7, 5, "RGBA", 1),
    ("ori5.webp", Format::WebP, 5, 7, "RGB", 5),
    ("1.bmp", Format::Bmp, 7, 5, "1", 1),
    ("l.bmp", Format::Bmp, 7, 5, "L", 1),
    ("pal16.bmp", Format::Bmp, 7, 5, "P", 1),
    ("rgb.bmp", Format::Bmp, 7, 5, "RGB", 1),
    ("rgba.bmp", Format::Bmp, 7, 5, "RGB", 1),
    ("1_group4.tif", Format::Tiff, 7, 5, "1", 1),
    ("l.tif", Format::Tiff, 7, 5, "L", 1),
    ("la.tif", Format::Tiff, 7, 5, "LA", 1),
    ("t_pal_be.tif", Format::Tiff, 7, 5, "P", 1),
    ("rgb_tiff_lzw.tif", Format::Tiff, 7, 5, "RGB", 1),
    ("rgba.tif", Format::Tiff, 7, 5, "RGBA", 1),
    ("cmyk.tif", Format::Tiff, 7, 5, "CMYK", 1),
    ("lab.tif", Format::Tiff, 7, 5, "LAB", 1),
    ("ycbcr.tif", Format::Tiff, 7, 5, "YCbCr", 1),
    ("i_16.tif", Format::Tiff, 7, 5, "I;16", 1),
    ("t_g16_be.tif", Format::Tiff, 7, 5, "I;16B", 1),
    ("i.tif", Format::Tiff, 7, 5, "I", 1),
    ("f.tif", Format::Tiff, 7, 5, "F", 1),
    ("rgb_big.tif", Format::Tiff, 7, 5, "RGB", 1),
    ("rgb_jpeg.tif", Format::Tiff, 7, 5, "RGB", 1),
    ("t_rgbpt_le.tif", Format::Tiff, 7, 5, "RGB", 1),
    ("t_rgbp_be.tif", Format::Tiff, 7, 5, "RGB", 1),
    ("ori7.tif", Format::Tiff, 5, 7, "RGB", 7),
    ("rgba.ico", Format::Ico, 7, 5, "RGBA", 1),
    ("p_bmpico.ico", Format::Ico, 7, 5, "RGBA", 1),
    ("rgb.ico", Format::Ico, 32, 20, "RGB", 1),
    ("1.pnm", Format::Pnm, 7, 5, "1", 1),
    ("p1.pbm", Format::Pnm, 7, 5, "1", 1),
    ("p2.pgm", Format::Pnm, 7, 5, "L", 1),
    ("p3.ppm", Format::Pnm, 7, 5, "RGB", 1),
    ("l.pnm", Format::Pnm, 7, 5, "L", 1),
    ("rgb.pnm", Format::Pnm, 7, 5, "RGB", 1),
    ("p5_16.pgm", Format::Pnm, 7, 5, "I", 1),
    ("p6_16.ppm", Format::Pnm, 7, 5, "RGB", 1),
    ("p7_4.pam", Format::Pnm, 7, 5, "RGBA", 1),
    ("rgb.qoi", Format::Qoi, 7, 5, "RGB", 1),
    ("rgba.qoi", Format::Qoi, 7, 5, "RGBA", 1),
    ("l.tga", Format::Tga, 7, 5, "L", 1),
    ("p.tga", Format::Tga, 7, 5, "P", 1),
    ("rgb_rle.tga", Format::Tga, 7, 5, "RGB", 1),
    ("rgba.tga", Format::Tga, 7, 5, "RGBA", 1),
    ("rgb.avif", Format::Avif, 7, 5, "RGB", 1),
    ("rgba.avif", Format::Avif, 7, 5, "RGBA", 1),
    ("l.avif", Format::Avif, 7, 5, "L", 1),
    ("ori6.avif", Format::Avif, 5, 7, "RGB", 6),
    ("rgb_444.avif", Format::Avif, 7, 5, "RGB", 1),
    ("rgb_limited.avif", Format::Avif, 7, 5, "RGB", 1),
    ("rgb_10.avif", Format::Avif, 7, 5, "RGB", 1),
    ("rgb_identity.avif", Format::Avif, 7, 5, "RGB", 1),
    ("rgba_pre.avif", Format::Avif, 7, 5, "RGBA", 1),
    ("grid.avif", Format::Avif, 128, 128, "RGB", 1),
    ("tall.avif", Format::Avif, 64, 320, "RGB", 1),
    ("rgb.heic", Format::Heif, 7, 5, "RGB", 1),
    ("rgb_444.heic", Format::Heif, 7, 5, "RGB", 1),
    ("rgb_10.heic", Format::Heif, 7, 5, "RGB", 1),
    ("rgba.heic", Format::Heif, 7, 5, "RGBA", 1),
    ("l.heic", Format::Heif, 7, 5, "L", 1),
    ("ori6.heic", Format::Heif, 5, 7, "RGB", 6),
    ("grid.heic", Format::Heif, 128, 128, "RGB", 1),
    ("plain.heic", Format::Heif, 2000, 1200, "RGB", 1),
    ("plain_a.heic", Format::Heif, 2000, 1200, "RGBA", 1),
    ("rgb.jxl", Format::Jxl, 7, 5, "RGB", 1),
    ("bright.jxl", Format::Jxl, 7, 5, "RGB", 1),
    ("rgba.jxl", Format::Jxl, 7, 5, "RGBA", 1),
    ("l.jxl", Format::Jxl, 7, 5, "L", 1),
    ("la.jxl", Format::Jxl, 7, 5, "LA", 1),
    // Its decoder turns the picture, so that nothing is left to do.
    ("ori6.jxl", Format::Jxl, 5, 7, "RGB", 1),
    ("drawing.svg", Format::Svg, 80, 40, "RGBA", 1),
    ("rgb.jp2", Format::Jp2, 7, 5, "RGB", 1),
    ("plain.jp2", Format::Jp2, 2000, 1200, "RGB", 1),
];

#[test]
fn headers_tell_what_pillow_tells() {
    for &(name, format, width, height, mode, orientation) in FILES {
        let probe =
            probe(Cursor::new(golden(name)), &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = (probe.format, probe.width, probe.height, probe.mode.as_str(), probe.orientation.to_exif());
        assert_eq!(found, (format, width, height, mode, orientation), "{name}");
    }
}

#[test]
fn every_file_on_disk_is_in_the_table() {
    let mut expected: Vec<_> = FILES.iter().map(|facts| facts.0).collect();
    expected.sort_unstable();
    assert_eq!(all_golden().into_iter().map(|(name, _)| name).collect::<Vec<_>>(), expected);
}

#[test]
fn images_are_images_whatever_they_are_called() {
    for &(name, format, ..) in FILES {
        for called in [Some(name), Some("invoice.pdf"), Some("table.csv"), None] {
            let detected = detect(&mut Cursor::new(golden(name)), called).unwrap();
            assert_eq!(detected.kind, Kind::Image, "{name} called {called:?}");
            assert!(detected.mime_type.starts_with("image/"), "{name}");
        }
        assert_eq!(probe(Cursor::new(golden(name)), &Limits::default()).unwrap().format, format, "{name}");
    }
}

/// Files that show the gradient in full colour and stand upright; tolerances are those of the codec
/// and the palette.
const COLOURED: &[(&str, u8)] = &[
    ("rgb.png", 8),
    ("anim.png", 8),
    ("raw_rgb16.png", 8),
    ("rgb_le0.webp", 8),
    ("rgb.bmp", 8),
    ("rgb_tiff_lzw.tif", 8),
    ("rgb_big.tif", 8),
    ("t_rgbp_be.tif", 8),
    ("t_rgbpt_le.tif", 8),
    ("ycbcr.tif", 10),
    ("cmyk.tif", 8),
    ("lab.tif", 14),
    ("t_pal_be.tif", 16),
    ("rgb.pnm", 8),
    ("p3.ppm", 8),
    ("p6_16.ppm", 8),
    ("rgb.qoi", 8),
    ("rgb_rle.tga", 8),
    ("ori5.webp", 8),
    ("rgb_444.avif", 12),
    ("rgb_limited.avif", 12),
    ("rgb_10.avif", 14),
    ("rgb_identity.avif", 8),
    ("rgb_444.heic", 14),
    ("rgb_10.heic", 14),
    ("rgb.jp2", 8),
    ("rgb.jxl", 8),
    // White of 4000 cd/m² is white.
    ("bright.jxl", 12),
    ("ori7.tif", 8),
    ("ori8.png", 8),
];

#[test]
fn every_format_and_mode_shows_the_same_picture() {
    for (name, tolerance) in COLOURED {
        let picture = picture(&golden(name), 64);
        let orientation = probe(Cursor::new(golden(name)), &Limits::default()).unwrap().orientation.to_exif();
        for y in 0..picture.height {
            for x in 0..picture.width {
                // Where the displayed pixel stands in the stored 7 x 5 pixels.
                let (stored_x, stored_y) = match orientation {
                    5 => (y, x),
                    7 => (6 - y, 4 - x),
                    8 => (6 - y, x),
                    _ => (x, y),
                };
                assert_near(picture.at(x, y), gradient(stored_x, stored_y), *tolerance);
            }
        }
    }
}

/// The picture that all files were made from.
fn gradient(x: u32, y: u32) -> [u8; 4] {
    [(x * 255 / 6) as u8, (y * 255 / 4) as u8, ((x + y) * 7) as u8, 255]
}

#[test]
fn grey_of_every_depth_shows_the_same_picture() {
    // One LSB of grey is what the lower bits of a depth can hide.
    for (name, tolerance) in [
        ("l.png", 4),
        ("i_16.png", 4),
        ("raw_g4.png", 20),
        ("raw_g2.png", 70),
        ("l.tif", 4),
        ("i_16.tif", 4),
        ("t_g16_be.tif", 4),
        ("l.bmp", 4),
        ("l.pnm", 4),
        ("p2.pgm", 4),
        ("p5_16.pgm", 4),
        ("l.tga", 4),
        ("l.jxl", 4),
        ("l.heic", 6),
    ] {
        let picture = picture(&golden(name), 64);
        for y in 0..5 {
            for x in 0..7 {
                let [r, g, b, _] = gradient(x, y).map(u32::from);
                // ITU-R BT.601, as Pillow converts to `L`.
                let grey = ((r * 299 + g * 587 + b * 114) / 1000) as u8;
                assert_near(picture.at(x, y), [grey, grey, grey, 255], tolerance);
            }
        }
    }
}
