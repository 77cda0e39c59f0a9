use std::fmt;

/// The coarse kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A still or animated picture.
    Image,
    /// Moving pictures, with or without sound.
    Video,
    /// Sound alone.
    Audio,
    /// A PDF document.
    Pdf,
    /// A text document with layout, or an electronic book.
    Document,
    /// A spreadsheet, or a table by its name.
    Spreadsheet,
    /// A slide show.
    Presentation,
    /// Plain text, markup or source code.
    Text,
    /// An archive or a compressed file.
    Compressed,
    /// Anything else.
    Other,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Image,
        Self::Video,
        Self::Audio,
        Self::Pdf,
        Self::Document,
        Self::Spreadsheet,
        Self::Presentation,
        Self::Text,
        Self::Compressed,
        Self::Other,
    ];

    /// Returns the name in lower case, such as `image`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Pdf => "pdf",
            Self::Document => "document",
            Self::Spreadsheet => "spreadsheet",
            Self::Presentation => "presentation",
            Self::Text => "text",
            Self::Compressed => "compressed",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
