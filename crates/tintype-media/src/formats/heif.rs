//! HEIF (ISO/IEC 23008-12) with any codec but that of AVIF, and the container of both.

mod boxes;
mod brand;
mod header;
mod items;
mod properties;

pub(super) use brand::{Brand, brand};
pub(super) use header::read;
#[cfg(feature = "avif")]
pub(super) use items::{HeifLayout, Tiles, missing};

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static HEIF: Descriptor = Descriptor {
    format: Format::Heif,
    name: "heif",
    media_type: "image/heif",
    recognise: Recognise::Signature(|head| brand(head) == Some(Brand::Other)),
    read_header: |source| read(source, Format::Heif),
    decoding: Decoding::Never,
};
