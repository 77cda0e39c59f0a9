//! GIF through the `gif` crate.

mod decode;
mod header;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static GIF: Descriptor = Descriptor {
    format: Format::Gif,
    name: "gif",
    media_type: "image/gif",
    recognise: Recognise::Signature(|head| head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a")),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
