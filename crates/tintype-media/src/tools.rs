//! What one picture leaves for the next to use again.

use tintype_jpeg::{Decoder, Encoder};

use crate::planes::PlaneResizer;

/// Tables and buffers.
pub(crate) struct Tools {
    pub(crate) decoder: Decoder,
    pub(crate) encoder: Encoder,
    pub(crate) resizer: PlaneResizer,
    /// Memory for a file.
    pub(crate) file: Vec<u8>,
}

impl Tools {
    pub(crate) fn new() -> Self {
        let (decoder, encoder) = (Decoder::new(), Encoder::new());
        Self { decoder, encoder, resizer: PlaneResizer::new(), file: Vec::new() }
    }
}
