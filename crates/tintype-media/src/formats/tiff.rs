//! TIFF 6.0 and BigTIFF through the `tiff` crate.

mod bare;
mod decode;
mod embedded;
mod fax;
mod header;
mod layout;
mod mode;
mod predictor;
mod samples;
mod unpack;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static TIFF: Descriptor = Descriptor {
    format: Format::Tiff,
    name: "tiff",
    media_type: "image/tiff",
    recognise: Recognise::Signature(|head| matches!(head, [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..])),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: decode::decode },
};
