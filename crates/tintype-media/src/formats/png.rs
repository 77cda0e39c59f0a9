//! PNG (W3C, third edition) through the `png` crate.

mod decode;
mod header;

pub(super) use decode::decode;
pub(super) use header::read;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static PNG: Descriptor = Descriptor {
    format: Format::Png,
    name: "png",
    media_type: "image/png",
    recognise: Recognise::Signature(|head| head.starts_with(b"\x89PNG\r\n\x1A\n")),
    read_header: read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
