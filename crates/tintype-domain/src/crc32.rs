/// The CRC-32 of a file's content as archives have it (ISO 3309, as in ZIP and gzip). It guards against nothing but accidents;
/// the [`Checksum`](crate::Checksum) tells contents apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Crc32(pub u32);
