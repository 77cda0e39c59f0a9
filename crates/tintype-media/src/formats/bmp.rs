//! Windows and OS/2 bitmaps through the `image` crate.

mod decode;
mod header;

pub(super) use header::read;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static BMP: Descriptor = Descriptor {
    format: Format::Bmp,
    name: "bmp",
    media_type: "image/bmp",
    recognise: Recognise::Signature(header::is_bitmap),
    read_header: |source| header::read(source, header::FILE_HEADER_BYTES),
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
