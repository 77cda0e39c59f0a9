//! Netpbm through the `image` crate, and PFM.

mod decode;
mod header;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static PNM: Descriptor = Descriptor {
    format: Format::Pnm,
    name: "pnm",
    media_type: "image/x-portable-anymap",
    recognise: Recognise::Signature(header::is_netpbm),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
