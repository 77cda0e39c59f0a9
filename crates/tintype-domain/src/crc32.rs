/// The CRC-32 of a file's content as archives such as ZIP and gzip use it (ISO 3309). It detects
/// accidental damage only; use the [`Checksum`](crate::Checksum) to compare contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Crc32(pub u32);
