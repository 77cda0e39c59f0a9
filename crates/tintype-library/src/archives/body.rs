//! The bytes of archives, read from storage as they are sent.

use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tintype_domain::Crc32;

use super::zip::Piece;
use crate::error::causes;
use crate::view::Content;
use crate::{Error, Library};

/// The bytes of an archive, or of a range of it.
pub type ArchiveBody = BoxStream<'static, Result<Bytes, Error>>;

/// How many pieces are opened before their turn comes, so that many small files in a bucket are not
/// waited for one after another.
const READ_AHEAD: usize = 4;

/// The largest range of a content that is opened before its turn comes.
const AHEAD_BYTES: u64 = 256 << 10;

/// Returns the bytes of the pieces, each content with the CRC-32 that it should have.
///
/// Reads the beginning of the first content, so that an answer can say if that is not there.
pub(super) async fn read(
    library: Library,
    pieces: impl Iterator<Item = (Piece, Option<(Content, Crc32)>)> + Send + 'static,
) -> Result<ArchiveBody, Error> {
    let parts = stream::iter(pieces).map(move |(piece, content)| part(library.clone(), piece, content));
    let mut parts = parts.buffered(READ_AHEAD).flatten().boxed();
    let mut first = Vec::with_capacity(2);
    // A local header may come before it.
    while first.len() < 2 {
        match parts.try_next().await? {
            Some(bytes) => first.push(Ok(bytes)),
            None => break,
        }
    }
    Ok(stream::iter(first).chain(parts).boxed())
}

async fn part(library: Library, piece: Piece, content: Option<(Content, Crc32)>) -> ArchiveBody {
    match (piece, content) {
        (Piece::Bytes(bytes), _) => stream::once(async { Ok(bytes.into()) }).boxed(),
        (Piece::Content { range, .. }, Some((content, crc32))) => {
            let is_small = range.end - range.start <= AHEAD_BYTES;
            let body = open(library, content, crc32, range);
            if is_small { body.await } else { stream::once(body).flatten().boxed() }
        }
        // Each content has its object.
        (Piece::Content { .. }, None) => stream::empty().boxed(),
    }
}

/// Opens a range of a content. A whole one is compared with its CRC-32 as it passes.
async fn open(library: Library, content: Content, crc32: Crc32, range: Range<u64>) -> ArchiveBody {
    let is_whole = range == (0..content.size);
    match library.read(&content, Some(range)).await {
        Ok(object) => {
            let body = object.body.map_err(Error::from);
            if is_whole { checked(body.boxed(), content, crc32) } else { body.boxed() }
        }
        Err(error) => {
            let error = if matches!(error, Error::NotFound) { Error::ArchiveChanged } else { error };
            tracing::error!(key = %content.key, "a file of an archive cannot be read: {}", causes(&error));
            stream::once(async { Err(error) }).boxed()
        }
    }
}

/// Returns a body that fails at its end unless it has this CRC-32.
fn checked(body: ArchiveBody, content: Content, expected: Crc32) -> ArchiveBody {
    let state = (body, crc32fast::Hasher::new(), content);
    let blocks = stream::try_unfold(state, move |(mut body, mut hash, content)| async move {
        let Some(block) = body.try_next().await? else {
            let found = Crc32(hash.finalize());
            if found == expected {
                return Ok(None);
            }
            tracing::error!(key = %content.key, ?expected, ?found, "a file of an archive is damaged");
            return Err(Error::internal(format!("object `{}` is damaged", content.key)));
        };
        hash.update(&block);
        Ok(Some((block, (body, hash, content))))
    });
    blocks.boxed()
}
