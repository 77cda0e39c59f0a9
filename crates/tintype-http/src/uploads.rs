//! Resumable uploads, as tus 1.0 has them.

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LENGTH, HeaderMap, LOCATION};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::TryStreamExt;
use tintype_library::auth::Actor;
use tintype_library::persistence::{UploadKind, UploadRecord, UploadState};
use tintype_library::{Append, Appending, Becomes, Concatenation, Error, NewResumable};

use crate::app::App;
use crate::body::{Body, early_end};
use crate::caller::Caller;
use crate::problem::{Format, Problem};
use crate::reply::NoContent;
use crate::tus;
use crate::validators::http_date;
use crate::view::UploadView;

/// `POST /api/media/uploads`: begins an upload, perhaps with its first bytes, or makes one of
/// others.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    tus::require_version(headers)?;
    let metadata = tus::text(headers, "Upload-Metadata")?.to_owned();
    let becomes = match tus::text(headers, "Upload-Concat")?.split_once(';') {
        Some(("final", parts)) => {
            let sent = tus::text(headers, "Upload-Concat")?.to_owned();
            let parts = parts.split_whitespace().map(name_in_url).collect();
            let upload = app.library.concatenate(&actor, Concatenation { parts, sent, metadata }).await?;
            return Ok(created(&upload).finish());
        }
        None if tus::text(headers, "Upload-Concat")? == "partial" => Becomes::Part,
        None if !headers.contains_key("Upload-Concat") => Becomes::File,
        _ => return Err(Problem::InvalidHeader("Upload-Concat")),
    };
    let length = tus::number(headers, "Upload-Length")?;
    match (length, tus::text(headers, "Upload-Defer-Length")?) {
        (Some(_), "") | (None, "1") => {}
        (None, "") => return Err(Problem::InvalidHeader("Upload-Length")),
        _ => return Err(Problem::InvalidHeader("Upload-Defer-Length")),
    }
    // Some clients send an empty body in chunks where they mean none.
    let has_body = match tus::require_bytes(headers) {
        Err(other) if content_length(headers).is_some_and(|length| length > 0) => return Err(other),
        is_bytes => is_bytes.is_ok(),
    };
    let append =
        Append { checksum: tus::checksum(headers)?, content_length: content_length(headers), ..Append::default() };
    if let (Some(length), Some(sent)) = (length, append.content_length)
        && sent > length
    {
        return Err(Error::TooLarge { limit: length }.into());
    }
    let upload = app.library.begin_resumable(&actor, NewResumable { becomes, length, metadata }).await?;
    if !has_body {
        return Ok(created(&upload).finish());
    }
    let name = upload.name;
    let sent = async {
        let mut appending = app.library.append(&actor, &name, append).await?;
        receive(&mut appending, body).await?;
        Ok(appending.finish().await?)
    };
    match sent.await {
        Ok(upload) => Ok(created(&upload).insert_header(("Upload-Offset", upload.received)).finish()),
        Err(problem) => not_created(&actor, &app, &name, problem).await,
    }
}

/// `GET` and `HEAD /api/media/uploads/<id>`: how far an upload has come, and what became of it.
pub(crate) async fn get(
    Caller(actor): Caller,
    app: Data<App>,
    name: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    // `GET` is not part of tus.
    if *request.method() == Method::HEAD {
        tus::require_version(request.headers())?;
    }
    let upload = app.library.resumable(&actor, &name).await?;
    let mut response = described(HttpResponse::Ok(), &upload);
    let is_made = matches!(upload.state, UploadState::Finished(_));
    if upload.kind != UploadKind::Final || is_made {
        response.insert_header(("Upload-Offset", upload.received));
    }
    match upload.length {
        Some(length) => response.insert_header(("Upload-Length", length)),
        None => response.insert_header(("Upload-Defer-Length", "1")),
    };
    if !upload.metadata.is_empty() {
        response.insert_header(("Upload-Metadata", upload.metadata.as_str()));
    }
    match (&upload.kind, &upload.concat) {
        (UploadKind::Partial, _) => drop(response.insert_header(("Upload-Concat", "partial"))),
        (UploadKind::Final, Some(concat)) => drop(response.insert_header(("Upload-Concat", concat.as_str()))),
        _ => {}
    }
    Ok(response.insert_header((CACHE_CONTROL, "no-store")).json(UploadView::new(&upload)))
}

/// `PATCH /api/media/uploads/<id>`: the next bytes.
pub(crate) async fn append(
    Caller(actor): Caller,
    app: Data<App>,
    name: Path<String>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    tus::require_version(headers)?;
    tus::require_bytes(headers)?;
    let append = Append {
        offset: tus::number(headers, "Upload-Offset")?.ok_or(Problem::InvalidHeader("Upload-Offset"))?,
        length: tus::number(headers, "Upload-Length")?,
        content_length: content_length(headers),
        checksum: tus::checksum(headers)?,
    };
    let mut appending = app.library.append(&actor, &name, append).await?;
    if let Err(problem) = receive(&mut appending, body).await {
        // What has come is of use, since the client can go on from there.
        appending.interrupt();
        return Err(problem);
    }
    let upload = appending.finish().await?;
    let mut response = described(HttpResponse::NoContent(), &upload);
    Ok(response.insert_header(("Upload-Offset", upload.received)).finish())
}

/// `DELETE /api/media/uploads/<id>`: ends an upload. A file that it has become stays.
pub(crate) async fn delete(
    Caller(actor): Caller,
    app: Data<App>,
    name: Path<String>,
    request: HttpRequest,
) -> Result<NoContent, Problem> {
    tus::require_version(request.headers())?;
    app.library.end_resumable(&actor, &name).await?;
    Ok(NoContent)
}

/// Adds a body to an upload.
async fn receive(appending: &mut Appending, mut body: Body) -> Result<(), Problem> {
    while let Some(bytes) = body.try_next().await.map_err(|error| early_end(Format::Raw, &error))? {
        appending.write(bytes).await?;
    }
    Ok(())
}

/// Answers a request that could begin an upload but not take its first bytes. The client does not
/// know the upload then, so it is ended, unless all its bytes have come and the file is made later.
async fn not_created(actor: &Actor, app: &App, name: &str, problem: Problem) -> Result<HttpResponse, Problem> {
    if let Problem::Library(Error::Busy { .. } | Error::Unavailable(_) | Error::Internal(_)) = problem {
        let upload = app.library.resumable(actor, name).await?;
        if upload.is_complete() {
            return Ok(created(&upload).insert_header(("Upload-Offset", upload.received)).finish());
        }
    }
    if let Err(error) = app.library.end_resumable(actor, name).await {
        tracing::debug!(%error, "an upload that nobody knows is left to expire");
    }
    Err(problem)
}

fn created(upload: &UploadRecord) -> HttpResponseBuilder {
    let mut response = described(HttpResponse::Created(), upload);
    response.insert_header((LOCATION, format!("/api/media/uploads/{}", upload.name)));
    response
}

/// Adds when an upload expires, and the file that it has become.
fn described(mut response: HttpResponseBuilder, upload: &UploadRecord) -> HttpResponseBuilder {
    response.insert_header(("Upload-Expires", http_date(upload.expires_at)));
    if let UploadState::Finished(Some(file)) = upload.state {
        response.insert_header(("Upload-File", format!("/api/media/files/{file}")));
    }
    response
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Returns what an upload is known by from its URL.
fn name_in_url(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}
