//! Pictures, and what begins like them.

use tintype_media::Kind;

use super::{bytes, study};
use crate::files::golden;
use crate::made::{boxed, header, mp4};

#[test]
fn netpbm_pictures_are_none_without_their_numbers() {
    study(vec![
        ("a.pbm", bytes(b"P1\n2 2\n0 1\n1 0\n"), Kind::Image, "image/x-portable-bitmap"),
        ("a.pgm", bytes(b"P2 # by hand\n2 1 255\n0 200\n"), Kind::Image, "image/x-portable-graymap"),
        ("a.ppm", bytes(b"P3 1 1 255 1 2 3"), Kind::Image, "image/x-portable-pixmap"),
        // Raw samples that happen to be letters.
        ("b.ppm", bytes(b"P6 1 1 255\nabc"), Kind::Image, "image/x-portable-pixmap"),
        ("b.txt", bytes(b"P6 1 1 255\nabcd"), Kind::Text, "text/plain"),
        ("c.ppm", bytes(b"P6 9 9 255\n\0\x01\x02"), Kind::Image, "image/x-portable-pixmap"),
        ("c.txt", bytes(b"P3 1 1 255 rooms"), Kind::Text, "text/plain"),
        ("d.pgm", golden("p2.pgm"), Kind::Image, "image/x-portable-graymap"),
        ("a.pam", golden("p7_4.pam"), Kind::Image, "image/x-portable-anymap"),
    ]);
}

#[test]
fn pictures_cursors_and_spreadsheets_of_the_eighties() {
    let targa = header(b"\0\0\x02", 18 + 3 * 64 * 48, &[(12, &[64, 0, 48, 0, 24, 32])]);
    let with_colours = header(b"\0\0\x02", 18 + 4 * 8 * 8, &[(12, &[8, 0, 8, 0, 32, 8])]);
    let icon = |kind: u8| {
        header(&[0, 0, kind, 0, 1, 0, 16, 16], 200, &[(10, &[1, 0]), (14, &[100, 0, 0, 0, 22]), (22, &[40])])
    };
    let lotus = |version: &[u8]| [b"\0\0\x02\0", version, b"\x06\0\x08\0\0\0\0\0\0\0\0\0\x01\0\0\0"].concat();
    let excel = |kind: u8, len: u8| {
        [&[9, kind, len, 0, 0, 0, 0x10, 0][..], &[0, 0][..usize::from(len) - 4], b"\x42\0\x02\0\xE4\x04"].concat()
    };
    let ico = "image/vnd.microsoft.icon";
    let lotus_type = "application/vnd.lotus-1-2-3";
    let excel_type = "application/vnd.ms-excel";
    study(vec![
        ("a.tga", targa.clone(), Kind::Image, "image/x-tga"),
        ("b", targa, Kind::Image, "image/x-tga"),
        ("c.tga", with_colours, Kind::Image, "image/x-tga"),
        ("a.ico", icon(1), Kind::Image, ico),
        ("a.cur", icon(2), Kind::Image, ico),
        ("b.ico", golden("rgb.ico"), Kind::Image, ico),
        ("a.wks", lotus(b"\x04\x04"), Kind::Spreadsheet, lotus_type),
        ("a.wk1", lotus(b"\x06\x04"), Kind::Spreadsheet, lotus_type),
        ("b", lotus(b"\x05\x04"), Kind::Spreadsheet, lotus_type),
        ("a.wq1", lotus(b"\x20\x51"), Kind::Spreadsheet, "application/x-quattro-pro"),
        ("a.xls", excel(0, 4), Kind::Spreadsheet, excel_type),
        ("b.xls", excel(2, 6), Kind::Spreadsheet, excel_type),
        ("c", excel(4, 6), Kind::Spreadsheet, excel_type),
        // The same beginning, and no record behind it.
        ("d.bin", header(b"\0\0\x02\0\x06\x04", 90, &[(6, &[0xFF; 8])]), Kind::Other, "application/octet-stream"),
        ("e.bin", header(b"\x09\0\x04\0", 90, &[]), Kind::Other, "application/octet-stream"),
    ]);
}

