use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use tintype_domain::Key;
use tintype_storage::{Spool, Spooled, Storage};

use crate::Error;

/// Objects of up to so many bytes are read into memory, larger ones into the spool.
const SMALL_BYTES: u64 = 1 << 20;

/// How much of a file is read at a time.
const READ_BYTES: usize = 64 << 10;

/// An object that a decoder can read.
pub(crate) enum Source {
    File(File),
    Memory(Bytes),
    Spooled(Spooled),
}

/// What decoders read.
pub(crate) trait Readable: BufRead + Seek + Send {}

impl<T: BufRead + Seek + Send> Readable for T {}

impl Source {
    /// Opens an object of `size` bytes.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none; [`Error::Internal`] if it has another size.
    pub(crate) async fn open(storage: &dyn Storage, spool: &Spool, key: &Key, size: u64) -> Result<Self, Error> {
        let damaged = |found: u64| Error::internal(format!("object `{key}` has {found} bytes instead of {size}"));
        if let Some((file, found)) = storage.open_file(key).await? {
            return if found == size { Ok(Self::File(file)) } else { Err(damaged(found)) };
        }
        let mut body = storage.get(key, None).await?.body;
        if size <= SMALL_BYTES {
            let mut bytes = BytesMut::with_capacity(size as usize);
            while let Some(block) = body.try_next().await? {
                bytes.extend_from_slice(&block);
            }
            let found = bytes.len() as u64;
            return if found == size { Ok(Self::Memory(bytes.freeze())) } else { Err(damaged(found)) };
        }
        let mut writer = spool.create(size);
        while let Some(block) = body.try_next().await? {
            writer.write(block).await?;
        }
        let spooled = writer.finish().await?;
        if spooled.len() == size { Ok(Self::Spooled(spooled)) } else { Err(damaged(spooled.len())) }
    }

    /// Returns its bytes for a decoder. Blocks.
    pub(crate) fn into_reader(self) -> std::io::Result<Box<dyn Readable>> {
        let buffered = |file| Box::new(BufReader::with_capacity(READ_BYTES, file));
        Ok(match self {
            Self::File(file) => buffered(file),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes)),
            Self::Spooled(spooled) => buffered(spooled.open()?),
        })
    }
}
