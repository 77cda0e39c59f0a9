//! Images that have been opened.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, Seek};

use crate::batch::Batch;
use crate::header::Header;
use crate::{ColourMode, Error, Format, Isolation, Limits, Orientation, RenderOptions, formats};

/// An image whose header has been read: its facts, what pictures of it would cost, and then these.
///
/// ```
/// use tintype_media::{Encoding, Fit, Image, Isolation, Limits, RenderOptions};
///
/// # fn main() -> Result<(), tintype_media::Error> {
/// # let upload = std::io::Cursor::new([b"P6 640 480 255\n".as_slice(), &[200; 640 * 480 * 3]].concat());
/// let mut image = Image::open(upload, &Limits::default())?.with_isolation(Isolation::InProcess);
/// assert_eq!((image.facts().width, image.facts().height), (640, 480));
/// let wanted = [
///     RenderOptions::fit(Fit::Cover, 200, 200).with_encoding(Encoding::WebP),
///     RenderOptions::default().with_width(320),
/// ];
/// assert!(image.cost(&wanted) < 4 << 20);
/// let made = image.render_all(&wanted)?;
/// assert_eq!((made[0].width, made[0].height), (200, 200));
/// assert_eq!((made[1].width, made[1].height), (320, 240));
/// # Ok(())
/// # }
/// ```
pub struct Image<R> {
    pub(crate) reader: R,
    pub(crate) header: Header,
    facts: ImageFacts,
    pub(crate) limits: Limits,
    pub(crate) isolation: Isolation,
    pub(crate) file: Option<File>,
}

/// What an image's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageFacts {
    /// The format by content.
    pub format: Format,
    /// Width in pixels as displayed, that is after orientation.
    pub width: u32,
    /// Height in pixels as displayed, that is after orientation.
    pub height: u32,
    /// How the file stores its colours.
    pub mode: ColourMode,
    /// How the stored pixels must be turned to stand upright; already applied to `width` and
    /// `height`.
    pub orientation: Orientation,
}

impl<R> fmt::Debug for Image<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("facts", &self.facts).finish_non_exhaustive()
    }
}

impl<R: BufRead + Seek> Image<R> {
    /// Reads width, height, mode and orientation without decoding pixels. `limits` are also those
    /// of what is made of the image later.
    ///
    /// Images over [`Limits::max_pixels`] are opened like any other, and so are formats that
    /// [`Format::is_decodable`] denies but whose header is plain enough (Photoshop, FITS). Memory
    /// use is some kilobytes whatever the file holds.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] when the content is no image with known sides, [`Error::Malformed`]
    /// when its header is broken or a side is zero, [`Error::Io`], [`Error::DeadlineExceeded`],
    /// [`Error::Cancelled`].
    pub fn open(mut reader: R, limits: &Limits) -> Result<Self, Error> {
        let header = formats::read_header(&mut reader, limits)?;
        let (width, height) = header.orientation.displayed(header.width, header.height);
        let facts =
            ImageFacts { format: header.format, width, height, mode: header.mode, orientation: header.orientation };
        Ok(Self { reader, header, facts, limits: limits.clone(), isolation: Isolation::None, file: None })
    }

    /// Says where formats that [`Format::is_isolated`] are decoded; nowhere by default.
    #[must_use]
    pub fn with_isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Names a file that has the same content, which [`Isolation::Process`] then gives to the
    /// process instead of sending it what the reader reads. It may be a duplicate of the reader's
    /// own: nobody else may read from it while pictures are made, since the place is shared.
    #[must_use]
    pub fn with_file(mut self, file: File) -> Self {
        self.file = Some(file);
        self
    }

    /// Sets other limits for what is made of the image from now on.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how the stored pixels must be turned to stand upright, where somebody knows better than
    /// the file.
    #[must_use]
    pub fn with_orientation(mut self, orientation: Orientation) -> Self {
        self.header.orientation = orientation;
        (self.facts.width, self.facts.height) = orientation.displayed(self.header.width, self.header.height);
        self.facts.orientation = orientation;
        self
    }

    /// Returns what the header says.
    #[must_use]
    pub fn facts(&self) -> &ImageFacts {
        &self.facts
    }

    /// Returns an upper estimate in bytes of the memory that [`Image::render_all`] of the same
    /// pictures uses at its peak, beside the reader's own; for admission. [`Image::to_rgba8`] uses
    /// no more than the same picture as PNG.
    #[must_use]
    pub fn cost(&self, wanted: &[RenderOptions]) -> u64 {
        let batch = Batch::new(&self.header, wanted);
        batch.cost().max(batch.decoding_limit(&self.limits))
    }

    /// Returns the reader, wherever it stands.
    #[must_use]
    pub fn into_reader(self) -> R {
        self.reader
    }
}

/// Reads the facts of an image that is needed for nothing else, as [`Image::open`] does.
///
/// # Errors
///
/// As [`Image::open`].
///
/// ```
/// # fn main() -> Result<(), tintype_media::Error> {
/// let ppm = b"P6 640 480 255\n";
/// let facts = tintype_media::probe(std::io::Cursor::new(ppm), &tintype_media::Limits::default())?;
/// assert_eq!((facts.width, facts.height, facts.mode.as_str()), (640, 480, "RGB"));
/// # Ok(())
/// # }
/// ```
pub fn probe<R: BufRead + Seek>(reader: R, limits: &Limits) -> Result<ImageFacts, Error> {
    Image::open(reader, limits).map(|image| image.facts)
}
