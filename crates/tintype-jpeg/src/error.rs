use thiserror::Error;

/// Why a file could not be read, decoded or written.
///
/// Damage inside the entropy-coded data is not an error: what could be decoded comes back with
/// [`DecodedPlanes::complete`](crate::DecodedPlanes::complete) false.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The data do not begin with a start-of-image marker.
    #[error("not a JPEG file: it does not begin with `FF D8`")]
    NotJpeg,
    /// The data end before the first scan begins.
    #[error("the file ends at byte `{len}`, before the first scan")]
    Truncated {
        /// Length of the data in bytes.
        len: usize,
    },
    /// A segment says something that no decoder could follow.
    #[error("{what} in the segment at byte `{offset}`")]
    Corrupt {
        /// What is wrong.
        what: &'static str,
        /// Where the segment begins, in bytes from the start of the file.
        offset: usize,
    },
    /// A valid JPEG of a kind that this decoder does not take; another decoder may.
    #[error("{0} is not supported")]
    Unsupported(Unsupported),
    /// Decoding would need more memory than
    /// [`DecodeLimits::max_alloc_bytes`](crate::DecodeLimits::max_alloc_bytes).
    #[error("decoding needs `{needed}` bytes of memory, the limit is `{limit}`")]
    OverMemory {
        /// What decoding would allocate, in bytes.
        needed: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The file has more scans than [`DecodeLimits::max_scans`](crate::DecodeLimits::max_scans).
    #[error("the file has more than `{limit}` scans")]
    TooManyScans {
        /// The limit.
        limit: u32,
    },
    /// [`DecodeLimits::deadline`](crate::DecodeLimits::deadline) passed during decoding.
    #[error("decoding was not finished by its deadline")]
    DeadlineExceeded,
    /// [`DecodeLimits::cancelled`](crate::DecodeLimits::cancelled) answered true during decoding.
    #[error("decoding was cancelled")]
    Cancelled,
    /// What is to be encoded is not what [`Encoder::encode`](crate::Encoder::encode) takes.
    #[error("planes have {what}")]
    InvalidPlanes {
        /// What is wrong.
        what: &'static str,
    },
}

/// Kinds of JPEG that exist and are valid, but are left to other decoders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// Arithmetic entropy coding (SOF9 to SOF11, SOF13 to SOF15).
    #[error("arithmetic coding")]
    Arithmetic,
    /// Lossless coding (SOF3).
    #[error("lossless coding")]
    Lossless,
    /// Hierarchical coding (SOF5 to SOF7, DHP).
    #[error("hierarchical coding")]
    Hierarchical,
    /// More or fewer than 8 bits per sample.
    #[error("a sample precision of {0} bits")]
    Precision(u8),
    /// More than four components.
    #[error("an image of {0} components")]
    Components(u8),
}
