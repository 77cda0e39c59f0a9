//! OLE compound files (MS-CFB): what their streams make of them.

mod directory;

use std::io;

use self::directory::Directory;
use super::detected::Detected;
use super::file::File;
use super::kind::Kind;
use super::types::*;
use super::{extension, wordperfect};

/// How a compound file begins (MS-CFB, section 2.2).
pub(super) const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Streams and storages at the top that say whose file it is, the surest first.
const NAMES: &[(&str, Detected)] = &[
    ("__nameid_version1.0", MSG),
    ("PowerPoint Document", PPT),
    ("PP97_DUALSTORAGE", PPT),
    ("PP40", PPT),
    ("VisioDocument", VSD),
    ("Quill", PUB),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("WksSSWorkBook", WORKS_SHEET),
    ("MatOST", WORKS),
    ("NativeContent_MAIN", QUATTRO_PRO),
    ("StarWriterDocument", SDW),
    ("StarCalcDocument", SDC),
    ("StarImpressDocument", SDD),
    ("StarDrawDocument3", SDA),
    ("StarDrawDocument", SDA),
    ("StarMathDocument", SDM),
    ("HwpSummaryInformation", HWP),
    ("\u{5}HwpSummaryInformation", HWP),
];

/// Says what the file is; `None` where its streams do not tell.
pub(super) fn decide(file: &mut File<'_>, extension: &str) -> io::Result<Option<Detected>> {
    let Some(directory) = Directory::read(file)? else {
        return Ok(None);
    };
    // Office Open XML under a password (MS-OFFCRYPTO, section 2.3): what is inside, its name alone
    // can say.
    if directory.has("EncryptedPackage") || directory.has("\u{9}DRMContent") {
        let office = [Kind::Document, Kind::Spreadsheet, Kind::Presentation];
        let chosen = extension::choose(extension::OOXML, extension)
            .or_else(|| extension::choose(extension::OLE, extension))
            .filter(|chosen| office.contains(&chosen.kind));
        return Ok(Some(chosen.unwrap_or(PROTECTED)));
    }
    if let Some((_, found)) = NAMES.iter().find(|(name, _)| directory.has(name)) {
        return Ok(Some(*found));
    }
    if directory.has("PerfectOffice_MAIN") {
        let start = directory.start(file, "PerfectOffice_MAIN")?;
        return Ok(Some(wordperfect::decide(&start).unwrap_or(WORDPERFECT)));
    }
    Ok(None)
}
