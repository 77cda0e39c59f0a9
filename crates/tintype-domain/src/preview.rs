use std::fmt;
use std::str::FromStr;

use crate::kind::{UnknownName, named};

named!(
    /// How far the picture of a file is.
    PreviewStatus, "status of previews", {
        /// It is there.
        Ready = "ready",
        /// It is still being made.
        Pending = "pending",
        /// It cannot be made.
        Failed = "failed",
        /// Files of this type have none.
        None = "none",
    }
);

named!(
    /// Why a file has no picture although files of its type can have one.
    PreviewReason, "reason", {
        /// The file is damaged, or made its decoder fail.
        Damaged = "damaged",
        /// It needs a password.
        Encrypted = "encrypted",
        /// Nothing here decodes it.
        Unsupported = "unsupported",
        /// It needs more pixels or memory than the server allows.
        TooLarge = "too_large",
        /// It took longer than the server allows.
        TimedOut = "timed_out",
    }
);

named!(
    /// What the picture of a file shows of it.
    PreviewSource, "source of previews", {
        /// The file is an image.
        Image = "image",
        /// The first page of a document.
        Page = "page",
        /// A frame of a film.
        Frame = "frame",
        /// The cover of an album, a book or a comic.
        Cover = "cover",
        /// The course of a sound.
        Waveform = "waveform",
        /// A picture that a program or a camera put into the file.
        Embedded = "embedded",
    }
);

/// The picture of a file: whether there is one, and what stands for it until it is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewFacts {
    /// How far it is.
    pub status: PreviewStatus,
    /// Why it failed.
    pub reason: Option<PreviewReason>,
    /// What it shows.
    pub source: Option<PreviewSource>,
    /// Its ThumbHash and its colours.
    pub look: Option<Look>,
}

impl PreviewFacts {
    /// The picture will be made.
    pub const PENDING: Self = Self { status: PreviewStatus::Pending, reason: None, source: None, look: None };
    /// Files of this type have none.
    pub const NONE: Self = Self { status: PreviewStatus::None, reason: None, source: None, look: None };

    /// There is a picture.
    pub fn ready(source: PreviewSource, look: Option<Look>) -> Self {
        Self { status: PreviewStatus::Ready, reason: None, source: Some(source), look }
    }

    /// There cannot be one.
    pub fn failed(reason: PreviewReason) -> Self {
        Self { status: PreviewStatus::Failed, reason: Some(reason), source: None, look: None }
    }
}

/// What a picture looks like, in a few bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its ThumbHash.
    pub thumb_hash: Vec<u8>,
    /// The dominant colour: red, green, blue.
    pub colour: [u8; 3],
    /// Its perceptual hash: pictures that look alike share most bits.
    pub perceptual_hash: u64,
}

impl Look {
    /// Returns the colour as `#7a6b52`.
    pub fn colour_hex(&self) -> String {
        let [red, green, blue] = self.colour;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// What a file tells about itself: a JSON object for clients, and the values that lists filter and
/// order by.
///
/// Name every field when you build or destructure one, as with [`Facts`](crate::Facts).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataRecord {
    /// A JSON object.
    pub json: String,
    /// When it was taken, in microseconds since 1970; without an offset, as UTC.
    pub taken_at: Option<i64>,
    /// How long it lasts.
    pub duration_ms: Option<i64>,
    /// Pages, slides or sheets.
    pub pages: Option<i64>,
    /// Maker and model of the camera, folded for search.
    pub camera: Option<String>,
    /// Whether it tells a place.
    pub has_gps: bool,
}

impl MetadataRecord {
    /// Nothing is known.
    pub const NOTHING: &str = "{}";
}

impl Default for MetadataRecord {
    fn default() -> Self {
        let json = Self::NOTHING.to_owned();
        Self { json, taken_at: None, duration_ms: None, pages: None, camera: None, has_gps: false }
    }
}

#[cfg(test)]
mod tests {
    use super::Look;

    #[test]
    fn a_colour_is_written_as_in_style_sheets() {
        let look = Look { thumb_hash: Vec::new(), colour: [0x7a, 0x6b, 0x05], perceptual_hash: 0 };
        assert_eq!(look.colour_hex(), "#7a6b05");
    }
}
