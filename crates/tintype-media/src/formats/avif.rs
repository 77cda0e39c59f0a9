//! AVIF through rav1d.

#[cfg(feature = "avif")]
mod cost;
#[cfg(feature = "avif")]
mod decode;
#[cfg(feature = "avif")]
mod stream;

use super::heif::{self, Brand};
use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

#[cfg(feature = "avif")]
const DECODING: Decoding = Decoding::Isolated { cost: cost::memory, decode: decode::decode };
#[cfg(not(feature = "avif"))]
const DECODING: Decoding = Decoding::Missing { feature: "avif" };

pub(super) static AVIF: Descriptor = Descriptor {
    format: Format::Avif,
    name: "avif",
    media_type: "image/avif",
    recognise: Recognise::Signature(|head| heif::brand(head) == Some(Brand::Avif)),
    read_header: |source| heif::read(source, Format::Avif),
    decoding: DECODING,
};
