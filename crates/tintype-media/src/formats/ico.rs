//! Windows icons and cursors.

mod bitmap;
mod decode;
mod header;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static ICO: Descriptor = Descriptor {
    format: Format::Ico,
    name: "ico",
    media_type: "image/vnd.microsoft.icon",
    recognise: Recognise::Signature(header::is_icon),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
