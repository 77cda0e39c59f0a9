//! Bounded reading.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
#[cfg(feature = "audio")]
use std::sync::Mutex;

use crate::{Error, Limits};

/// Bytes of one packet of metadata.
const MAX_PACKET_BYTES: usize = 1 << 20;

pub(crate) trait ReadSeek: Read + Seek + Send {}

impl<R: Read + Seek + Send> ReadSeek for R {}

/// A file under the parsers: every read names its place and its most bytes, and looks at the
/// deadline.
pub(crate) struct Input<'a> {
    reader: &'a mut dyn ReadSeek,
    len: u64,
    limits: &'a Limits,
}

impl<'a> Input<'a> {
    pub(crate) fn new(reader: &'a mut dyn ReadSeek, limits: &'a Limits) -> Result<Self, Error> {
        let len = reader.seek(SeekFrom::End(0))?;
        Ok(Self { reader, len, limits })
    }

    /// Bytes in the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// Returns up to `count` bytes at `offset`, fewer only at the end of the file.
    pub(crate) fn read_up_to(&mut self, offset: u64, count: usize) -> Result<Vec<u8>, Error> {
        self.limits.check_deadline()?;
        let available = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; available.min(count)];
        if bytes.is_empty() {
            return Ok(bytes);
        }
        self.reader.seek(SeekFrom::Start(offset))?;
        let mut filled = 0;
        while filled < bytes.len() {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Returns exactly `count` bytes at `offset`; a file that ends before is damaged.
    pub(crate) fn read(&mut self, offset: u64, count: usize) -> Result<Vec<u8>, Error> {
        let bytes = self.read_up_to(offset, count)?;
        if bytes.len() < count {
            return Err(Error::damaged(format!("the file ends within {count} bytes at {offset}")));
        }
        Ok(bytes)
    }

    /// Returns a packet of metadata, or as much of it as is read of any.
    pub(crate) fn packet(&mut self, place: Range<u64>) -> Result<Vec<u8>, Error> {
        let length = place.end.saturating_sub(place.start);
        self.read_up_to(place.start, usize::try_from(length).unwrap_or(usize::MAX).min(MAX_PACKET_BYTES))
    }

    /// Returns `N` bytes at `offset`, or `None` when the file ends before.
    pub(crate) fn array<const N: usize>(&mut self, offset: u64) -> Result<Option<[u8; N]>, Error> {
        Ok(self.read_up_to(offset, N)?.try_into().ok())
    }

    /// Returns the whole file, `times` as many bytes of which have to be within the limit of
    /// memory.
    #[cfg(feature = "pdf")]
    pub(crate) fn read_all(&mut self, times: u64) -> Result<Vec<u8>, Error> {
        self.limits.check_memory(self.len.saturating_mul(times))?;
        let len = usize::try_from(self.len).map_err(|_| Error::damaged("a file larger than memory"))?;
        self.read_up_to(0, len)
    }
}

/// A part of the file as a reader of its own, which fails once the deadline has passed.
pub(crate) struct Section<'a, 'b> {
    input: &'a mut Input<'b>,
    position: u64,
    buffer: Vec<u8>,
    buffered_at: u64,
}

impl<'a, 'b> Section<'a, 'b> {
    pub(crate) fn new(input: &'a mut Input<'b>) -> Self {
        Self { input, position: 0, buffer: Vec::new(), buffered_at: 0 }
    }
}

const BUFFER_BYTES: usize = 16 << 10;

impl Read for Section<'_, '_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let buffered = self.buffered_at..self.buffered_at + self.buffer.len() as u64;
        if !buffered.contains(&self.position) {
            let count = BUFFER_BYTES.max(target.len().min(1 << 20));
            self.buffer = self.input.read_up_to(self.position, count).map_err(|error| match error {
                Error::Io { source } => source,
                other => io::Error::new(io::ErrorKind::TimedOut, other),
            })?;
            self.buffered_at = self.position;
        }
        let start = (self.position - self.buffered_at) as usize;
        let count = target.len().min(self.buffer.len() - start);
        target[..count].copy_from_slice(&self.buffer[start..start + count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Section<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.input.len().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        Ok(self.position)
    }
}

/// A file for decoders that want to share it between threads, though nobody does.
#[cfg(feature = "audio")]
pub(crate) struct Shared<'a, 'b> {
    section: Mutex<Section<'a, 'b>>,
    len: u64,
}

#[cfg(feature = "audio")]
impl<'a, 'b> Shared<'a, 'b> {
    pub(crate) fn new(input: &'a mut Input<'b>) -> Self {
        let len = input.len();
        Self { section: Mutex::new(Section::new(input)), len }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    fn section(&mut self) -> io::Result<&mut Section<'a, 'b>> {
        self.section.get_mut().map_err(|_| io::Error::other("a decoder panicked"))
    }
}

#[cfg(feature = "audio")]
impl Read for Shared<'_, '_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.section()?.read(target)
    }
}

#[cfg(feature = "audio")]
impl Seek for Shared<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.section()?.seek(to)
    }
}

/// Big- and little-endian numbers out of a slice; `None` past its end.
pub(crate) trait Numbers {
    fn bytes_at<const N: usize>(&self, offset: usize) -> Option<[u8; N]>;

    fn u16_be(&self, offset: usize) -> Option<u16> {
        self.bytes_at(offset).map(u16::from_be_bytes)
    }

    fn u32_be(&self, offset: usize) -> Option<u32> {
        self.bytes_at(offset).map(u32::from_be_bytes)
    }

    fn u64_be(&self, offset: usize) -> Option<u64> {
        self.bytes_at(offset).map(u64::from_be_bytes)
    }

    fn u16_le(&self, offset: usize) -> Option<u16> {
        self.bytes_at(offset).map(u16::from_le_bytes)
    }

    fn u32_le(&self, offset: usize) -> Option<u32> {
        self.bytes_at(offset).map(u32::from_le_bytes)
    }

    fn u64_le(&self, offset: usize) -> Option<u64> {
        self.bytes_at(offset).map(u64::from_le_bytes)
    }
}

impl Numbers for [u8] {
    fn bytes_at<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.get(offset..offset.checked_add(N)?)?.try_into().ok()
    }
}
