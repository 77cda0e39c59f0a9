mod base64;
mod disposition;
mod json;
mod multipart;
mod parts;
mod raw;

pub(crate) use disposition::header_file_name;

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use actix_web::{FromRequest, HttpRequest, web};
use schemars::JsonSchema;
use serde_json::json;
use tintype_library::Inbox;
use tintype_library::domain::FieldErrors;

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::body::{Body, read_all};
use crate::describe::{Describe, Operation, Place, bytes};
use crate::fields::{Fields, Sent};
use crate::problem::{Format, Problem};
use raw::RawFile;

/// A typed body that is built from the fields of a request.
pub(crate) trait FormBody: Sized {
    /// The accepted formats.
    const FORMATS: &'static [Format];

    /// Whether a body of any other format is the file `f`, if the request names it.
    const IS_PERHAPS_RAW: bool = false;

    /// Returns the largest JSON or URL-encoded body, in bytes.
    fn max_bytes(app: &App) -> usize {
        app.config.max_field_bytes
    }

    /// The fields, as the description of the API has them.
    type Fields: JsonSchema;

    /// Builds the body, or returns the problems of all its fields.
    fn from_sent(sent: Sent, base: &BaseUrl) -> Result<Self, FieldErrors>;
}

/// The body of a request, before it is read as a `T`.
pub(crate) struct Form<T> {
    headers: HeaderMap,
    raw: Option<RawFile>,
    body: Body,
    app: web::Data<App>,
    base: BaseUrl,
    as_body: PhantomData<fn() -> T>,
}

impl<T: FormBody> FromRequest for Form<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut form = || {
            let app = App::of(request)?;
            let base = BaseUrl::from_request(request, payload).into_inner()?;
            let body = Body::new(payload.take(), &app.config);
            let raw = RawFile::of(request.headers(), request.query_string()).filter(|_| T::IS_PERHAPS_RAW);
            Ok(Self { headers: request.headers().clone(), raw, body, app, base, as_body: PhantomData })
        };
        ready(form())
    }
}

impl<T: FormBody> Form<T> {
    /// Returns the bytes of the body.
    pub(crate) fn into_body(self) -> Body {
        self.body
    }

    /// Reads the body and ignores files.
    pub(crate) async fn read(self) -> Result<T, Problem> {
        self.read_with(None).await
    }

    /// Reads the body and writes its file to the inbox.
    pub(crate) async fn read_into(self, inbox: &Inbox) -> Result<T, Problem> {
        self.read_with(Some(inbox)).await
    }

    async fn read_with(self, inbox: Option<&Inbox>) -> Result<T, Problem> {
        let base = self.base.clone();
        Ok(T::from_sent(self.read_sent(inbox).await?, &base)?)
    }

    async fn read_sent(mut self, inbox: Option<&Inbox>) -> Result<Sent, Problem> {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let format = Format::of(content_type).filter(|format| T::FORMATS.contains(format));
        if let (None, Some(raw), Some(inbox)) = (format, self.raw.take(), inbox) {
            return raw.read(self.content_length(), self.body, &self.app.config, inbox).await;
        }
        if self.is_empty() {
            return Ok(Sent::default());
        }
        let fields = match format {
            None | Some(Format::Raw) => return Err(Problem::UnsupportedMediaType(content_type.to_owned())),
            Some(Format::Multipart) => {
                let content_length = self.content_length();
                return multipart::read(content_type, content_length, self.body, &self.app.config, inbox).await;
            }
            Some(Format::Json) => json::parse(&self.read_all(Format::Json).await?)?,
            Some(Format::UrlEncoded) => parse_url_encoded(&self.read_all(Format::UrlEncoded).await?),
        };
        Ok(Sent { fields, file: None })
    }

    fn content_length(&self) -> Option<u64> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    fn is_empty(&self) -> bool {
        !self.headers.contains_key(TRANSFER_ENCODING) && self.content_length().unwrap_or(0) == 0
    }

    async fn read_all(self, format: Format) -> Result<Vec<u8>, Problem> {
        let limit = T::max_bytes(&self.app);
        read_all(self.body, format, limit).await
    }
}

/// Decodes a form as Django does: a body that is not UTF-8 is read as ISO 8859-1, and escaped bytes
/// that are not UTF-8 become replacement characters.
fn parse_url_encoded(bytes: &[u8]) -> Fields {
    let text =
        std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned);
    let pairs = form_urlencoded::parse(text.as_bytes()).into_owned();
    let mut fields = Fields::default();
    pairs.for_each(|(name, value)| fields.insert_text(name, value));
    fields
}

impl<T: FormBody> Describe for Form<T> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.sent::<T::Fields>();
        for format in T::FORMATS {
            operation.body(format.media_type(), json!({"schema": schema}));
        }
        if T::IS_PERHAPS_RAW {
            let text = || json!({"type": "string"});
            operation
                .body("application/octet-stream", json!({"schema": bytes()}))
                .parameter(Place::Query, "name", text(), "The name of a file that is the whole body")
                .parameter(Place::Header, "Content-Disposition", text(), "`attachment; filename=…`: the same");
        }
        operation.errors([400, 408, 413, 415]);
    }
}
