//! Short signatures, and what has to stand behind them.

use tintype_media::Kind;

use super::{bytes, study};
use crate::made::{font, gzip, header, tar};

#[test]
fn what_signatures_mean_takes_their_structure() {
    let at_offset = |at: usize, word: &[u8]| header(b"\x02\x01", at + 300, &[(at, word)]);
    let unknown = |content: Vec<u8>| ("a.bin", content, Kind::Other, "application/octet-stream");
    study(vec![
        // Each signature alone, with bytes behind it that are no text and not its structure.
        unknown(header(b"true\x01", 90, &[])),
        unknown(header(b"FWS\x01\x02", 90, &[])),
        unknown(header(b"MAC \x01", 90, &[])),
        unknown(header(b"DDS \x01", 300, &[])),
        unknown(header(b"P5 x\x01", 90, &[])),
        unknown(header(b"\x1F\x9D\xFF", 90, &[])),
        unknown(header(b"\x1F\x8B\x03", 90, &[])),
        unknown(header(b"\xFF\xFB\x01", 90, &[])),
        unknown(header(b"\xFF\xF1\xFF", 90, &[])),
        unknown(header(b"\x0B\x77\xFF", 90, &[])),
        unknown(header(b"\x30\x82\x01", 90, &[])),
        unknown(header(b"\x01\xDA\x07", 90, &[])),
        unknown(header(b"\x78\x01", 90, &[])),
        unknown(header(b"\x4C\x01\xFF\xFF", 90, &[])),
        unknown(header(b"\0\0\x01\0\0\0", 90, &[])),
        unknown(header(b"\0\0\x02\0\x06\0", 90, &[])),
        unknown(header(b"\0\0\x01\xB3", 90, &[])),
        unknown(header(b"\x5D\0\0\x80\0", 90, &[(13, b"\x07")])),
        unknown(header(b"\x0A\0\x01\x07", 90, &[])),
        unknown(header(b"\0\x01\0\0\0\x05", 90, &[])),
        unknown(header(b"MZ\xFF\xFF", 90, &[])),
        unknown(header(b"\xCA\xFE\xBA\xBE", 90, &[])),
        unknown(header(b"\x71\xC7", 90, &[])),
        unknown(header(b"\x60\xEA", 90, &[(10, b"\x02")])),
        unknown(header(b"GIF89a\x01", 90, &[(13, b"\x07")])),
        unknown(header(b"II*\0\x08\0\0\0\xFF\xFF", 90, &[])),
        unknown(header(b"PK\x03\x04", 90, &[])),
        unknown(header(b"\xFFWPC\x01", 90, &[(8, b"\xFF")])),
        unknown(header(b"OggS\x01", 90, &[])),
        unknown(header(b"%!\x01", 90, &[])),
        unknown(header(b"%PDF-\x01", 90, &[])),
        unknown(header(b"{\\rtf\x01", 90, &[])),
        unknown(header(b"<map\x01", 90, &[])),
        unknown(header(b"WEBVTT\x01", 90, &[])),
        unknown(header(b"ZWS\x0D\x01", 90, &[])),
        unknown(at_offset(4, b"ftypM4A ")),
        unknown(at_offset(4, b"moov")),
        unknown(at_offset(4, b"mdat")),
        unknown(at_offset(4, b"free")),
        unknown(at_offset(4, b"\x11\xAF")),
        unknown(at_offset(2, b"-lh5-")),
        unknown(at_offset(8, b".FIT")),
        unknown(at_offset(36, b"acsp")),
        unknown(at_offset(44, b"SCRM")),
        unknown(at_offset(128, b"DICM")),
        unknown(header(b"\x47", 200, &[(188, b"\x47")])),
    ]);
}

