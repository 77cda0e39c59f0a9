//! ZIP archives: what their entries make of them.
//!
//! A folder's name decides nothing. A family is known by the parts without which its own programs
//! would not open the file, wherever in the archive they are.

mod apple;
mod content_types;
mod directory;
mod parts;

use std::io;

use self::directory::Directory;
use self::parts::{FAMILIES, Parts};
use super::detected::Detected;
use super::extension;
use super::file::File;
use super::kind::Kind;
use super::types::*;

/// Bytes of one part that are unpacked at most.
const PART_BYTES: usize = 1 << 20;

/// Says what the archive is; `None` where it is none.
pub(super) fn decide(file: &mut File<'_>, extension: &str) -> io::Result<Option<Detected>> {
    let directory = Directory::find(file)?;
    if !directory.begins(file)? {
        return Ok(None);
    }
    by_content(file, &directory, extension).map(Some)
}

fn by_content(file: &mut File<'_>, directory: &Directory, extension: &str) -> io::Result<Detected> {
    let mut parts = Parts::default();
    directory.for_each(file, |entry, name| parts.note(entry, name))?;
    if let Some(found) = by_media_type(file, &parts)? {
        return Ok(found);
    }
    if let Some(found) = office(file, directory, &parts, extension)? {
        return Ok(found);
    }
    if let Some(found) = apple::decide(file, &parts, extension)? {
        return Ok(found);
    }
    let complete = FAMILIES.iter().zip(parts.seen).find(|((needed, _), seen)| *seen == (1 << needed.len()) - 1);
    if let Some(((_, found), _)) = complete {
        let chosen = extension::choose(extension::ZIP, extension).filter(|chosen| *found == OXPS && *chosen == XPS);
        return Ok(chosen.unwrap_or(*found));
    }
    if parts.entries == 1 && parts.only_fb2 {
        return Ok(FBZ);
    }
    // The first entry of USDZ is its scene, neither compressed nor in a folder.
    if [".usd", ".usda", ".usdc"].iter().any(|end| parts.first.ends_with(end.as_bytes()))
        && !parts.first.contains(&b'/')
    {
        return Ok(USDZ);
    }
    let chosen =
        extension::choose(extension::OOXML, extension).or_else(|| extension::choose(extension::ZIP, extension));
    Ok(chosen.unwrap_or(ZIP))
}

/// OpenDocument, its predecessor, EPUB and others name their media type in an entry of its own or
/// in their manifest.
fn by_media_type(file: &mut File<'_>, parts: &Parts) -> io::Result<Option<Detected>> {
    if let Some(entry) = &parts.mimetype {
        let text = entry.read(file, 256)?;
        let known = |text: &[u8]| MEDIA_TYPES.iter().find(|known| known.mime_type.as_bytes() == text).copied();
        if let Some(found) = known(text.trim_ascii()) {
            return Ok(Some(found));
        }
    }
    let Some(entry) = &parts.manifest else {
        return Ok(None);
    };
    let manifest = entry.read(file, PART_BYTES)?;
    let manifest = String::from_utf8_lossy(&manifest);
    // `<manifest:file-entry manifest:media-type="…" manifest:full-path="/"/>`
    let root = manifest.split('<').find(|tag| tag.contains("full-path=\"/\""));
    let media_type = root.and_then(|tag| tag.split_once("media-type=\"")).and_then(|(_, rest)| rest.split('"').next());
    Ok(media_type.and_then(|name| MEDIA_TYPES.iter().find(|known| known.mime_type == name)).copied())
}

/// What an entry called `mimetype`, or a manifest, may name.
const MEDIA_TYPES: &[Detected] = &[
    ODT, OTT, ODM, OTM, OTH, ODS, OTS, ODP, OTP, ODG, OTG, ODF, OTF, ODC, ODB, SXW, STW, SXG, SXC, STC, SXI, STI, SXD,
    STD, SXM, EPUB, HWPX, IDML, KRITA, OPENRASTER, MXL,
];

/// Office Open XML needs its content types, and the main part of which they speak.
fn office(file: &mut File<'_>, directory: &Directory, parts: &Parts, extension: &str) -> io::Result<Option<Detected>> {
    let Some(entry) = &parts.content_types else {
        return Ok(None);
    };
    let text = entry.read(file, PART_BYTES)?;
    for main in content_types::main_parts(&text) {
        let usual = match main.found.kind {
            Kind::Spreadsheet => parts.sheet || parts.binary_sheet,
            Kind::Presentation => parts.slides,
            _ if main.found == VSDX => parts.drawing,
            _ => parts.word,
        };
        if usual || directory.contains(file, &main.name)? {
            return Ok(Some(main.found));
        }
    }
    // Content types that cannot be read leave the names, among which the extension may choose.
    let usual = match parts {
        Parts { word: true, .. } => DOCX,
        Parts { sheet: true, .. } => XLSX,
        Parts { binary_sheet: true, .. } => XLSB,
        Parts { slides: true, .. } => PPTX,
        Parts { drawing: true, .. } => VSDX,
        _ => return Ok(None),
    };
    let chosen = extension::choose(extension::OOXML, extension).filter(|chosen| chosen.kind == usual.kind);
    Ok(Some(chosen.unwrap_or(usual)))
}
