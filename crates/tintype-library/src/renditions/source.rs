use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use tintype_domain::Key;
use tintype_media::{Image, Limits};
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

    /// Opens it as an image. Blocks.
    pub(crate) fn into_image(self, limits: &Limits) -> Result<Image<Box<dyn Readable>>, tintype_media::Error> {
        let file = match self {
            Self::File(file) => file,
            Self::Memory(bytes) => return Image::open(Box::new(Cursor::new(bytes)), limits),
            Self::Spooled(spooled) => spooled.open()?,
        };
        let reader: Box<dyn Readable> = Box::new(BufReader::with_capacity(READ_BYTES, file.try_clone()?));
        Ok(Image::open(reader, limits)?.with_file(file))
    }
}
