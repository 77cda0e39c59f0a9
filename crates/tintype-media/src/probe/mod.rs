//! Facts from the header.

mod bmp;
mod gif;
mod heif;
mod heif_items;
mod ico;
mod jpeg;
mod jxl;
mod other;
mod png;
mod pnm;
mod svg;
mod tga;
mod tiff;
mod tiff_mode;
mod webp;

use std::io::{BufRead, Read, Seek};

pub(crate) use heif_items::{HeifColour, HeifLayout, Tiles};
pub(crate) use jpeg::read as read_jpeg;
pub(crate) use png::CHUNK_BYTES;
pub(crate) use pnm::parse as parse_pnm;
pub(crate) use tiff::{JPEG as TIFF_JPEG, Layout as TiffLayout};
pub(crate) use tiff_mode::photometric;
pub(crate) use webp::WebpLayout;

use crate::frame::Samples;
use crate::guard::{self, Deadline};
use crate::rows::Order;
use crate::source::Source;
use crate::{ColourMode, Encoding, Error, Format, Limits, Orientation, thumbnail};

/// What an image's header says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// The format by content.
    pub format: Format,
    /// Width in pixels as displayed, that is after orientation.
    pub width: u32,
    /// Height in pixels as displayed, that is after orientation.
    pub height: u32,
    /// How the file stores its colours.
    pub mode: ColourMode,
    /// How the stored pixels must be turned to stand upright; already applied to `width` and `height`.
    pub orientation: Orientation,
    /// Upper estimate in bytes of the memory that [`thumbnails`](crate::thumbnails) with the default edges uses at its
    /// peak, beside the reader's own; for admission.
    pub decode_bytes: u64,
    webp_bytes: u64,
}

impl Probe {
    /// Returns [`Probe::decode_bytes`] for thumbnails that are saved as `encoding` says: the encoder of WebP takes memory of its own, much of it
    /// where something is transparent.
    #[must_use]
    pub fn bytes_for(&self, encoding: Encoding) -> u64 {
        match encoding {
            Encoding::Auto | Encoding::Jpeg => self.decode_bytes,
            Encoding::WebP => self.webp_bytes,
        }
    }
}

/// Reads width, height, mode and orientation without decoding pixels.
///
/// Images over [`Limits::max_pixels`] are reported like any other, and so are formats that
/// [`Format::is_decodable`] denies but whose header is plain enough (HEIF, Photoshop, JPEG XL, JPEG 2000).
/// Memory use is some kilobytes whatever the file holds.
///
/// # Errors
///
/// [`Error::Unsupported`] when the content is no image with known sides, [`Error::Malformed`] when its header is
/// broken or a side is zero, [`Error::Io`], [`Error::DeadlineExceeded`], [`Error::Cancelled`].
///
/// ```
/// # fn main() -> Result<(), tintype_media::Error> {
/// let ppm = b"P6 640 480 255\n";
/// let probe = tintype_media::probe(std::io::Cursor::new(ppm), &tintype_media::Limits::default())?;
/// assert_eq!((probe.width, probe.height, probe.mode.as_str()), (640, 480, "RGB"));
/// # Ok(())
/// # }
/// ```
pub fn probe<R: BufRead + Seek>(reader: R, limits: &Limits) -> Result<Probe, Error> {
    let mut reader = reader;
    let header = read(&mut reader, limits)?;
    let (width, height) = header.orientation.displayed(header.width, header.height);
    Ok(Probe {
        format: header.format,
        width,
        height,
        mode: header.mode,
        orientation: header.orientation,
        decode_bytes: thumbnail::estimate(&header, thumbnail::DEFAULT_EDGES, Encoding::Auto),
        webp_bytes: thumbnail::estimate(&header, thumbnail::DEFAULT_EDGES, Encoding::WebP),
    })
}

