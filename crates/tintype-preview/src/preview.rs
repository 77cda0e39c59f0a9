use std::fmt;

/// The picture of a file, and what it shows of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Preview {
    /// What the picture shows.
    pub source: Source,
    /// The picture itself.
    pub picture: Picture,
}

impl Preview {
    pub(crate) fn pixels(source: Source, pixels: Pixels) -> Self {
        Self { source, picture: Picture::Pixels(pixels) }
    }

    pub(crate) fn encoded(source: Source, bytes: Vec<u8>, orientation: Option<u8>) -> Self {
        Self { source, picture: Picture::Encoded { bytes, orientation } }
    }
}

/// A picture, decoded or as it stood in the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    /// Upright pixels in sRGB.
    Pixels(Pixels),
    /// A JPEG, PNG, GIF, BMP, TIFF or WebP that stood in the file.
    Encoded {
        /// The whole file of the picture.
        bytes: Vec<u8>,
        /// How to turn the stored pixels upright, as EXIF counts it from 1 to 8, in place of what
        /// the picture's own EXIF says; `None` to follow that.
        orientation: Option<u8>,
    },
}

/// Upright pixels of eight bits a channel, in sRGB, row by row without padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What a pixel consists of.
    pub layout: Layout,
    /// `width * height` times [`Layout::channels`] bytes; alpha is straight.
    pub data: Vec<u8>,
}

/// What a pixel consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and alpha.
    Rgba,
}

impl Layout {
    /// Returns the bytes of a pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

impl fmt::Debug for Pixels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pixels({}x{} {:?})", self.width, self.height, self.layout)
    }
}

/// What a preview shows of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The file is an image.
    Image,
    /// The first page of a document.
    Page,
    /// A frame of a film.
    Frame,
    /// The cover of an album, a book or a comic.
    Cover,
    /// The course of a sound.
    Waveform,
    /// A picture that a program or a camera put into the file.
    Embedded,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Image, Self::Page, Self::Frame, Self::Cover, Self::Waveform, Self::Embedded];

    /// Returns the word for it: `image`, `page`, `frame`, `cover`, `waveform` or `embedded`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Page => "page",
            Self::Frame => "frame",
            Self::Cover => "cover",
            Self::Waveform => "waveform",
            Self::Embedded => "embedded",
        }
    }

    /// Returns the source that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
