//! HEIF (ISO/IEC 23008-12) with any codec but that of AVIF, and the container of both. What is
//! coded as H.265 is decoded through heic-decoder.

mod boxes;
mod brand;
#[cfg(feature = "heic")]
mod cost;
#[cfg(feature = "heic")]
mod decode;
mod header;
mod items;
#[cfg(any(feature = "avif", feature = "heic"))]
mod planes;
mod properties;
mod sequence;

pub(super) use brand::{Brand, brand};
pub(super) use header::read;
#[cfg(feature = "avif")]
pub(super) use items::{CodedColour, HeifLayout, gather, missing};
#[cfg(feature = "avif")]
pub(super) use planes::{Tile, decode, eight_bits};

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

#[cfg(feature = "heic")]
const DECODING: Decoding = Decoding::Isolated { cost: cost::memory, decode: decode::decode };
#[cfg(not(feature = "heic"))]
const DECODING: Decoding = Decoding::Missing { feature: "heic" };

pub(super) static HEIF: Descriptor = Descriptor {
    format: Format::Heif,
    name: "heif",
    media_type: "image/heif",
    recognise: Recognise::Signature(|head| brand(head) == Some(Brand::Other)),
    read_header: |source| read(source, Format::Heif),
    decoding: DECODING,
};
