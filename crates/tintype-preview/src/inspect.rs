//! The ways in: what a file is, what it tells, what it looks like.

use std::io::{Read, Seek};

use crate::input::{Input, ReadSeek};
use crate::{
    Error, Format, Limits, Metadata, Preview, Source, archive, audio, format, guard, image, office, psd, raw, video,
};

/// What a preview may cost, and how large it is needed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// What the work may cost.
    pub limits: Limits,
    /// How many pixels the longer side is needed with; 1080 by default, `None` for as many as there
    /// are. Pixels come with less than twice as many, unless the file has fewer; a page is drawn
    /// with exactly as many. Pictures that stood in the file come as they are.
    pub edge: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), edge: Some(1080) }
    }
}

impl Options {
    /// Sets [`Options::limits`].
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`Options::edge`].
    #[must_use]
    pub fn with_edge(mut self, edge: Option<u32>) -> Self {
        self.edge = edge;
        self
    }
}

/// Returns what a file is, by its content; `None` for what this crate has nothing to say about.
///
/// # Errors
///
/// [`Error::Io`] if the reader fails, and [`Error::TimedOut`] or [`Error::Cancelled`] by the
/// limits.
pub fn detect<R: Read + Seek + Send>(mut reader: R, limits: &Limits) -> Result<Option<Format>, Error> {
    let reader: &mut dyn ReadSeek = &mut reader;
    guard::catch(|| find_format(&mut Input::new(reader, limits)?))
}

fn find_format(input: &mut Input<'_>) -> Result<Option<Format>, Error> {
    let found = format::detect(input)?;
    if found == Some(Format::Image) && raw::is_raw_tiff(input)? {
        return Ok(Some(Format::Raw));
    }
    Ok(found)
}

/// Returns what a file tells about itself. What is damaged, encrypted or not understood tells less,
/// and is no error.
///
/// # Errors
///
/// [`Error::Io`] if the reader fails, and [`Error::TimedOut`] or [`Error::Cancelled`] by the
/// limits.
pub fn metadata<R: Read + Seek + Send>(mut reader: R, limits: &Limits) -> Result<Metadata, Error> {
    let mut metadata = Metadata::default();
    let reader: &mut dyn ReadSeek = &mut reader;
    let read = guard::catch(|| read_metadata(&mut Input::new(reader, limits)?, &mut metadata));
    match read {
        Err(error @ (Error::Io { .. } | Error::TimedOut | Error::Cancelled)) => Err(error),
        _ => Ok(metadata),
    }
}

fn read_metadata(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    let Some(format) = find_format(input)? else {
        return Ok(());
    };
    match format {
        Format::Image => image::read(input, metadata),
        Format::Psd => psd::read_metadata(input, metadata),
        Format::Raw => raw::read_metadata(input, metadata),
        Format::Pdf => read_pdf(input, metadata),
        Format::Mp4 => {
            *metadata = video::mp4::open(input)?.metadata;
            Ok(())
        }
        Format::Matroska => {
            *metadata = video::matroska::open(input)?.metadata;
            Ok(())
        }
        Format::Audio => {
            *metadata = audio::read(input, audio::Covers::Skip)?.metadata;
            Ok(())
        }
        Format::Zip => office::open(input)?.read_metadata(input, metadata),
        Format::Tar => archive::tar(input, metadata),
        Format::Cfb => {
            if is_encrypted_office(input)? {
                metadata.encrypted = Some(true);
            }
            Ok(())
        }
    }
}

#[cfg(feature = "pdf")]
fn read_pdf(input: &mut Input<'_>, metadata: &mut Metadata) -> Result<(), Error> {
    match crate::pdf::open(input) {
        Ok(document) => document.read_metadata(metadata),
        Err(Error::Encrypted) => metadata.encrypted = Some(true),
        Err(error) => return Err(error),
    }
    Ok(())
}

#[cfg(not(feature = "pdf"))]
fn read_pdf(_: &mut Input<'_>, _: &mut Metadata) -> Result<(), Error> {
    Ok(())
}

