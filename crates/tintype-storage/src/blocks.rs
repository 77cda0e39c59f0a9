use crate::{Error, blocking};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use rustix::buffer::spare_capacity;
use rustix::io::{Errno, pread};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;

/// How many bytes are read, written or hashed at a time: large enough that handing a block to
/// another thread is cheap compared with the work on it, small enough to stay in the second-level
/// cache.
pub(crate) const BLOCK_BYTES: usize = 256 * 1024;

/// The blocks of files that are read while very many others are. Two of them and what is being sent
/// stay below 128 KiB.
const SMALL_BLOCK_BYTES: usize = 48 * 1024;

/// How many files may be read in large blocks at a time.
static LARGE_BLOCKS: Semaphore = Semaphore::const_new(64);

/// Streams a range of a file. The first block is read at once, which blocks: most objects are no
/// larger, and the caller has just opened the file, so it is on a thread that may block. Each
/// further block is read while the caller handles the one before.
///
/// # Errors
/// [`Error::Io`] if the first block cannot be read.
pub(crate) fn of_file(
    file: File,
    path: PathBuf,
    mut range: Range<u64>,
) -> Result<BoxStream<'static, Result<Bytes, Error>>, Error> {
    let source = Arc::new(Source::new(file, path));
    let large = LARGE_BLOCKS.try_acquire().ok();
    let block_bytes = if large.is_some() { BLOCK_BYTES } else { SMALL_BLOCK_BYTES };
    let first = next_block(&mut range, block_bytes).map(|(start, len)| source.block(start, len)).transpose()?;
    let ahead = Ahead { next: None, source, rest: range, block_bytes, _large: large };
    let stream = stream::try_unfold((first, ahead), |(first, mut ahead)| async move {
        let block = match first {
            Some(block) => block,
            None => match ahead.next.take().or_else(|| ahead.read()) {
                Some(reading) => blocking::join(reading).await?,
                None => return Ok(None),
            },
        };
        ahead.next = ahead.read();
        Ok(Some((block, (None, ahead))))
    });
    Ok(stream.boxed())
}

/// Removes the first block from a range and returns its start and length, or `None` if the range is
/// empty.
fn next_block(range: &mut Range<u64>, block_bytes: usize) -> Option<(u64, usize)> {
    let (start, len) = (range.start, (range.end - range.start).min(block_bytes as u64));
    range.start += len;
    (len > 0).then_some((start, len as usize))
}

/// Streams bytes that are already in memory. Whoever sends a block holds a copy of it until it is
/// taken, so that these are bounded as those of files are.
pub(crate) fn of_bytes(bytes: Bytes) -> BoxStream<'static, Result<Bytes, Error>> {
    let large = if bytes.len() > SMALL_BLOCK_BYTES { LARGE_BLOCKS.try_acquire().ok() } else { None };
    in_blocks(bytes, large)
}

/// Streams a small range of a file without waiting for a disk; `None` if its bytes are not in the
/// page cache, or the system cannot tell.
pub(crate) fn of_cached_file(file: &File, range: &Range<u64>) -> Option<BoxStream<'static, Result<Bytes, Error>>> {
    let len = usize::try_from(range.end - range.start).ok().filter(|len| *len <= BLOCK_BYTES)?;
    let large = if len > SMALL_BLOCK_BYTES { Some(LARGE_BLOCKS.try_acquire().ok()?) } else { None };
    Some(in_blocks(read_cached(file, range.start, len)?, large))
}

fn in_blocks(bytes: Bytes, large: Option<SemaphorePermit<'static>>) -> BoxStream<'static, Result<Bytes, Error>> {
    let block_bytes = if large.is_some() { BLOCK_BYTES } else { SMALL_BLOCK_BYTES };
    stream::unfold((bytes, large), move |(mut rest, large)| async move {
        let block = rest.split_to(rest.len().min(block_bytes));
        (!block.is_empty()).then_some((Ok(block), (rest, large)))
    })
    .boxed()
}

/// Reads bytes that the page cache has.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, start: u64, len: usize) -> Option<Bytes> {
    use rustix::io::{ReadWriteFlags, preadv2};
    let mut block = vec![0; len];
    let read = match len {
        0 => 0,
        _ => preadv2(file, &mut [io::IoSliceMut::new(&mut block)], start, ReadWriteFlags::NOWAIT).ok()?,
    };
    (read == len).then(|| block.into())
}

#[cfg(not(target_os = "linux"))]
fn read_cached(_: &File, _: u64, _: usize) -> Option<Bytes> {
    None
}

/// A file, and its path for messages.
pub(crate) struct Source {
    file: File,
    path: PathBuf,
}

struct Ahead {
    source: Arc<Source>,
    rest: Range<u64>,
    next: Option<JoinHandle<Result<Bytes, Error>>>,
    block_bytes: usize,
    /// The right to large blocks.
    _large: Option<SemaphorePermit<'static>>,
}

impl Ahead {
    /// Starts to read the next block, if there is one.
    fn read(&mut self) -> Option<JoinHandle<Result<Bytes, Error>>> {
        let (start, len) = next_block(&mut self.rest, self.block_bytes)?;
        let source = Arc::clone(&self.source);
        Some(tokio::task::spawn_blocking(move || source.block(start, len)))
    }
}

impl Source {
    pub(crate) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path }
    }

    /// Reads `len` bytes from `start`. Blocks.
    pub(crate) fn block(&self, start: u64, len: usize) -> Result<Bytes, Error> {
        let failed = |source: io::Error| Error::io("read", &self.path)(source);
        let mut block = Vec::with_capacity(len);
        while block.len() < len {
            let offset = start + block.len() as u64;
            match pread(&self.file, spare_capacity(&mut block), offset) {
                Ok(0) => return Err(failed(io::ErrorKind::UnexpectedEof.into())),
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(failed(errno.into())),
            }
        }
        block.truncate(len);
        Ok(block.into())
    }
}
