//! The formats, each in a room of its own: its header, what decoding it costs, and how it is
//! decoded. [`TABLE`] lists them.

mod avif;
mod bmp;
mod dds;
#[cfg(test)]
mod documentation;
mod fits;
mod gif;
mod heif;
mod icns;
mod ico;
mod jp2;
mod jpeg;
mod jxl;
mod pcx;
mod png;
mod pnm;
mod psd;
mod qoi;
mod sgi;
mod svg;
mod tga;
mod tiff;
mod webp;
mod xpm;

use std::fmt;
use std::io::{Read, Seek};

use crate::descriptor::{Decoding, Descriptor, Recognise};
use crate::guard::{self, Deadline};
use crate::header::Header;
use crate::reader::{BoundedReader, HeaderReader, ReadSeek};
use crate::{Error, Format, Limits};

/// In the order of [`Format`]. Files are checked against the formats in this order.
static TABLE: [&Descriptor; 22] = [
    &jpeg::JPEG,
    &png::PNG,
    &gif::GIF,
    &webp::WEBP,
    &bmp::BMP,
    &tiff::TIFF,
    &ico::ICO,
    &pnm::PNM,
    &qoi::QOI,
    &avif::AVIF,
    &heif::HEIF,
    &psd::PSD,
    &jxl::JXL,
    &jp2::JP2,
    &pcx::PCX,
    &sgi::SGI,
    &dds::DDS,
    &icns::ICNS,
    &xpm::XPM,
    &fits::FITS,
    &svg::SVG,
    &tga::TGA,
];

// Every format is at its place.
const _: () = {
    assert!(TABLE.len() == Format::Tga as usize + 1);
    let mut index = 0;
    while index < TABLE.len() {
        assert!(TABLE[index].format as usize == index);
        index += 1;
    }
};

/// Bytes at the beginning that signatures are looked for in.
const SIGNATURE_BYTES: usize = 128;

impl Format {
    pub(crate) const fn descriptor(self) -> &'static Descriptor {
        TABLE[self as usize]
    }

    /// Returns the format of `self as u8`.
    pub(crate) fn from_index(index: u8) -> Option<Self> {
        TABLE.get(usize::from(index)).map(|descriptor| descriptor.format)
    }

    /// Returns the usual short lower-case name, such as `jpeg`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.descriptor().name
    }

    /// Returns the media type to serve such a file with.
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        self.descriptor().media_type
    }

    /// Says whether [`thumbnails`](crate::thumbnails) can decode this format.
    #[must_use]
    pub const fn is_decodable(self) -> bool {
        !matches!(self.descriptor().decoding, Decoding::Never | Decoding::Missing { .. })
    }

    /// Says whether this format is decoded in a process of its own, which
    /// [`Isolation`](crate::Isolation) has to name: its decoder cannot be stopped, or may abort.
    #[must_use]
    pub const fn is_isolated(self) -> bool {
        matches!(self.descriptor().decoding, Decoding::Isolated { .. })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Recognises the format of what `source` holds, or none.
pub(crate) fn recognise(source: &mut HeaderReader<'_>) -> Result<Option<Format>, Error> {
    let head = source.read_up_to(0, SIGNATURE_BYTES)?;
    for descriptor in TABLE {
        if matches!(descriptor.recognise, Recognise::Signature(is_signature) if is_signature(&head)) {
            return Ok(Some(descriptor.format));
        }
    }
    for descriptor in TABLE {
        if let Recognise::Content(is_content) = descriptor.recognise
            && is_content(source)?
        {
            return Ok(Some(descriptor.format));
        }
    }
    Ok(None)
}

/// Reads the header of a file of any format.
pub(crate) fn read_header<R: Read + Seek>(reader: &mut R, limits: &Limits) -> Result<Header, Error> {
    limits.check_deadline()?;
    guard::catch(|| {
        let mut deadline = Deadline::new(reader, limits);
        let mut source = BoundedReader::new(&mut deadline as &mut dyn ReadSeek)?;
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

fn parse(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    match recognise(source)? {
        Some(format) => (format.descriptor().read_header)(source),
        None => Err(Error::Unsupported { format: None, reason: "content is no known image format".into() }),
    }
}
