//! Thumbnails: pictures in square boxes.

use std::io::{BufRead, Seek};

use crate::options::{Fit, MAX_SIDE, RenderOptions};
use crate::resize::fit;
use crate::{DecoderProcess, Encoding, Error, Image, ImageFacts, Isolation, Limits, OutputFormat, Rendered, Renderer};

/// What the contract of the service asks for: an icon, a list entry, a card, a page.
const DEFAULT_EDGES: &[u32] = &[64, 128, 512, 1080];

/// What to make of an image.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ThumbnailOptions {
    /// Sides in pixels of the square boxes, 1 to 16384 each; 64, 128, 512 and 1080 by default.
    pub edges: Vec<u32>,
    /// What thumbnails are saved as; [`Encoding::Auto`] by default.
    pub encoding: Encoding,
    /// JPEG quality, 1 to 100; 82 by default. WebP has a scale of its own, on which the same
    /// numbers look much the same.
    pub jpeg_quality: u8,
    /// What it may cost.
    pub limits: Limits,
    /// Where the formats are decoded that [`Format::is_isolated`](crate::Format::is_isolated);
    /// nowhere by default, so that these are `Error::Unsupported`.
    pub isolation: Isolation,
}

impl Default for ThumbnailOptions {
    fn default() -> Self {
        Self {
            edges: DEFAULT_EDGES.to_vec(),
            encoding: Encoding::Auto,
            jpeg_quality: 82,
            limits: Limits::default(),
            isolation: Isolation::None,
        }
    }
}

impl ThumbnailOptions {
    /// Sets [`ThumbnailOptions::edges`].
    #[must_use]
    pub fn with_edges(mut self, edges: impl Into<Vec<u32>>) -> Self {
        self.edges = edges.into();
        self
    }

    /// Sets [`ThumbnailOptions::encoding`].
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets [`ThumbnailOptions::jpeg_quality`].
    #[must_use]
    pub fn with_jpeg_quality(mut self, quality: u8) -> Self {
        self.jpeg_quality = quality;
        self
    }

    /// Sets [`ThumbnailOptions::limits`].
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`ThumbnailOptions::isolation`].
    #[must_use]
    pub fn with_isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Sets [`ThumbnailOptions::isolation`] to a process.
    #[must_use]
    pub fn with_decoder(self, decoder: DecoderProcess) -> Self {
        self.with_isolation(Isolation::Process(decoder))
    }

    /// Returns the thumbnails of an image as pictures to render, one for each of the edges, for
    /// [`Image::cost`].
    #[must_use]
    pub fn pictures(&self, facts: &ImageFacts) -> Vec<RenderOptions> {
        let picture = |edge: &u32| {
            let (width, height) = fit(facts.width, facts.height, *edge);
            RenderOptions {
                width: Some(width),
                height: Some(height),
                fit: Fit::Fill,
                encoding: self.encoding,
                quality: self.jpeg_quality.clamp(1, 100),
                ..RenderOptions::default()
            }
        };
        self.edges.iter().map(picture).collect()
    }
}

/// A small upright sRGB image without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// Side in pixels of the box it was fitted into.
    pub edge: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What `bytes` are.
    pub format: OutputFormat,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Makes thumbnails of one image after the other, with a [`Renderer`] that keeps tables and buffers
/// from each for the next.
///
/// ```
/// use tintype_media::{ThumbnailOptions, Thumbnailer};
///
/// # fn main() -> Result<(), tintype_media::Error> {
/// let options = ThumbnailOptions::default().with_edges([64]);
/// let mut thumbnailer = Thumbnailer::new();
/// for grey in [80, 160] {
///     let ppm = [b"P6 200 100 255\n".as_slice(), &[grey; 60_000]].concat();
///     let made = thumbnailer.thumbnails(std::io::Cursor::new(ppm), &options)?;
///     assert_eq!((made[0].width, made[0].height), (64, 32));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Thumbnailer {
    renderer: Renderer,
}

impl Thumbnailer {
    /// A thumbnailer without anything to reuse yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns what renders other pictures with the same tables and buffers.
    pub fn renderer(&mut self) -> &mut Renderer {
        &mut self.renderer
    }

    /// Makes a thumbnail for each of `options.edges`, in their order, from one decode, as
    /// [`thumbnails`] does.
    ///
    /// # Errors
    ///
    /// As [`thumbnails`].
    pub fn thumbnails<R: BufRead + Seek>(
        &mut self,
        reader: R,
        options: &ThumbnailOptions,
    ) -> Result<Vec<Thumbnail>, Error> {
        check_edges(options)?;
        let image = Image::open(reader, &options.limits)?;
        self.thumbnails_of(&mut image.with_isolation(options.isolation.clone()), options)
    }

    /// Makes the same thumbnails of an image that has been opened, under its own limits and
    /// isolation.
    ///
    /// # Errors
    ///
    /// As [`thumbnails`].
    pub fn thumbnails_of<R: BufRead + Seek>(
        &mut self,
        image: &mut Image<R>,
        options: &ThumbnailOptions,
    ) -> Result<Vec<Thumbnail>, Error> {
        check_edges(options)?;
        let pictures = options.pictures(image.facts());
        let made = self.renderer.render(image, &pictures)?;
        let thumbnail = |(edge, made): (&u32, Rendered)| {
            let Rendered { width, height, format, bytes } = made;
            Thumbnail { edge: *edge, width, height, format, bytes }
        };
        Ok(options.edges.iter().zip(made).map(thumbnail).collect())
    }
}

fn check_edges(options: &ThumbnailOptions) -> Result<(), Error> {
    match options.edges.iter().find(|edge| !(1..=MAX_SIDE).contains(*edge)) {
        Some(edge) => Err(Error::InvalidEdge { edge: *edge }),
        None => Ok(()),
    }
}

/// Makes a thumbnail for each of `options.edges`, in their order, from one decode.
///
/// Each fits into its box with the image's aspect ratio, is never larger than the image, stands
/// upright, is sRGB and carries no metadata. A damaged image gives thumbnails as far as its decoder
/// could make sense of it. Reuse a [`Thumbnailer`] to process many images.
///
/// # Errors
///
/// [`Error::TooManyPixels`] and [`Error::TooMuchMemory`] before anything is decoded;
/// [`Error::Unsupported`], [`Error::Malformed`], [`Error::Panicked`] when the image cannot be
/// decoded; [`Error::InvalidEdge`], [`Error::DeadlineExceeded`], [`Error::Cancelled`],
/// [`Error::Io`].
///
/// ```
/// use tintype_media::{ThumbnailOptions, thumbnails};
///
/// # fn main() -> Result<(), tintype_media::Error> {
/// let ppm = [b"P6 200 100 255\n".as_slice(), &[128; 60_000]].concat();
/// let made = thumbnails(std::io::Cursor::new(ppm), &ThumbnailOptions::default().with_edges([64, 512]))?;
/// assert_eq!((made[0].width, made[0].height), (64, 32));
/// assert_eq!((made[1].width, made[1].height), (200, 100));
/// # Ok(())
/// # }
/// ```
pub fn thumbnails<R: BufRead + Seek>(reader: R, options: &ThumbnailOptions) -> Result<Vec<Thumbnail>, Error> {
    Thumbnailer::new().thumbnails(reader, options)
}
