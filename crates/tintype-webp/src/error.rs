/// Why a bitstream or a picture was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bitstream makes no sense, or ends before its first row.
    #[error("bitstream is damaged or cut short")]
    Malformed,
    /// libwebp could not allocate what it needs.
    #[error("out of memory")]
    OutOfMemory,
    /// The caller said not to go on.
    #[error("stopped by the caller")]
    Stopped,
    /// A side is zero or over the 16,383 pixels that a WebP file can have.
    #[error("sides of `{width}x{height}` pixels are outside 1 to 16383")]
    Sides {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The buffer is not as long as the sides and the channels say.
    #[error("`{actual}` bytes of pixels where `{expected}` belong")]
    Length {
        /// Bytes that belong there.
        expected: usize,
        /// Bytes that are there.
        actual: usize,
    },
    /// libwebp could not encode.
    #[error("encoder failed")]
    Encoder,
}
