//! The parts of an archive that say what it is.

use super::directory::Entry;
use crate::detect::detected::Detected;
use crate::detect::types::*;

/// What is noted of an archive's entries.
#[derive(Default)]
pub(super) struct Parts {
    folded: Vec<u8>,
    pub(super) entries: u64,
    pub(super) first: Vec<u8>,
    pub(super) only_fb2: bool,
    pub(super) content_types: Option<Entry>,
    pub(super) mimetype: Option<Entry>,
    pub(super) manifest: Option<Entry>,
    pub(super) apple_document: Option<Entry>,
    pub(super) apple_index: Option<Entry>,
    pub(super) apple_slides: bool,
    /// Of each of [`FAMILIES`] the parts that are there, one bit each.
    pub(super) seen: [u8; FAMILIES.len()],
    pub(super) word: bool,
    pub(super) sheet: bool,
    pub(super) binary_sheet: bool,
    pub(super) slides: bool,
    pub(super) drawing: bool,
}

/// A part that a family needs.
pub(super) enum Part {
    /// By its whole name.
    Named(&'static str),
    /// By the beginning and the end of its name.
    Within(&'static str, &'static str),
    /// By its name's end, outside any folder.
    AtTop(&'static str),
}

use Part::{AtTop, Named, Within};

/// Families that are known by names alone: by all these parts. The first that is complete counts.
pub(super) const FAMILIES: &[(&[Part], Detected)] = &[
    (&[Named("[content_types].xml"), Within("", ".fdseq")], OXPS),
    (&[Named("[content_types].xml"), Within("3d/", ".model")], MODEL_3MF),
    (&[Named("[content_types].xml"), Named("appxmanifest.xml")], APPX),
    (&[Named("[content_types].xml"), Named("appxmetadata/appxbundlemanifest.xml")], APPX_BUNDLE),
    (&[Named("[content_types].xml"), Named("extension.vsixmanifest")], VSIX),
    (&[Named("meta-inf/container.xml"), Within("", ".opf")], EPUB),
    (&[Named("androidmanifest.xml"), Named("classes.dex")], APK),
    (&[Named("androidmanifest.xml"), Named("resources.arsc")], APK),
    (&[Named("androidmanifest.xml"), Within("meta-inf/", ".sf")], APK),
    (&[Named("bundleconfig.pb"), Within("base/", "")], AAB),
    (&[Within("payload/", ".app/info.plist")], IPA),
    (&[Named("meta-inf/mozilla.rsa")], XPI),
    (&[Named("meta-inf/manifest.mf")], JAR),
    (&[Named("canvas.fig"), Named("meta.json")], FIGMA),
    (&[Named("document.json"), Named("meta.json"), Within("pages/", ".json")], SKETCH),
    (&[AtTop(".kml")], KMZ),
];

impl Parts {
    pub(super) fn note(&mut self, entry: &Entry, name: &[u8]) {
        // Some writers take backslashes, or begin with a slash.
        let name = name.strip_prefix(b"/").or_else(|| name.strip_prefix(b"\\")).unwrap_or(name);
        let mut folded = std::mem::take(&mut self.folded);
        folded.clear();
        folded.extend(name.iter().map(|byte| if *byte == b'\\' { b'/' } else { byte.to_ascii_lowercase() }));
        self.note_folded(entry, &folded);
        self.folded = folded;
    }

    /// Takes a name in lower case with slashes.
    fn note_folded(&mut self, entry: &Entry, name: &[u8]) {
        let within = |start: &[u8], end: &[u8]| name.starts_with(start) && name.ends_with(end);
        match name {
            b"[content_types].xml" => self.content_types = Some(*entry),
            b"mimetype" => self.mimetype = Some(*entry),
            b"meta-inf/manifest.xml" => self.manifest = Some(*entry),
            b"index/document.iwa" => self.apple_document = Some(*entry),
            b"index.xml" | b"index.xml.gz" | b"index.apxl" | b"index.apxl.gz" => self.apple_index = Some(*entry),
            _ => {}
        }
        self.apple_slides |= within(b"index/slide", b".iwa") || within(b"index/masterslide", b".iwa");
        self.word |= within(b"word/document", b".xml");
        self.sheet |= within(b"xl/workbook", b".xml");
        self.binary_sheet |= within(b"xl/workbook", b".bin");
        self.slides |= within(b"ppt/presentation", b".xml");
        self.drawing |= within(b"visio/document", b".xml");
        for ((needed, _), seen) in FAMILIES.iter().zip(&mut self.seen) {
            for (index, part) in needed.iter().enumerate() {
                let there = match part {
                    Named(whole) => name == whole.as_bytes(),
                    Within(start, end) => within(start.as_bytes(), end.as_bytes()),
                    AtTop(end) => name.ends_with(end.as_bytes()) && !name.contains(&b'/'),
                };
                *seen |= u8::from(there) << index;
            }
        }
        if self.entries == 0 {
            self.only_fb2 = name.ends_with(b".fb2");
            self.first = name.to_vec();
        }
        self.entries += 1;
    }
}