#[test]
fn pictures_of_old_programs_are_told_from_what_begins_like_them() {
    let unknown = "application/octet-stream";
    let pcx = |fields: &[(usize, &[u8])]| {
        let window: (usize, &[u8]) = (4, &[0, 0, 0, 0, 9, 0, 9, 0]);
        header(b"\x0A\x05\x01\x08", 300, &[&[window, (65, &[1, 10, 0])], fields].concat())
    };
    let sgi = |fields: &[(usize, &[u8])]| header(b"\x01\xDA\x01\x01\0\x03\0\x09\0\x09\0\x03", 600, fields);
    let icns = |len: u8| header(b"icns\0\0\0", 90, &[(7, &[len]), (8, b"is32\0\0\0\x20")]);
    let card = |text: &str| format!("{text:<80}");
    let fits = card("SIMPLE  =                    T") + &card("BITPIX  =                    8") + &card("END");
    let xpm = "/* XPM */\nstatic char *a[] = {\n\"1 1 1 1\",\n\"a c #123456\",\n\"a\"};\n";
    study(vec![
        ("a.pcx", pcx(&[]), Kind::Image, "image/x-pcx"),
        ("b.jpg", pcx(&[]), Kind::Image, "image/x-pcx"),
        // A window that ends before it begins, lines that are too short, and a version that never
        // was.
        ("c.pcx", pcx(&[(4, &[10])]), Kind::Other, unknown),
        ("d.pcx", pcx(&[(1, &[9])]), Kind::Other, unknown),
        ("e.pcx", bytes(b"\n\nTwo lines that are empty, and then some text.\n"), Kind::Text, "text/plain"),
        ("a.rgb", sgi(&[]), Kind::Image, "image/x-sgi"),
        ("b", sgi(&[]), Kind::Image, "image/x-sgi"),
        ("c.sgi", sgi(&[(3, &[3])]), Kind::Other, unknown),
        ("d.sgi", sgi(&[(4, &[0, 9])]), Kind::Other, unknown),
        ("a.icns", icns(90), Kind::Image, "image/x-icns"),
        ("b", icns(90), Kind::Image, "image/x-icns"),
        ("c.icns", icns(91), Kind::Other, unknown),
        ("d.icns", bytes(b"icns are the icons of a Mac"), Kind::Text, "text/plain"),
        ("a.fits", fits.clone().into_bytes(), Kind::Image, "image/fits"),
        ("b", [fits.as_bytes(), &[0; 90]].concat(), Kind::Image, "image/fits"),
        ("c.txt", bytes(b"SIMPLE  = a word that is followed by others"), Kind::Text, "text/plain"),
        ("a.xpm", bytes(xpm.as_bytes()), Kind::Image, "image/x-xpixmap"),
        ("b.c", bytes(xpm.as_bytes()), Kind::Image, "image/x-xpixmap"),
        ("c.c", bytes(b"/* XPM is a format */\nint main(void) { return 0; }\n"), Kind::Text, "text/x-c"),
    ]);
}

#[test]
fn pictures_in_boxes_are_told_from_films_by_their_brand() {
    let brands = |brands: &[u8]| {
        let (major, others) = brands.split_at(4);
        [boxed(b"ftyp", &[major, b"\0\0\0\0", others].concat()), boxed(b"meta", &[0; 30])].concat()
    };
    study(vec![
        ("a.avif", brands(b"avifmif1miaf"), Kind::Image, "image/avif"),
        ("b.mp4", brands(b"avifmif1"), Kind::Image, "image/avif"),
        ("c", brands(b"avisavif"), Kind::Image, "image/avif"),
        ("a.heic", brands(b"heicmif1"), Kind::Image, "image/heic"),
        ("b.avif", brands(b"heicmif1"), Kind::Image, "image/heif"),
        ("c.heif", brands(b"mif1heic"), Kind::Image, "image/heif"),
        ("a.mp4", mp4(b"isom", &[b"vide"]), Kind::Video, "video/mp4"),
        ("b.avif", mp4(b"isom", &[b"vide"]), Kind::Video, "video/mp4"),
        ("c.heic", mp4(b"qt  ", &[b"vide"]), Kind::Video, "video/quicktime"),
    ]);
}

#[test]
fn raw_pictures_are_tiffs_by_another_name() {
    let tiff = golden("rgb_tiff_lzw.tif");
    let canon = header(b"II*\0\x10\0\0\0CR\x02\0", 90, &[(16, &[1, 0, 0, 1, 3, 0, 1, 0, 0, 0, 8])]);
    study(vec![
        ("a.tif", tiff.clone(), Kind::Image, "image/tiff"),
        ("b", tiff.clone(), Kind::Image, "image/tiff"),
        ("c.jpg", tiff.clone(), Kind::Image, "image/tiff"),
        ("a.dng", tiff.clone(), Kind::Image, "image/x-adobe-dng"),
        ("a.nef", tiff.clone(), Kind::Image, "image/x-nikon-nef"),
        ("a.arw", tiff, Kind::Image, "image/x-sony-arw"),
        ("a.cr2", canon.clone(), Kind::Image, "image/x-canon-cr2"),
        ("b.tif", canon, Kind::Image, "image/x-canon-cr2"),
        ("a.txt", bytes(b"II* is how a TIFF begins"), Kind::Text, "text/plain"),
    ]);
}
