//! The Quite OK Image format through the `image` crate.

mod header;

use image::codecs::qoi::QoiDecoder;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};
use crate::generic;

pub(super) static QOI: Descriptor = Descriptor {
    format: Format::Qoi,
    name: "qoi",
    media_type: "image/qoi",
    recognise: Recognise::Signature(|head| head.starts_with(b"qoif")),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: |input, job| generic::decode(QoiDecoder::new(input), job) },
};
