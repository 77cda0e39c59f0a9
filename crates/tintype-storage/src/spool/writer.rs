use super::Spooled;
use super::file::{Folder, SpoolFile};
use crate::blocks::BLOCK_BYTES;
use crate::{Error, blocking};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::{fmt, mem};
use tintype_domain::{Checksum, Crc32};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;

/// The blocks of files that are received while very many others are.
const SMALL_BLOCK_BYTES: usize = 16 * 1024;

/// A file that is being received.
///
/// While one block is hashed and written on the blocking pool, the next one is collected. So it
/// holds two blocks of 256 KiB, however large the file is; of 16 KiB while very many files are
/// received at a time. Dropping it removes the file.
pub struct SpoolWriter {
    gathered: Vec<u8>,
    /// The right to large blocks, once it has been needed and was free.
    large: Option<OwnedSemaphorePermit>,
    work: Option<Work>,
    len: u64,
    limit: u64,
    folder: Arc<Folder>,
    /// Whether every accepted byte is on its way to the file: not after an error, nor after a call
    /// that was cancelled.
    sound: bool,
}

enum Work {
    Waiting(Sink),
    Running(JoinHandle<Result<Sink, Error>>),
}

/// The file that blocks are written to.
struct Sink {
    folder: Arc<Folder>,
    /// Created with the first block, on a thread that may block.
    file: Option<SpoolFile>,
    hash: Sha256,
    crc32: crc32fast::Hasher,
    /// The memory of the last block, for reuse.
    spare: Vec<u8>,
}

impl SpoolWriter {
    pub(super) fn new(folder: Arc<Folder>, limit: u64) -> Self {
        let work = Some(Work::Waiting(Sink::new(Arc::clone(&folder))));
        Self { gathered: Vec::new(), large: None, work, len: 0, limit, folder, sound: true }
    }

    /// Accepts the next bytes, and waits if the disk is slower than they arrive.
    ///
    /// # Errors
    /// [`Error::TooLarge`] at the first byte over the limit; [`Error::NoSpace`] or [`Error::Io`] if
    /// no file can be created, or bytes that were accepted now or earlier cannot be written. After
    /// an error, or if the returned future was dropped before it was ready, every further call
    /// fails.
    pub async fn write(&mut self, mut bytes: Bytes) -> Result<(), Error> {
        self.begin()?;
        self.len += bytes.len() as u64;
        if self.len > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        while !bytes.is_empty() {
            let room = self.block_bytes() - self.gathered.len();
            self.gathered.extend_from_slice(&bytes.split_to(room.min(bytes.len())));
            if self.gathered.len() == self.block_bytes() && !self.enlarge() {
                self.hand_over().await?;
            }
        }
        self.sound = true;
        Ok(())
    }

    /// Returns how many bytes were accepted so far.
    pub fn written(&self) -> u64 {
        self.len
    }

    /// Finishes the file. It becomes durable only when it is put into a storage.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub async fn finish(mut self) -> Result<Spooled, Error> {
        self.begin()?;
        let mut sink = self.sink().await?;
        let (rest, len) = (mem::take(&mut self.gathered), self.len);
        blocking::run(move || {
            sink.take(&rest)?;
            sink.finish(len)
        })
        .await
    }

    fn block_bytes(&self) -> usize {
        if self.large.is_some() { BLOCK_BYTES } else { SMALL_BLOCK_BYTES }
    }

    /// Changes over to large blocks, where that has not been done yet and not too many have.
    fn enlarge(&mut self) -> bool {
        if self.large.is_none() {
            self.large = Arc::clone(self.folder.large_blocks()).try_acquire_owned().ok();
            return self.large.is_some();
        }
        false
    }

    fn begin(&mut self) -> Result<(), Error> {
        if mem::replace(&mut self.sound, false) { Ok(()) } else { Err(self.unsound()) }
    }

    async fn hand_over(&mut self) -> Result<(), Error> {
        let mut sink = self.sink().await?;
        let block = mem::replace(&mut self.gathered, mem::take(&mut sink.spare));
        self.work = Some(Work::Running(tokio::task::spawn_blocking(move || {
            sink.take(&block)?;
            sink.spare = block;
            sink.spare.clear();
            Ok(sink)
        })));
        Ok(())
    }

    /// Waits until the last block is written.
    async fn sink(&mut self) -> Result<Sink, Error> {
        match self.work.take() {
            Some(Work::Waiting(sink)) => Ok(sink),
            Some(Work::Running(job)) => blocking::join(job).await,
            None => Err(self.unsound()),
        }
    }

    fn unsound(&self) -> Error {
        Error::io("go on with a file in", self.folder.path())(io::Error::other(
            "some of its bytes are missing after a failure",
        ))
    }
}