/// What the header says, with the sides as stored.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) mode: ColourMode,
    pub(crate) orientation: Orientation,
    /// Bytes per pixel that the decoder holds of the whole picture; none where rows are resized as they come.
    pub(crate) frame_bytes_per_pixel: u64,
    /// What the decoder's rows are.
    pub(crate) samples: Samples,
    /// In which order they come.
    pub(crate) order: Order,
    /// Whether a profile, or the colour space, asks for a conversion.
    pub(crate) converted: bool,
    /// At most as many bytes has its colour profile, where the rows' decoder keeps it for a conversion at the end.
    pub(crate) profile_bytes: u64,
    /// Bytes that decoding needs beside the frame.
    pub(crate) scratch_bytes: u64,
    pub(crate) detail: Detail,
}

/// What only one format's decoder wants to know.
#[derive(Debug, Clone)]
pub(crate) enum Detail {
    None,
    Jpeg {
        /// A file of those segments only that decide what decoding takes.
        skeleton: Vec<u8>,
        /// At most as many bytes has its colour profile.
        profile_bytes: u64,
    },
    Icon {
        is_png: bool,
        /// Its line in the directory.
        entry: [u8; 16],
        offset: u64,
        len: u32,
    },
    /// The iCCP chunk is larger than any honest profile.
    OversizedProfile,
    Tiff(Box<TiffLayout>),
    WebP(WebpLayout),
    Heif(Box<HeifLayout>),
}

impl Header {
    pub(crate) fn new(format: Format, width: u32, height: u32, mode: ColourMode) -> Self {
        Self {
            format,
            width,
            height,
            mode,
            orientation: Orientation::Normal,
            frame_bytes_per_pixel: 4,
            samples: Samples::Rgba,
            order: Order::Down,
            converted: false,
            profile_bytes: 0,
            scratch_bytes: 0,
            detail: Detail::None,
        }
    }

    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

pub(crate) fn read<R: BufRead + Seek>(reader: &mut R, limits: &Limits) -> Result<Header, Error> {
    limits.check_deadline()?;
    guard::catch(|| {
        let mut deadline = Deadline::new(reader, limits);
        let mut source = Source::new(&mut deadline as &mut dyn ReadSeek)?;
        let header = parse(&mut source).map_err(|error| guard::timeout(error, limits))?;
        if header.width == 0 || header.height == 0 {
            return Err(Error::malformed(
                header.format,
                format!("sides of `{}x{}` pixels", header.width, header.height),
            ));
        }
        Ok(header)
    })
}

/// Recognises the format of what `source` holds, or none.
pub(crate) fn recognise(source: &mut Headers<'_>) -> Result<Option<Format>, Error> {
    let head = source.read_up_to(0, 64)?;
    if let Some(format) = Format::sniff(&head) {
        return Ok(Some(format));
    }
    if svg::recognise(source)? {
        return Ok(Some(Format::Svg));
    }
    Ok(tga::recognise(source)?.then_some(Format::Tga))
}

fn parse(source: &mut Headers<'_>) -> Result<Header, Error> {
    let Some(format) = recognise(source)? else {
        return Err(Error::Unsupported { format: None, reason: "content is no known image format".into() });
    };
    match format {
        Format::Jpeg => jpeg::read(source),
        Format::Png => png::read(source),
        Format::Gif => gif::read(source),
        Format::WebP => webp::read(source),
        Format::Bmp => bmp::read(source, 14),
        Format::Tiff => tiff::read(source),
        Format::Ico => ico::read(source),
        Format::Pnm => pnm::read(source),
        Format::Tga => tga::read(source),
        Format::Avif | Format::Heif => heif::read(source, format),
        Format::Qoi => other::qoi(source),
        Format::Psd => other::psd(source),
        Format::Jxl => jxl::read(source),
        Format::Jp2 => other::jp2(source),
        Format::Svg => svg::read(source),
    }
}

/// The header parsers' view of a file.
pub(crate) type Headers<'a> = Source<&'a mut dyn ReadSeek>;

/// A trait object's stand-in for `Read + Seek`.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Returns `N` bytes at `offset`, or an error when the file ends before.
pub(crate) fn need<const N: usize>(source: &mut Headers<'_>, format: Format, offset: u64) -> Result<[u8; N], Error> {
    source.array(offset)?.ok_or_else(|| Error::malformed(format, "header is cut short"))
}
