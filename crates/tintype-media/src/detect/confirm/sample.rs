use crate::detect::file::Bytes;

/// What the checks look at.
#[derive(Clone, Copy)]
pub(super) struct Sample<'a> {
    pub(super) head: Bytes<'a>,
    /// The file's last bytes.
    pub(super) tail: &'a [u8],
    /// Bytes in the file.
    pub(super) len: u64,
}
