//! Scalable Vector Graphics through resvg.

#[cfg(feature = "svg")]
mod cost;
#[cfg(feature = "svg")]
mod css;
#[cfg(feature = "svg")]
mod decode;
mod header;
#[cfg(feature = "svg")]
mod styles;

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

#[cfg(feature = "svg")]
const DECODING: Decoding = Decoding::Isolated { cost: cost::memory, decode: decode::decode };
#[cfg(not(feature = "svg"))]
const DECODING: Decoding = Decoding::Missing { feature: "svg" };

pub(super) static SVG: Descriptor = Descriptor {
    format: Format::Svg,
    name: "svg",
    media_type: "image/svg+xml",
    recognise: Recognise::Content(header::recognise),
    read_header: header::read,
    decoding: DECODING,
};
