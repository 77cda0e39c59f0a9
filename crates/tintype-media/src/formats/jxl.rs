//! JPEG XL (ISO/IEC 18181) through jxl-oxide.

#[cfg(feature = "jxl")]
mod cost;
#[cfg(feature = "jxl")]
mod decode;
mod header;

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

#[cfg(feature = "jxl")]
const DECODING: Decoding = Decoding::Isolated { cost: cost::memory, decode: decode::decode };
#[cfg(not(feature = "jxl"))]
const DECODING: Decoding = Decoding::Missing { feature: "jxl" };

pub(super) static JXL: Descriptor = Descriptor {
    format: Format::Jxl,
    name: "jxl",
    media_type: "image/jxl",
    recognise: Recognise::Signature(|head| {
        head.starts_with(&[0xFF, 0x0A]) || head.starts_with(b"\0\0\0\x0CJXL \r\n\x87\n")
    }),
    read_header: header::read,
    decoding: DECODING,
};
