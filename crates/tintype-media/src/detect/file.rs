//! Reading a file in bounded pieces.

use std::io;
use std::ops::RangeBounds;

/// The file under detection: every read names its place and its most bytes.
pub(super) type File<'a> = crate::reader::HeaderReader<'a>;

/// Numbers and signatures at places of a file's first bytes. What lies outside is `None` or
/// `false`.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// Returns `count` bytes at `at`.
    pub(super) fn slice(self, at: usize, count: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(count)?)
    }

    pub(super) fn byte(self, at: usize) -> Option<u64> {
        self.0.get(at).map(|byte| u64::from(*byte))
    }

    /// Returns the little-endian number of `count` bytes at `at`.
    pub(super) fn le(self, at: usize, count: usize) -> Option<u64> {
        Some(self.slice(at, count)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Returns the big-endian number of `count` bytes at `at`.
    pub(super) fn be(self, at: usize, count: usize) -> Option<u64> {
        Some(self.slice(at, count)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Says whether the little-endian number of `count` bytes at `at` lies in `range`.
    pub(super) fn le_in(self, at: usize, count: usize, range: impl RangeBounds<u64>) -> bool {
        self.le(at, count).is_some_and(|number| range.contains(&number))
    }

    /// Says whether the big-endian number of `count` bytes at `at` lies in `range`.
    pub(super) fn be_in(self, at: usize, count: usize, range: impl RangeBounds<u64>) -> bool {
        self.be(at, count).is_some_and(|number| range.contains(&number))
    }

    pub(super) fn digit(self, at: usize) -> bool {
        self.0.get(at).is_some_and(u8::is_ascii_digit)
    }

    pub(super) fn has(self, at: usize, signature: &[u8]) -> bool {
        self.slice(at, signature.len()) == Some(signature)
    }

    pub(super) fn contains(self, needle: &[u8]) -> bool {
        self.0.windows(needle.len()).any(|window| window == needle)
    }
}

/// Returns up to `count` bytes at the end of the file.
pub(super) fn tail(file: &mut File<'_>, count: usize) -> io::Result<Vec<u8>> {
    let at = file.len().saturating_sub(count as u64);
    file.read_up_to(at, count)
}

/// Reads forwards through a file in pieces of 64 KiB.
pub(super) struct Window {
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    const PIECE: usize = 64 << 10;

    pub(super) const fn new() -> Self {
        Self { start: 0, bytes: Vec::new() }
    }

    /// Returns `count` bytes at `at`, or `None` where the file ends before.
    pub(super) fn get(&mut self, file: &mut File<'_>, at: u64, count: usize) -> io::Result<Option<&[u8]>> {
        let end = at.saturating_add(count as u64);
        if at < self.start || end > self.start + self.bytes.len() as u64 {
            self.bytes = file.read_up_to(at, count.max(Self::PIECE))?;
            self.start = at;
        }
        let from = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        Ok(self.bytes.get(from..).and_then(|bytes| bytes.get(..count)))
    }
}
