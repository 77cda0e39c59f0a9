//! DirectDraw surfaces.

mod blocks;
mod decode;
mod header;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static DDS: Descriptor = Descriptor {
    format: Format::Dds,
    name: "dds",
    media_type: "image/vnd.ms-dds",
    recognise: Recognise::Signature(header::is_surface),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
