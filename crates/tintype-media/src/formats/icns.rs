//! Icons of macOS.

mod classic;
mod decode;
mod header;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static ICNS: Descriptor = Descriptor {
    format: Format::Icns,
    name: "icns",
    media_type: "image/x-icns",
    recognise: Recognise::Signature(header::is_icon),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