impl Sink {
    fn new(folder: Arc<Folder>) -> Self {
        Self { folder, file: None, hash: Sha256::new(), crc32: crc32fast::Hasher::new(), spare: Vec::new() }
    }

    fn take(&mut self, block: &[u8]) -> Result<(), Error> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(SpoolFile::create(Arc::clone(&self.folder))?),
        };
        file.file().write_all(block).map_err(Error::io("write to a file in", file.dir()))?;
        self.hash.update(block);
        self.crc32.update(block);
        Ok(())
    }

    fn finish(self, len: u64) -> Result<Spooled, Error> {
        let file = self.file.map_or_else(|| SpoolFile::create(self.folder), Ok)?;
        Ok(Spooled::new(file, len, Checksum(self.hash.finalize().into()), Crc32(self.crc32.finalize())))
    }
}

/// Writes bytes that are already in memory.
pub(super) fn write_whole(folder: Arc<Folder>, bytes: &[u8]) -> Result<Spooled, Error> {
    let mut sink = Sink::new(folder);
    sink.take(bytes)?;
    sink.finish(bytes.len() as u64)
}

/// Writes what can be read.
pub(super) fn read_whole(folder: Arc<Folder>, mut source: impl Read, limit: u64) -> Result<Spooled, Error> {
    let failed = Error::io("read what goes to", folder.path());
    let mut sink = Sink::new(Arc::clone(&folder));
    let mut block = vec![0; BLOCK_BYTES];
    let mut len = 0;
    loop {
        let count = match source.read(&mut block) {
            Ok(0) => return sink.finish(len),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        len += count as u64;
        if len > limit {
            return Err(Error::TooLarge { limit });
        }
        sink.take(&block[..count])?;
    }
}

/// Hashes a file that is there already.
pub(super) fn hash_whole(file: SpoolFile, limit: u64) -> Result<Spooled, Error> {
    let failed = |error| Error::io("read a file in", file.dir())(error);
    let mut source = file.reopen().map_err(failed)?;
    let (mut hash, mut crc32, mut len) = (Sha256::new(), crc32fast::Hasher::new(), 0);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let count = match source.read(&mut block) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        len += count as u64;
        if len > limit {
            return Err(Error::TooLarge { limit });
        }
        hash.update(&block[..count]);
        crc32.update(&block[..count]);
    }
    Ok(Spooled::new(file, len, Checksum(hash.finalize().into()), Crc32(crc32.finalize())))
}

/// Writes the content of another file.
pub(super) fn copy(file: SpoolFile, from: &Spooled) -> Result<Spooled, Error> {
    let mut source = from.open().map_err(|error| from.failed("open a file in", error))?;
    let mut target = file.file();
    let copied = io::copy(&mut source, &mut target);
    let len = copied.map_err(Error::io("copy a file to", file.dir()))?;
    Ok(Spooled::new(file, len, from.checksum(), from.crc32()))
}

impl fmt::Debug for SpoolWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpoolWriter").field("written", &self.len).field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::SpoolWriter;
    use crate::blocks::BLOCK_BYTES;
    use crate::spool::file::{Folder, LARGE_BLOCKS};
    use bytes::Bytes;
    use std::sync::Arc;

    #[tokio::test]
    async fn very_many_files_at_a_time_take_little_memory() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Arc::new(Folder::open(dir.path().to_owned()).unwrap());
        let mut writers: Vec<_> =
            (0..4 * LARGE_BLOCKS).map(|_| SpoolWriter::new(Arc::clone(&folder), 1 << 30)).collect();
        let content = Bytes::from(vec![7; BLOCK_BYTES - 1]);
        for writer in &mut writers {
            writer.write(content.clone()).await.unwrap();
        }
        let held: usize = writers.iter().map(|writer| writer.gathered.capacity()).sum();
        assert!(held < 2 * LARGE_BLOCKS * BLOCK_BYTES, "{held} bytes");
        let last = writers.pop().unwrap().finish().await.unwrap();
        assert_eq!(last.len(), content.len() as u64);
        assert_eq!(std::io::Read::bytes(last.open().unwrap()).count(), content.len());
    }
}
