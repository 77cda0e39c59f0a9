//! JPEG (ITU-T T.81) through `tintype-jpeg`.

mod cost;
mod decode;
mod header;
mod scale;

pub(super) use header::read;

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static JPEG: Descriptor = Descriptor {
    format: Format::Jpeg,
    name: "jpeg",
    media_type: "image/jpeg",
    recognise: Recognise::Signature(|head| head.starts_with(&[0xFF, 0xD8, 0xFF])),
    read_header: read,
    decoding: Decoding::Picture { cost: cost::memory, decode: decode::decode },
};
