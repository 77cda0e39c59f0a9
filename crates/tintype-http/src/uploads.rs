//! Resumable uploads, as tus 1.0 has them.

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LENGTH, HeaderMap, LOCATION};
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, TryStreamExt};
use serde_json::json;
use tintype_library::auth::{Actor, Parameters};
use tintype_library::persistence::{UploadKind, UploadRecord, UploadState};
use tintype_library::{Append, Appending, Becomes, Concatenation, Error, LinkUpload, NewResumable};

use crate::app::App;
use crate::body::{Body, early_end};
use crate::caller::Caller;
use crate::describe::{Describe, Operation, Place};
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
    let Beginning { length, append } = Beginning::read(headers)?;
    let upload = app.library.begin_resumable(&actor, NewResumable { becomes, length, metadata }).await?;
    begun(&app, &actor, upload, append.map(|append| (append, body)), created).await
}

/// Begins an upload by a link, perhaps with its first bytes.
pub(crate) async fn create_by_link(
    app: &App,
    by: LinkUpload,
    headers: &HeaderMap,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let read = || {
        tus::require_version(headers)?;
        if headers.contains_key("Upload-Concat") {
            return Err(Problem::InvalidHeader("Upload-Concat"));
        }
        Ok((Beginning::read(headers)?, tus::text(headers, "Upload-Metadata")?.to_owned()))
    };
    let (Beginning { length, append }, metadata) = match read() {
        Ok(read) => read,
        Err(problem) => {
            by.cancel().await;
            return Err(problem);
        }
    };
    let new = NewResumable { becomes: Becomes::File, length, metadata };
    let (upload, maker, signer) = app.library.begin_resumable_by_link(by, new).await?;
    let answer = |upload: &UploadRecord| {
        let path = path(&upload.name);
        let mut response = created(upload);
        tus::answer(&mut response);
        response.insert_header((LOCATION, format!("{path}?{}", signer.query(&path, Parameters::default()))));
        response
    };
    begun(app, &maker, upload, append.map(|append| (append, body)), answer).await
}

/// What the headers of a request say that begins an upload.
struct Beginning {
    length: Option<u64>,
    /// The first bytes, if they are in the body.
    append: Option<Append>,
}

impl Beginning {
    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let length = tus::number(headers, "Upload-Length")?;
        match (length, tus::text(headers, "Upload-Defer-Length")?) {
            (Some(_), "") | (None, "1") => {}
            (None, "") => return Err(Problem::InvalidHeader("Upload-Length")),
            _ => return Err(Problem::InvalidHeader("Upload-Defer-Length")),
        }
        let content_length = content_length(headers);
        // Some clients send an empty body in chunks where they mean none.
        let has_body = match tus::require_bytes(headers) {
            Err(other) if content_length.is_some_and(|length| length > 0) => return Err(other),
            is_bytes => is_bytes.is_ok(),
        };
        let append = Append { checksum: tus::checksum(headers)?, content_length, ..Append::default() };
        if let (Some(length), Some(sent)) = (length, content_length)
            && sent > length
        {
            return Err(Error::TooLarge { limit: length }.into());
        }
        Ok(Self { length, append: has_body.then_some(append) })
    }
}

/// Adds the first bytes to an upload, if there are any, and answers the request that began it.
async fn begun(
    app: &App,
    actor: &Actor,
    upload: UploadRecord,
    first: Option<(Append, Body)>,
    answer: impl Fn(&UploadRecord) -> HttpResponseBuilder,
) -> Result<HttpResponse, Problem> {
    let Some((append, body)) = first else { return Ok(answer(&upload).finish()) };
    let name = upload.name;
    let sent = async {
        let mut appending = app.library.append(actor, &name, append).await?;
        receive(&mut appending, body).await?;
        Ok(appending.finish().await?)
    };
    let upload = match sent.await {
        Ok(upload) => upload,
        Err(problem) => kept(actor, app, &name, problem).await?,
    };
    Ok(answer(&upload).insert_header(("Upload-Offset", upload.received)).finish())
}

/// `GET` and `HEAD /api/media/uploads/<id>`: how far an upload has come, and what became of it.
pub(crate) async fn get(
    Uploader(actor): Uploader,
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
    Uploader(actor): Uploader,
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
    Uploader(actor): Uploader,
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

/// Returns an upload that could not take its first bytes, or whose file could not be made, if all
/// of its bytes have come and the file is made later. Else the client does not know the upload, so
/// it is ended.
async fn kept(actor: &Actor, app: &App, name: &str, problem: Problem) -> Result<UploadRecord, Problem> {
    if let Problem::Library(Error::Busy { .. } | Error::Unavailable(_) | Error::Internal(_)) = problem {
        let upload = app.library.resumable(actor, name).await?;
        if upload.is_complete() {
            return Ok(upload);
        }
    }
    if let Err(error) = app.library.end_resumable(actor, name).await {
        tracing::debug!(%error, "an upload that nobody knows is left to expire");
    }
    Err(problem)
}

fn created(upload: &UploadRecord) -> HttpResponseBuilder {
    let mut response = described(HttpResponse::Created(), upload);
    response.insert_header((LOCATION, path(&upload.name)));
    response
}

fn path(name: &str) -> String {
    format!("/api/media/uploads/{name}")
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

/// Who goes on with an upload: the authenticated user or, for whoever has the signed URL of an
/// upload by a link, the maker of the link.
pub(crate) struct Uploader(Actor);

impl FromRequest for Uploader {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let app = App::of(request);
        let caller = Caller::from_request(request, payload);
        let parameters = Parameters::parse(request.query_string());
        let name = request.match_info().get("id").unwrap_or_default().to_owned();
        async move {
            let maker = app?.library.maker_of_upload(&path(&name), &parameters?, &name).await?;
            match maker {
                Some(maker) => Ok(Self(maker)),
                None => caller.await.map(|Caller(actor)| Self(actor)),
            }
        }
        .boxed_local()
    }
}

impl Describe for Uploader {
    fn describe(operation: &mut Operation<'_>) {
        let text = || json!({"type": "string"});
        operation
            .set("security", json!([{"token": []}, {"bearer": []}, {}]))
            .parameter(Place::Query, "expires", text(), "From the URL of an upload by a link")
            .parameter(Place::Query, "signature", text(), "From the URL of an upload by a link")
            .errors([400, 401, 403, 429]);
    }
}
