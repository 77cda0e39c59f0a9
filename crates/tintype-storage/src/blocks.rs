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
use tokio::task::JoinHandle;

/// How many bytes are read, written or hashed at a time: large enough that handing a block to another thread is cheap
/// beside the work on it, small enough to stay in the processor's second-level cache.
pub(crate) const BLOCK_BYTES: usize = 256 * 1024;

/// Streams a range of a file. The next block is read while the last one is on its way to whoever asked.
pub(crate) fn of_file(file: File, path: PathBuf, range: Range<u64>) -> BoxStream<'static, Result<Bytes, Error>> {
    let source = Arc::new(Source::new(file, path));
    let first = Ahead { next: None, source, rest: range };
    stream::try_unfold(first, |mut ahead| async move {
        let Some(reading) = ahead.next.take().or_else(|| ahead.read()) else { return Ok(None) };
        let block = blocking::join(reading).await?;
        ahead.next = ahead.read();
        Ok(Some((block, ahead)))
    })
    .boxed()
}

/// Streams bytes that are in memory already.
pub(crate) fn of_bytes(bytes: Bytes) -> BoxStream<'static, Result<Bytes, Error>> {
    stream::unfold(bytes, |mut rest| async move {
        let block = rest.split_to(rest.len().min(BLOCK_BYTES));
        (!block.is_empty()).then_some((Ok(block), rest))
    })
    .boxed()
}

/// A file and the path by which messages name it.
pub(crate) struct Source {
    file: File,
    path: PathBuf,
}

struct Ahead {
    source: Arc<Source>,
    rest: Range<u64>,
    next: Option<JoinHandle<Result<Bytes, Error>>>,
}

impl Ahead {
    /// Begins to read the next block, where one is left.
    fn read(&mut self) -> Option<JoinHandle<Result<Bytes, Error>>> {
        let start = self.rest.start;
        let len = (self.rest.end - start).min(BLOCK_BYTES as u64) as usize;
        self.rest.start += len as u64;
        let source = Arc::clone(&self.source);
        (len > 0).then(|| tokio::task::spawn_blocking(move || source.block(start, len)))
    }
}

impl Source {
    pub(crate) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path }
    }

    /// Reads `len` bytes from `start` on. Blocks.
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
