//! Adobe Photoshop documents.

mod header;

use crate::Format;
use crate::descriptor::{Decoding, Descriptor, Recognise};

pub(super) static PSD: Descriptor = Descriptor {
    format: Format::Psd,
    name: "psd",
    media_type: "image/vnd.adobe.photoshop",
    recognise: Recognise::Signature(|head| matches!(head, [b'8', b'B', b'P', b'S', 0, 1 | 2, ..])),
    read_header: header::read,
    decoding: Decoding::Never,
};
