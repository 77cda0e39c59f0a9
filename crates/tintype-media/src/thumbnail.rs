//! What thumbnails are, and what making them may take.

use std::io::{BufRead, Seek};

use crate::frame::Samples;
use crate::probe::{Detail, Header};
use crate::resize::fit;
use crate::rows::Plan;
use crate::{DecoderProcess, Error, Format, Limits, Thumbnailer, decode};

/// What the contract of the service asks for: an icon, a list entry, a card, a page.
pub(crate) const DEFAULT_EDGES: &[u32] = &[64, 128, 512, 1080];
pub(crate) const MAX_EDGE: u32 = 16_384;

/// What to make of an image.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ThumbnailOptions {
    /// Sides in pixels of the square boxes, 1 to 16384 each; 64, 128, 512 and 1080 by default.
    pub edges: Vec<u32>,
    /// What thumbnails are saved as; [`Encoding::Auto`] by default.
    pub encoding: Encoding,
    /// JPEG quality, 1 to 100; 82 by default. WebP has a scale of its own, on which the same numbers look much the same.
    pub jpeg_quality: u8,
    /// What it may cost.
    pub limits: Limits,
    /// Decodes the formats that [`Format::is_isolated`]; none by default, and these are `Error::Unsupported` then.
    pub decoder: Option<DecoderProcess>,
}

impl Default for ThumbnailOptions {
    fn default() -> Self {
        Self {
            edges: DEFAULT_EDGES.to_vec(),
            encoding: Encoding::Auto,
            jpeg_quality: 82,
            limits: Limits::default(),
            decoder: None,
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

    /// Sets [`ThumbnailOptions::decoder`].
    #[must_use]
    pub fn with_decoder(mut self, decoder: DecoderProcess) -> Self {
        self.decoder = Some(decoder);
        self
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
    pub format: ThumbnailFormat,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What to save thumbnails as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// JPEG for opaque images, PNG for images in which anything is transparent.
    #[default]
    Auto,
    /// JPEG for all; what is transparent becomes white.
    Jpeg,
    /// Lossy WebP for all, with alpha where anything is transparent.
    WebP,
}

/// How a thumbnail is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ThumbnailFormat {
    /// For opaque images.
    Jpeg,
    /// For images in which anything is transparent.
    Png,
    /// For all, where [`Encoding::WebP`] was asked for.
    WebP,
}

impl ThumbnailFormat {
    /// Returns the file name extension without its dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// Returns the media type.
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

/// Makes a thumbnail for each of `options.edges`, in their order, from one decode.
///
/// Each fits into its box with the image's aspect ratio, is never larger than the image, stands upright, is sRGB and
/// carries no metadata. A damaged image gives thumbnails as far as its decoder could make sense of it. Who makes
/// thumbnails of many images keeps a [`Thumbnailer`].
///
/// # Errors
///
/// [`Error::TooManyPixels`] and [`Error::TooMuchMemory`] before anything is decoded; [`Error::Unsupported`],
/// [`Error::Malformed`], [`Error::Panicked`] when the image cannot be decoded; [`Error::InvalidEdge`],
/// [`Error::DeadlineExceeded`], [`Error::Cancelled`], [`Error::Io`].
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

/// Refuses what the limits forbid, from the header alone.
pub(crate) fn admit(header: &Header, options: &ThumbnailOptions) -> Result<(), Error> {
    if !header.format.is_decodable() {
        return Err(Error::unsupported(header.format, format!("`{}` cannot be decoded", header.format)));
    }
    if header.format.is_isolated() && options.decoder.is_none() {
        return Err(decode::no_process(header.format));
    }
    let limits = &options.limits;
    // A drawing has no pixels but those that are drawn.
    if header.pixels() > limits.max_pixels && header.format != Format::Svg {
        return Err(Error::TooManyPixels { limit: limits.max_pixels, actual: header.pixels() });
    }
    let needed = estimate(header, &options.edges, options.encoding);
    if needed > limits.max_alloc_bytes {
        return Err(Error::TooMuchMemory { limit: limits.max_alloc_bytes, actual: needed });
    }
    Ok(())
}

/// Returns the sides of the largest thumbnail before orientation.
pub(crate) fn first_sides(header: &Header, edges: &[u32]) -> (u32, u32) {
    let (width, height) = header.orientation.displayed(header.width, header.height);
    let (width, height) = fit(width, height, edges.iter().copied().max().unwrap_or(1));
    header.orientation.displayed(width, height)
}

/// Returns an upper estimate in bytes of the peak memory of making thumbnails with these edges.
pub(crate) fn estimate(header: &Header, edges: &[u32], encoding: Encoding) -> u64 {
    let (width, height) = first_sides(header, edges);
    let encoder = match encoding {
        Encoding::Auto | Encoding::Jpeg => 0,
        Encoding::WebP => u64::from(width) * u64::from(height) * webp_bytes_per_pixel(header),
    };
    memory(header, (width, height)).saturating_add(encoder)
}

/// What libwebp works on while it encodes, and the planes that it is given. Alpha is a lossless picture, whose encoder looks for repetitions.
fn webp_bytes_per_pixel(header: &Header) -> u64 {
    let alpha = match &header.detail {
        Detail::WebP(webp) => webp.alpha || webp.sides != (header.width, header.height),
        Detail::Heif(heif) => !heif.alpha.pieces.is_empty(),
        Detail::Jpeg { .. } => false,
        _ => header.samples.has_alpha(),
    };
    if alpha { 34 } else { 5 }
}

/// The same beside what an encoder takes that is not of this workspace.
fn memory(header: &Header, (width, height): (u32, u32)) -> u64 {
    if let Some(peak) = decode::memory(header, (width, height)) {
        return peak;
    }
    let whole = header.pixels().saturating_mul(header.frame_bytes_per_pixel);
    let small = u64::from(width) * u64::from(height);
    let channels = header.samples.channels() as u64;
    let plan = Plan {
        from: (header.width, header.height),
        to: (width, height),
        samples: header.samples,
        order: header.order,
        deep: header.converted,
    };
    // A picture that is small and whole is its own frame.
    let rows = if whole > 0 && plan.from == plan.to { 0 } else { plan.memory() };
    let decoding = whole.saturating_add(header.scratch_bytes).saturating_add(rows);
    // Sixteen bits before and after, eight at the end, and the tables in between; the profile as it is and as it is understood.
    let tables = if header.samples == Samples::Cmyk { INK_TABLES_BYTES } else { PROFILE_TABLES_BYTES };
    let converting = if header.converted { small * channels * 5 + tables + 2 * header.profile_bytes } else { 0 };
    // Afterwards the largest thumbnail and a file of it; what is transparent is hard to compress.
    let finishing = small * channels * if header.samples.has_alpha() { 3 } else { 2 };
    decoding.max(converting).max(finishing).saturating_add(FIXED_BYTES)
}

/// What a colour profile unfolds to.
const PROFILE_TABLES_BYTES: u64 = 1 << 20;

/// The same for inks, of which four make a table of colours.
const INK_TABLES_BYTES: u64 = 3 << 20;

/// Tables, buffers and small allocations that come with any image.
pub(crate) const FIXED_BYTES: u64 = 512 << 10;
