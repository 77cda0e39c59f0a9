//! Signatures of our own, for what `file-format` does not know or takes for something else.

use super::detected::Detected;
use super::file::Bytes;
use super::types::*;

/// Signatures at places, long enough to be believed in a file that is no text.
const SIGNATURES: &[(usize, &[u8], Detected)] = &[
    (0, b"ADIF", AAC),
    (0, b"TTA1", TTA),
    (0, b"tBaK", TAK),
    (0, b"ajkg\x02", SHORTEN),
    (0, b"OFR ", OPTIMFROG),
    (0, b"PSID\0", SID),
    (0, b"RSID\0", SID),
    (0, b"caff\0\x01\0\0", CAF),
    (0, b"#!AMR-WB\n", AMR_WB),
    (0, b"#!AMR\n", AMR),
    (0, b"\x7F\xFE\x80\x01", DTS),
    (0, b"\xFE\x7F\x01\x80", DTS),
    (0, b"NSVf", NSV),
    (0, b"NSVsNSV", NSV),
    (0, b"BIKb", BINK),
    (0, b"BIKf", BINK),
    (0, b"BIKg", BINK),
    (0, b"BIKh", BINK),
    (0, b"BIKi", BINK),
    (0, b"KB2", BINK),
    (0, b"SMK2", SMACKER),
    (0, b"SMK4", SMACKER),
    (0, b"DKIF\0\0\x20\0", IVF),
    (0, b"YUV4MPEG2 ", YUV4MPEG),
    (0, b"\x59\xA6\x6A\x95", SUN_RASTER),
    (0, b"Paint Shop Pro Image File\n\x1A", PSP),
    (60, b"TEXtREAd", PALM_DOC),
    (0, b"HWP Document File V", HWP),
    (0, b"\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3", ONENOTE),
    // Word 2 for Windows, 4 and 5 for the Macintosh.
    (0, b"\xDB\xA5\x2D\0", DOC),
    (0, b"\xFE\x37\0\x1C", DOC),
    (0, b"\xFE\x37\0\x23", DOC),
    (0, b"WordPro\0", WORDPRO),
    (0, b"WordPro\r\xFB", WORDPRO),
    (0, b"<MakerFile ", FRAMEMAKER),
    (0, b"<MakerScreenFo", FRAMEMAKER),
    (0, b"\xF7\x02\x01\x83\x92\xC0\x1C\x3B\0\0\0\0", DVI),
    (6, b"%!PS-AdobeFont", TYPE1),
    (6, b"%!FontType1", TYPE1),
];

/// Says what a file that is no text is by its own signature.
pub(super) fn decide(head: &[u8], len: u64) -> Option<Detected> {
    let bytes = Bytes(head);
    let known = SIGNATURES.iter().find(|(at, signature, _)| bytes.has(*at, signature)).map(|(_, _, found)| *found);
    let dsdiff = bytes.has(0, b"FRM8") && bytes.has(12, b"DSD ");
    known
        .or_else(|| dsdiff.then_some(DSDIFF))
        .or_else(|| is_dv(bytes).then_some(DV))
        .or_else(|| spreadsheet(bytes))
        .or_else(|| is_dbase(bytes, len).then_some(DBASE))
        .or_else(|| is_binary_stl(bytes, len).then_some(STL))
}

/// Spreadsheets before there were containers: records of a type, a length and a body, of which the
/// first says whose they are and has to be followed by another one.
fn spreadsheet(bytes: Bytes<'_>) -> Option<Detected> {
    let (kind, size, version) = (bytes.le(0, 2)?, bytes.le(2, 2)?, bytes.le(4, 2)?);
    let found = match (kind, size) {
        // `BOF` of Lotus 1-2-3, Symphony and those who took it over.
        (0, 2) => match version {
            0x0404..=0x0406 => LOTUS,
            0x0407 | 0x1001..=0x1007 | 0x5120..=0x5121 => QUATTRO_PRO,
            _ => return None,
        },
        (0xFF, 2) if version == 0x0404 => WORKS_SHEET,
        (0, 0x1A) if (0x1000..=0x1005).contains(&version) => LOTUS,
        // `BOF` of Excel 2 to 4: a sheet, a chart or a macro.
        (0x0009, 4) | (0x0209, 6) | (0x0409, 6) => {
            matches!(bytes.le(6, 2)?, 0x10 | 0x20 | 0x40 | 0x100).then_some(XLS)?
        }
        _ => return None,
    };
    // The second `BOF` of Works tells it from Lotus.
    if found == LOTUS && bytes.has(6, b"\x05\x54\x02\0") {
        return Some(WORKS_SHEET);
    }
    let second = 4 + size as usize;
    (bytes.le_in(second, 2, ..0x1000) && bytes.le_in(second + 2, 2, ..0x2000)).then_some(found)
}

/// A date, and the lengths of a header and of records that fit its fields and the file.
fn is_dbase(bytes: Bytes<'_>, len: u64) -> bool {
    let version = matches!(
        bytes.byte(0),
        Some(
            0x02 | 0x03
                | 0x04
                | 0x05
                | 0x30
                | 0x31
                | 0x32
                | 0x43
                | 0x63
                | 0x7B
                | 0x83
                | 0x8B
                | 0x8E
                | 0xCB
                | 0xE5
                | 0xF5
        )
    );
    let date = bytes.le_in(2, 1, 1..=12) && bytes.le_in(3, 1, 1..=31);
    let (Some(records), Some(header), Some(record)) = (bytes.le(4, 4), bytes.le(8, 2), bytes.le(10, 2)) else {
        return false;
    };
    let field = bytes.0.get(32).is_some_and(u8::is_ascii_alphabetic);
    version
        && date
        && field
        && header >= 65
        && record > 1
        && header <= len
        && header + records * record <= len + 1
        && bytes.0.get(32..header as usize).is_some_and(|fields| fields.contains(&0x0D))
}

/// Header sections of a frame, and subcode sections after them (IEC 61834-2).
fn is_dv(bytes: Bytes<'_>) -> bool {
    bytes.has(0, b"\x1F\x07\0") && bytes.byte(80).is_some_and(|id| id >> 5 == 1)
}

/// Eighty bytes of anything, a number of triangles, and fifty bytes for each.
fn is_binary_stl(bytes: Bytes<'_>, len: u64) -> bool {
    bytes.le(80, 4).is_some_and(|count| count > 0 && count * 50 + 84 == len)
}
