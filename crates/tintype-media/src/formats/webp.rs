//! WebP (RFC 9649) through libwebp.

#[cfg(feature = "webp")]
mod cost;
#[cfg(feature = "webp")]
mod decode;
mod header;

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

#[cfg(feature = "webp")]
const DECODING: Decoding = Decoding::Picture { cost: cost::memory, decode: decode::decode };
#[cfg(not(feature = "webp"))]
const DECODING: Decoding = Decoding::Missing { feature: "webp" };

pub(super) static WEBP: Descriptor = Descriptor {
    format: Format::WebP,
    name: "webp",
    media_type: "image/webp",
    recognise: Recognise::Signature(|head| head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")),
    read_header: header::read,
    decoding: DECODING,
};
