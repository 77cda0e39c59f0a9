//! FITS, the pictures of astronomers.

mod header;

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static FITS: Descriptor = Descriptor {
    format: Format::Fits,
    name: "fits",
    media_type: "image/fits",
    recognise: Recognise::Signature(|head| head.starts_with(b"SIMPLE  =") && head.get(29) == Some(&b'T')),
    read_header: header::read,
    // Which of their lights are to be seen is for people to say.
    decoding: Decoding::Never,
};
