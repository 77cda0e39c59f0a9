use std::io;

use crate::Format;

/// Why a file gave no facts or no thumbnails.
///
/// Only [`Error::Io`], [`Error::DeadlineExceeded`], [`Error::Cancelled`] and, under memory
/// pressure, [`Error::TooMuchMemory`] can turn out differently on another try; everything else is a
/// property of the file and the limits.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The reader failed.
    #[error("cannot read the file: {source}")]
    Io {
        /// What the reader said.
        #[from]
        source: io::Error,
    },
    /// The content is no image that this crate knows, or one it knows but cannot decode.
    #[error("unsupported image: {reason}")]
    Unsupported {
        /// The format, as far as it was recognised.
        format: Option<Format>,
        /// What is not supported.
        reason: String,
    },
    /// The content breaks the rules of its own format.
    #[error("malformed `{format}` image: {reason}")]
    Malformed {
        /// The format it claims to be.
        format: Format,
        /// What is wrong with it.
        reason: String,
    },
    /// The image has more pixels than [`Limits::max_pixels`](crate::Limits::max_pixels) allows.
    #[error("image has `{actual}` pixels, more than the limit of `{limit}`")]
    TooManyPixels {
        /// Pixels allowed.
        limit: u64,
        /// Pixels that the header declares.
        actual: u64,
    },
    /// Decoding would need more than [`Limits::max_alloc_bytes`](crate::Limits::max_alloc_bytes).
    #[error("decoding needs `{actual}` bytes of memory, more than the limit of `{limit}`")]
    TooMuchMemory {
        /// Bytes allowed.
        limit: u64,
        /// Bytes that decoding is estimated to need at its peak.
        actual: u64,
    },
    /// A thumbnail box of zero pixels was asked for.
    #[error("thumbnail edge `{edge}` is outside 1 to 16384 pixels")]
    InvalidEdge {
        /// The edge asked for.
        edge: u32,
    },
    /// A value of [`RenderOptions`](crate::RenderOptions) is out of range.
    #[error("invalid `{option}`: {reason}")]
    InvalidOption {
        /// The name of the field.
        option: &'static str,
        /// Which value it has, and which it may have.
        reason: String,
    },
    /// [`Limits::deadline`](crate::Limits::deadline) passed before the work was done.
    #[error("deadline passed before the image was done")]
    DeadlineExceeded,
    /// [`Limits::cancelled`](crate::Limits::cancelled) became true before the work was done.
    #[error("the work was cancelled")]
    Cancelled,
    /// A decoder panicked; the panic was caught and costs this image only.
    #[error("decoder panicked: {message}")]
    Panicked {
        /// The panic's message, when it had one.
        message: String,
    },
    /// A picture could not be made or written, which points to a fault of this crate rather than of
    /// the file.
    #[error("cannot make the picture: {reason}")]
    Encode {
        /// What the encoder said.
        reason: String,
    },
}

impl Error {
    pub(crate) fn malformed(format: Format, reason: impl Into<String>) -> Self {
        Self::Malformed { format, reason: reason.into() }
    }

    pub(crate) fn unsupported(format: Format, reason: impl Into<String>) -> Self {
        Self::Unsupported { format: Some(format), reason: reason.into() }
    }
}