#[test]
fn programs_fonts_and_data_are_known_by_their_headers() {
    let dbase =
        header(b"\x03\x63\x05\x11\x01", 65 + 11, &[(8, &[65, 0, 11, 0]), (32, b"NAME\0"), (64, b"\x0D Somebody ")]);
    let compressed = header(b"\x1F\x9D\x90", 90, &[(3, b"abc")]);
    let lzma = header(b"\x5D\0\0\x80\0", 90, &[(5, &[0xFF; 8])]);
    let flash = header(b"FWS\x06", 90, &[(4, &90_u32.to_le_bytes())]);
    let packed_flash = header(b"CWS\x08", 90, &[(8, b"\x78\x9C\x01")]);
    let pcx = header(b"\x0A\x05\x01\x08", 200, &[(8, &[9, 0, 9, 0]), (65, &[3, 10, 0])]);
    let dds = header(b"DDS \x7C\0\0\0", 200, &[(76, &[32, 0, 0, 0])]);
    let elf = bytes(b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    let class = bytes(b"\xCA\xFE\xBA\xBE\0\0\0\x34\0\x10");
    let universal = header(b"\xCA\xFE\xBA\xBE\0\0\0\x02", 9000, &[(16, &[0, 0, 16, 0])]);
    let program = header(b"MZ\x90\0\x03\0\0\0\x04\0", 2048, &[(60, &[128]), (128, b"PE\0\0")]);
    let monkey = header(b"MAC \x96\x0F", 90, &[]);
    let au = header(b".snd", 90, &[(4, &[0, 0, 0, 24]), (12, &[0, 0, 0, 1, 0, 0, 0x1F, 0x40, 0, 0, 0, 1])]);
    let eot = header(b"\xC8\0\0\0", 200, &[(4, &[100]), (8, b"\x01\0\x02\0"), (34, b"LP")]);
    let mut stl = header(b"solid made by hand\0", 84 + 50, &[(80, &[1])]);
    stl[100] = 1;
    study(vec![
        ("a.dbf", dbase, Kind::Other, "application/vnd.dbf"),
        ("a.Z", compressed, Kind::Compressed, "application/x-compress"),
        ("a.lzma", lzma, Kind::Compressed, "application/x-lzma"),
        ("a.swf", flash, Kind::Other, "application/x-shockwave-flash"),
        ("b.swf", packed_flash, Kind::Other, "application/x-shockwave-flash"),
        ("a.pcx", pcx, Kind::Image, "image/x-pcx"),
        ("a.dds", dds, Kind::Image, "image/vnd.ms-dds"),
        ("a.o", elf, Kind::Other, "application/x-executable"),
        ("a.class", class, Kind::Other, "application/java-vm"),
        ("a.dylib", universal, Kind::Other, "application/x-mach-binary"),
        ("a.exe", program, Kind::Other, "application/vnd.microsoft.portable-executable"),
        ("a.ape", monkey, Kind::Audio, "audio/x-ape"),
        ("a.au", au, Kind::Audio, "audio/basic"),
        ("a.ttf", font(b"\0\x01\0\0", 3), Kind::Other, "font/ttf"),
        ("b.ttf", font(b"true", 3), Kind::Other, "font/ttf"),
        ("a.otf", font(b"OTTO", 3), Kind::Other, "font/otf"),
        ("a.eot", eot, Kind::Other, "application/vnd.ms-fontobject"),
        ("a.stl", stl, Kind::Other, "model/stl"),
        ("b.stl", bytes(b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n"), Kind::Other, "model/x-stl-ascii"),
        ("a.bz2", bytes(b"BZh91AY&SY\0\0\0\0"), Kind::Compressed, "application/x-bzip2"),
    ]);
}

#[test]
fn archives_are_known_whatever_their_time_or_version() {
    let drawing = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>";
    let sheet = b"<?xml version='1.0'?><gnm:Workbook xmlns:gnm='http://www.gnumeric.org/v10.dtd'/>";
    let mut damaged = tar("notes.txt", b"");
    damaged[0] = b'm';
    let gz = "application/gzip";
    study(vec![
        ("a.gz", gzip(b"hello", b"moov"), Kind::Compressed, gz),
        ("b.gz", gzip(b"hello", b"free"), Kind::Compressed, gz),
        ("c.gz", gzip(b"hello", b"skip"), Kind::Compressed, gz),
        ("d.gz", gzip(b"hello", b"\x11\xAF\0\0"), Kind::Compressed, gz),
        ("e.tgz", gzip(&tar("a", b""), b"\0\0\0\0"), Kind::Compressed, gz),
        ("a.svgz", gzip(drawing, b"mdat"), Kind::Image, "image/svg+xml"),
        ("b.svg", gzip(drawing, b"\0\0\0\0"), Kind::Image, "image/svg+xml"),
        ("c.svg.gz", gzip(drawing, b"\0\0\0\0"), Kind::Compressed, gz),
        ("d.svgz", gzip(b"hello", b"\0\0\0\0"), Kind::Compressed, gz),
        ("a.gnumeric", gzip(sheet, b"\0\0\0\0"), Kind::Spreadsheet, "application/x-gnumeric"),
        ("a.tar", tar("notes.txt", b""), Kind::Compressed, "application/x-tar"),
        ("b.tar", tar("notes.txt", b"ustar\x0000"), Kind::Compressed, "application/x-tar"),
        ("c", tar("notes.txt", b"ustar  \0"), Kind::Compressed, "application/x-tar"),
        ("d.bin", damaged, Kind::Other, "application/octet-stream"),
    ]);
}
