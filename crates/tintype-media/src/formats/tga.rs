//! Truevision TGA through the `image` crate.

mod header;

use image::codecs::tga::TgaDecoder;

use crate::Format;
use crate::decoding::cost_of_rows;
use crate::descriptor::{Decoding, Descriptor, Recognise};
use crate::generic;

pub(super) static TGA: Descriptor = Descriptor {
    format: Format::Tga,
    name: "tga",
    media_type: "image/x-tga",
    recognise: Recognise::Content(header::recognise),
    read_header: header::read,
    decoding: Decoding::Frame { cost: cost_of_rows, decode: |input, job| generic::decode(TgaDecoder::new(input), job) },
};
