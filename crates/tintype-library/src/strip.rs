//! Taking metadata out of files before they are kept.

use std::io::{self, BufReader, Write};
use std::sync::Arc;

use bytes::Bytes;
use tintype_preview::{Limits, Strip};
use tintype_storage::Spooled;
use tokio::sync::mpsc::{self, Sender};

use crate::Error;
use crate::admission::{Asker, Lane};
use crate::library::Inner;

/// How many blocks wait to be written.
const BLOCKS: usize = 4;

/// How large a block is.
const BLOCK_BYTES: usize = 256 << 10;

/// By how much a file without its metadata may be larger: the orientation is written anew.
const MOST_MORE_BYTES: u64 = 64 << 10;

impl Inner {
    /// Returns the content without the metadata that is not to be kept, pixel for pixel the same;
    /// the content itself if there is nothing to take out.
    ///
    /// Nobody can say what is in a file whose structure is broken: it is kept as it is.
    pub(crate) async fn strip(
        self: &Arc<Self>,
        asker: Asker,
        content: Arc<Spooled>,
        strip: Strip,
    ) -> Result<Arc<Spooled>, Error> {
        let (sender, mut blocks) = mpsc::channel(BLOCKS);
        let (inner, source) = (self.clone(), content.clone());
        let work = async move { inner.compute(Lane::Headers, asker, 0, move || copy(&source, strip, sender)).await };
        let work = self.start(work);
        let mut writer = self.spool.create(content.len().saturating_add(MOST_MORE_BYTES));
        while let Some(block) = blocks.recv().await {
            writer.write(block).await?;
        }
        match work.await.map_err(Error::internal)?? {
            Ok(true) => Ok(Arc::new(writer.finish().await?)),
            Ok(false) => Ok(content),
            Err(error) => {
                tracing::warn!(%error, "a file is kept with its metadata");
                Ok(content)
            }
        }
    }
}

fn copy(content: &Spooled, strip: Strip, sender: Sender<Bytes>) -> Result<bool, tintype_preview::Error> {
    let mut blocks = io::BufWriter::with_capacity(BLOCK_BYTES, Blocks(sender));
    let file = BufReader::new(content.open().map_err(io::Error::other)?);
    let is_changed = tintype_preview::strip_metadata(file, &mut blocks, strip, &Limits::default())?;
    blocks.flush()?;
    Ok(is_changed)
}

/// Hands blocks on to whoever keeps them.
struct Blocks(Sender<Bytes>);

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Bytes::copy_from_slice(bytes));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