/// Returns the picture of a file; `None` for what has none, such as archives, documents without a
/// thumbnail, and images that `tintype-media` decodes.
///
/// # Errors
///
/// [`Error::failure`] tells which of the reasons it is. A panic of a decoder is caught.
pub fn preview<R: Read + Seek + Send>(mut reader: R, options: &Options) -> Result<Option<Preview>, Error> {
    let reader: &mut dyn ReadSeek = &mut reader;
    guard::catch(|| make_preview(&mut Input::new(reader, &options.limits)?, options.edge))
}

fn make_preview(input: &mut Input<'_>, edge: Option<u32>) -> Result<Option<Preview>, Error> {
    let Some(format) = find_format(input)? else {
        return Ok(None);
    };
    match format {
        Format::Image | Format::Tar => Ok(None),
        Format::Psd => psd::preview(input, edge).map(Some),
        Format::Raw => raw::preview(input).map(Some),
        Format::Pdf => page(input, edge),
        Format::Mp4 => {
            let movie = video::mp4::open(input)?;
            if let Some(preview) = video::frame::of_mp4(input, &movie, edge)? {
                return Ok(Some(preview));
            }
            let cover = match movie.cover {
                Some(at) => at.bytes(input, 32 << 20)?.and_then(|bytes| bytes.get(8..).map(<[u8]>::to_vec)),
                None => None,
            };
            sound(input, cover, movie.metadata.duration, movie.has_audio, edge)
        }
        Format::Matroska => {
            let movie = video::matroska::open(input)?;
            if let Some(preview) = video::frame::of_matroska(input, &movie, edge)? {
                return Ok(Some(preview));
            }
            let cover = match movie.cover {
                Some((at, length)) if length < 32 << 20 => Some(input.read_up_to(at, length as usize)?),
                _ => None,
            };
            sound(input, cover, movie.metadata.duration, movie.has_audio, edge)
        }
        Format::Audio => {
            let read = audio::read(input, audio::Covers::Read)?;
            sound(input, read.cover, read.metadata.duration, true, edge)
        }
        Format::Zip => office::open(input)?.preview(input),
        Format::Cfb => match is_encrypted_office(input)? {
            true => Err(Error::Encrypted),
            false => Ok(None),
        },
    }
}

/// Returns the cover of a sound, else its waveform.
fn sound(
    input: &mut Input<'_>,
    cover: Option<Vec<u8>>,
    duration: Option<f64>,
    has_audio: bool,
    edge: Option<u32>,
) -> Result<Option<Preview>, Error> {
    if let Some(cover) = cover.filter(|cover| image::is_picture(cover)) {
        return Ok(Some(Preview::encoded(Source::Cover, cover, None)));
    }
    if !has_audio {
        return Ok(None);
    }
    audio::waveform(input, duration, edge).map(|pixels| Some(Preview::pixels(Source::Waveform, pixels)))
}

#[cfg(feature = "pdf")]
fn page(input: &mut Input<'_>, edge: Option<u32>) -> Result<Option<Preview>, Error> {
    let document = crate::pdf::open(input)?;
    document.draw(input, edge.unwrap_or(2160)).map(|pixels| Some(Preview::pixels(Source::Page, pixels)))
}

#[cfg(not(feature = "pdf"))]
fn page(_: &mut Input<'_>, _: Option<u32>) -> Result<Option<Preview>, Error> {
    Err(Error::unsupported("PDF, which this build leaves out"))
}

/// Returns whether an old container holds an encrypted new document (MS-OFFCRYPTO, 1.4.1).
fn is_encrypted_office(input: &mut Input<'_>) -> Result<bool, Error> {
    use crate::input::Numbers;
    let head = input.read_up_to(0, 512)?;
    let (Some(shift), Some(sector)) = (head.u16_le(30), head.u32_le(48)) else {
        return Ok(false);
    };
    let at = (u64::from(sector) + 1) << shift.min(16);
    // The directory's first sectors are enough: these documents have few streams.
    let directory = input.read_up_to(at, 16 << 10)?;
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    Ok(directory.chunks_exact(128).any(|entry| entry.starts_with(&name)))
}
