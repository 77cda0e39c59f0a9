//! The bytes of a file as bodies of answers.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::Method;
use actix_web::web::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tintype_library::{Content, Library, storage};

use crate::problem::Problem;
use crate::range::content_range;

/// A stream of known length, so that answers have a `Content-Length`, also to `HEAD`.
pub(super) struct Blocks {
    size: u64,
    stream: BoxStream<'static, Result<Bytes, storage::Error>>,
}

impl Blocks {
    /// Returns the body with one range.
    pub(super) async fn of_range(
        library: &Library,
        content: &Content,
        range: Range<u64>,
        method: &Method,
    ) -> Result<Self, Problem> {
        let size = range.end - range.start;
        // `HEAD` opens the object as well, so that it fails wherever `GET` fails, but reads
        // nothing.
        let range = if method == Method::HEAD { range.start..range.start } else { range };
        Ok(Self { size, stream: library.read(content, Some(range)).await?.body })
    }

    /// Returns the `multipart/byteranges` body (RFC 9110 section 14.6) with several ranges. Each is
    /// opened when its turn comes.
    pub(super) fn of_ranges(library: &Library, content: &Content, ranges: Vec<Range<u64>>, boundary: &str) -> Self {
        let end = format!("\r\n--{boundary}--\r\n");
        let parts: Vec<_> = ranges
            .into_iter()
            .map(|range| {
                let (mime_type, shown) = (&content.mime_type, content_range(&range, content.size));
                let head = format!("\r\n--{boundary}\r\nContent-Type: {mime_type}\r\nContent-Range: {shown}\r\n\r\n");
                (head, range)
            })
            .collect();
        let size = parts.iter().map(|(head, range)| head.len() as u64 + range.end - range.start).sum::<u64>();
        let size = size + end.len() as u64;
        let (library, content) = (library.clone(), content.clone());
        let bodies = stream::iter(parts).then(move |(head, range)| {
            let (library, content) = (library.clone(), content.clone());
            async move {
                let blocks = match library.read(&content, Some(range)).await {
                    Ok(object) => object.body,
                    Err(error) => {
                        tracing::warn!(%error, key = %content.key, "cannot go on with an answer of several ranges");
                        stream::once(async { Err(storage::Error::NotFound { key: content.key }) }).boxed()
                    }
                };
                stream::once(async { Ok(Bytes::from(head)) }).chain(blocks)
            }
        });
        let stream = bodies.flatten().chain(stream::once(async { Ok(Bytes::from(end)) })).boxed();
        Self { size, stream }
    }
}

impl MessageBody for Blocks {
    type Error = storage::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.stream.try_poll_next_unpin(cx)
    }
}
