//! JPEG 2000 (ISO/IEC 15444-1) through hayro-jpeg2000.

#[cfg(feature = "jp2")]
mod cost;
#[cfg(feature = "jp2")]
mod decode;
mod header;

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

#[cfg(feature = "jp2")]
const DECODING: Decoding = Decoding::Isolated { cost: cost::memory, decode: decode::decode };
#[cfg(not(feature = "jp2"))]
const DECODING: Decoding = Decoding::Missing { feature: "jp2" };

pub(super) static JP2: Descriptor = Descriptor {
    format: Format::Jp2,
    name: "jp2",
    media_type: "image/jp2",
    recognise: Recognise::Signature(|head| {
        head.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) || head.starts_with(b"\0\0\0\x0CjP  \r\n\x87\n")
    }),
    read_header: header::read,
    decoding: DECODING,
};
