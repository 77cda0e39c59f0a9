//! X pixmaps, which are text.

mod decode;
mod header;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static XPM: Descriptor = Descriptor {
    format: Format::Xpm,
    name: "xpm",
    media_type: "image/x-xpixmap",
    recognise: Recognise::Signature(|head| head.starts_with(b"/* XPM */")),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
