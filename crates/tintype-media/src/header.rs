//! What a header says, with the sides as stored.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::frame::Samples;
use crate::reader::HeaderReader;
use crate::rows::Order;
use crate::{ColourMode, Error, Format, Orientation};

/// What every format's header says, and what decoding it takes.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) mode: ColourMode,
    pub(crate) orientation: Orientation,
    /// Bytes per pixel that the decoder holds of the whole picture; none where rows are resized as
    /// they come.
    pub(crate) frame_bytes_per_pixel: u64,
    /// What the decoder's rows are.
    pub(crate) samples: Samples,
    /// In which order they come.
    pub(crate) order: Order,
    /// Whether a profile, or the colour space, asks for a conversion.
    pub(crate) converted: bool,
    /// The most bytes that the colour profile may have, where the decoder of rows keeps it for a
    /// conversion at the end.
    pub(crate) profile_bytes: u64,
    /// Bytes that decoding needs beside the frame.
    pub(crate) scratch_bytes: u64,
    /// Whether it is drawn at any size, so that its sides are no number of pixels.
    pub(crate) is_drawing: bool,
    /// What only this format's cost and decoder want to know.
    detail: Option<Arc<dyn Any + Send + Sync>>,
}

impl Header {
    pub(crate) fn new(format: Format, width: u32, height: u32, mode: ColourMode) -> Self {
        Self {
            format,
            width,
            height,
            mode,
            orientation: Orientation::Normal,
            frame_bytes_per_pixel: 4,
            samples: Samples::Rgba,
            order: Order::Down,
            converted: false,
            profile_bytes: 0,
            scratch_bytes: 0,
            is_drawing: false,
            detail: None,
        }
    }

    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Keeps a value for the cost and the decoder of the same format.
    pub(crate) fn set_detail<T: Send + Sync + 'static>(&mut self, detail: T) {
        self.detail = Some(Arc::new(detail));
    }

    /// Returns what [`Header::set_detail`] kept.
    pub(crate) fn detail<T: 'static>(&self) -> Result<&T, Error> {
        let detail = self.detail.as_deref().and_then(|detail| detail.downcast_ref());
        detail.ok_or_else(|| Error::malformed(self.format, "header was not read"))
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (format, width, height) = (self.format, self.width, self.height);
        f.debug_struct("Header")
            .field("format", &format)
            .field("width", &width)
            .field("height", &height)
            .finish_non_exhaustive()
    }
}

/// Returns `N` bytes at `offset`, or an error when the file ends before.
pub(crate) fn need<const N: usize>(
    source: &mut HeaderReader<'_>,
    format: Format,
    offset: u64,
) -> Result<[u8; N], Error> {
    source.array(offset)?.ok_or_else(|| Error::malformed(format, "header is cut short"))
}

/// Returns the big-endian number at `at`, which has to be inside.
pub(crate) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
