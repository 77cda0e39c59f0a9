//! Silicon Graphics images.

mod decode;
mod header;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static SGI: Descriptor = Descriptor {
    format: Format::Sgi,
    name: "sgi",
    media_type: "image/x-sgi",
    recognise: Recognise::Signature(|head| header::Fields::parse(head).is_some()),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
