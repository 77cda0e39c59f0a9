use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{
    self, ETag, EntityTag, Header, HttpDate, IfModifiedSince, IfNoneMatch, IfRange, LastModified,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use percent_encoding::percent_decode_str;
use tintype_library::domain::Key;
use tintype_library::storage::PresignedFor;
use tintype_library::{Content, Error, Library, serving};

use crate::app::App;
use crate::config::Delivery;
use crate::problem::Problem;
use crate::range::{self, Requested};

type Blocks = BoxStream<'static, Result<Bytes, tintype_library::storage::Error>>;

/// `GET /media/<key>`: the bytes of a file or a thumbnail, for everybody.
pub(crate) async fn serve(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let key = key(&request).ok_or(Problem::NotFound)?;
    let content = app.library.content(key).await?;
    if let Delivery::Redirect { lifetime } = app.config.delivery {
        return redirect(&app.library, &content, request.method(), lifetime).await;
    }
    let validators = Validators::of(&content);
    if validators.match_cache(&request) {
        return Ok(head(StatusCode::NOT_MODIFIED, &content, &validators).finish());
    }
    let requested = match request.headers().get(header::RANGE).and_then(|range| range.to_str().ok()) {
        // RFC 9110 section 14.2: ranges are for `GET` alone.
        Some(range) if request.method() == Method::GET && validators.allow_ranges(&request) => {
            range::parse(range, content.size, app.config.max_ranges)
        }
        _ => Requested::Whole,
    };
    let partial = || head(StatusCode::PARTIAL_CONTENT, &content, &validators);
    match requested {
        Requested::Unsatisfiable => Err(Problem::RangeNotSatisfiable { size: content.size }),
        Requested::Whole => {
            let body = single(&app.library, &content, 0..content.size, request.method()).await?;
            Ok(head(StatusCode::OK, &content, &validators).body(body))
        }
        Requested::One(range) => {
            let shown = content_range(&range, content.size);
            let body = single(&app.library, &content, range, request.method()).await?;
            Ok(partial().insert_header((header::CONTENT_RANGE, shown)).body(body))
        }
        Requested::Several(ranges) => {
            let boundary = &content.checksum.to_hex()[..32];
            let media_type = format!("multipart/byteranges; boundary={boundary}");
            let body = multiple(&app.library, &content, ranges, boundary);
            Ok(partial().insert_header((header::CONTENT_TYPE, media_type)).body(body))
        }
    }
}

fn key(request: &HttpRequest) -> Option<Key> {
    let encoded = request.uri().path().strip_prefix("/media/")?;
    percent_decode_str(encoded).decode_utf8().ok()?.parse().ok()
}

/// Sends the client to storage, which knows conditions and ranges itself.
async fn redirect(
    library: &Library,
    content: &Content,
    method: &Method,
    lifetime: Duration,
) -> Result<HttpResponse, Problem> {
    let request = if method == Method::HEAD { PresignedFor::Head } else { PresignedFor::Get };
    let presigned = library.presign(content, request, lifetime).await?;
    // The configuration allows redirects only to storages that presign.
    let url = presigned.ok_or_else(|| Error::Internal("the storage cannot presign".into()))?;
    // Whoever keeps the answer this long has a URL that lives as long again. A signature is good for one method only, while
    // caches answer `HEAD` with what they have for `GET`, and may not do so the other way round.
    let caching = match request {
        PresignedFor::Get => format!("public, max-age={}", lifetime.as_secs() / 2),
        PresignedFor::Head => "no-store".to_owned(),
    };
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, url))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .finish())
}

/// What tells a cache whether its copy is still right. The content under a key never changes.
struct Validators {
    etag: EntityTag,
    modified: HttpDate,
}

impl Validators {
    fn of(content: &Content) -> Self {
        // HTTP dates have seconds.
        let seconds = content.stored_at.to_datetime().unix_timestamp();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        Self { etag: EntityTag::new_strong(content.checksum.to_hex()), modified: modified.into() }
    }

    /// RFC 9110 section 13.2.2: `If-None-Match` goes before `If-Modified-Since`.
    fn match_cache(&self, request: &HttpRequest) -> bool {
        if request.headers().contains_key(header::IF_NONE_MATCH) {
            return match IfNoneMatch::parse(request) {
                Ok(IfNoneMatch::Any) => true,
                Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&self.etag)),
                Err(_) => false,
            };
        }
        IfModifiedSince::parse(request).is_ok_and(|IfModifiedSince(since)| self.modified <= since)
    }

    /// RFC 9110 section 13.1.5: a range counts only while `If-Range` names what is there, by strong comparison.
    fn allow_ranges(&self, request: &HttpRequest) -> bool {
        if !request.headers().contains_key(header::IF_RANGE) {
            return true;
        }
        match IfRange::parse(request) {
            Ok(IfRange::EntityTag(tag)) => tag.strong_eq(&self.etag),
            Ok(IfRange::Date(date)) => date == self.modified,
            Err(_) => false,
        }
    }
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end - 1)
}

fn head(status: StatusCode, content: &Content, validators: &Validators) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header(ETag(validators.etag.clone()))
        .insert_header(LastModified(validators.modified))
        .insert_header((header::CACHE_CONTROL, serving::CACHE_CONTROL))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if status != StatusCode::NOT_MODIFIED {
        response.insert_header((header::CONTENT_TYPE, content.mime_type.as_str()));
    }
    if let Some(disposition) = serving::content_disposition(&content.key, &content.mime_type) {
        response
            .insert_header((header::CONTENT_DISPOSITION, disposition))
            .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"));
    }
    response
}

async fn single(library: &Library, content: &Content, range: Range<u64>, method: &Method) -> Result<Sized, Problem> {
    let size = range.end - range.start;
    // Opened for `HEAD`, too, so that it never promises what `GET` cannot keep; but not a byte of it is read.
    let range = if method == Method::HEAD { range.start..range.start } else { range };
    Ok(Sized { size, blocks: library.read(content, Some(range)).await?.body })
}

/// Strings the ranges together as RFC 9110 section 14.6 has it; each is opened when its turn comes.
fn multiple(library: &Library, content: &Content, ranges: Vec<Range<u64>>, boundary: &str) -> Sized {
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
                    stream::once(async { Err(tintype_library::storage::Error::NotFound { key: content.key }) }).boxed()
                }
            };
            stream::once(async { Ok(Bytes::from(head)) }).chain(blocks)
        }
    });
    let blocks = bodies.flatten().chain(stream::once(async { Ok(Bytes::from(end)) })).boxed();
    Sized { size, blocks }
}

/// A stream whose length is known, so that the answer has a `Content-Length`, to `HEAD`, too.
struct Sized {
    size: u64,
    blocks: Blocks,
}

impl MessageBody for Sized {
    type Error = tintype_library::storage::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.blocks.try_poll_next_unpin(cx)
    }
}
