//! Readers as parsers and decoders see them: trait objects, so that these are compiled once, not
//! once for each kind of reader.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// `Read + Seek` as one trait.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// `BufRead + Seek` as one trait.
pub(crate) trait BufReadSeek: BufRead + Seek {}

impl<T: BufRead + Seek> BufReadSeek for T {}

/// The header parsers' view of a file.
pub(crate) type HeaderReader<'a> = BoundedReader<&'a mut dyn ReadSeek>;

/// A file of which every read names its place and its most bytes.
pub(crate) struct BoundedReader<R> {
    reader: R,
    position: u64,
    len: u64,
}

impl<R: Read + Seek> BoundedReader<R> {
    pub(crate) fn new(mut reader: R) -> io::Result<Self> {
        let len = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(0))?;
        Ok(Self { reader, position: 0, len })
    }

    /// Bytes in the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Returns up to `count` bytes at `offset`, fewer only at the end of the file.
    pub(crate) fn read_up_to(&mut self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let available = self.len.saturating_sub(offset);
        let count = usize::try_from(available).unwrap_or(usize::MAX).min(count);
        let mut bytes = vec![0; count];
        if count == 0 {
            return Ok(bytes);
        }
        self.go_to(offset)?;
        let mut filled = 0;
        while filled < count {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.position += filled as u64;
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Returns `N` bytes at `offset`, or `None` when the file ends before.
    pub(crate) fn array<const N: usize>(&mut self, offset: u64) -> io::Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        if offset.checked_add(N as u64).is_none_or(|end| end > self.len) {
            return Ok(None);
        }
        self.go_to(offset)?;
        match self.reader.read_exact(&mut bytes) {
            Ok(()) => self.position += N as u64,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(Some(bytes))
    }

    /// Moves relatively when close, because a buffered reader then keeps its buffer.
    fn go_to(&mut self, offset: u64) -> io::Result<()> {
        const NEAR: u64 = 4096;
        if offset > self.position && offset - self.position <= NEAR {
            let gap = offset - self.position;
            io::copy(&mut self.reader.by_ref().take(gap), &mut io::sink())?;
        } else if offset != self.position {
            self.reader.seek(SeekFrom::Start(offset))?;
        }
        self.position = offset;
        Ok(())
    }
}
