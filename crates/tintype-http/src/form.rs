use std::collections::HashMap;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use actix_web::web::Payload;
use futures_util::{Stream, TryStreamExt};
use serde_json::Value;
use tintype_library::Inbox;
use tintype_library::domain::FieldErrors;
use tintype_library::storage::Spooled;

use crate::body::{Body, Slow};
use crate::config::HttpConfig;
use crate::problem::Problem;

mod file_name;
use file_name::file_name;

/// A request's body, not yet read: multipart, URL-encoded or JSON.
pub(crate) struct Form<'a> {
    headers: HeaderMap,
    body: Body,
    config: &'a HttpConfig,
}

/// A body's fields that are not files, as a JSON object's members; a form has texts only.
#[derive(Debug, Default)]
pub(crate) struct Fields(HashMap<String, Value>);

/// A body's fields and its file.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) fields: Fields,
    pub(crate) file: Option<SentFile>,
}

/// The file part `f`.
#[derive(Debug)]
pub(crate) struct SentFile {
    pub(crate) content: Spooled,
    pub(crate) file_name: String,
}

impl Fields {
    /// Returns the text of a field, `None` where it was not sent. Numbers count as texts, as in Django.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, FieldErrors> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Null) => Err(FieldErrors::one(name, "This field may not be null.")),
            Some(_) => Err(FieldErrors::one(name, "Not a valid string.")),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl<'a> Form<'a> {
    pub(crate) fn new(request: &HttpRequest, payload: Payload, config: &'a HttpConfig) -> Self {
        Self { headers: request.headers().clone(), body: Body::new(payload, config), config }
    }

    /// Reads a body in any of the three forms; a file part `f` goes to the inbox.
    pub(crate) async fn read(self, inbox: &Inbox) -> Result<Sent, Problem> {
        match self.media_type() {
            _ if self.is_empty() => Ok(Sent::default()),
            Some("multipart/form-data") => self.read_multipart(Some(inbox)).await,
            _ => Ok(Sent { fields: self.read_fields().await?, file: None }),
        }
    }

    /// Reads a body that has to be multipart; the file part `f` goes to the inbox.
    pub(crate) async fn read_upload(self, inbox: &Inbox) -> Result<Sent, Problem> {
        match self.media_type() {
            _ if self.is_empty() => Ok(Sent::default()),
            Some("multipart/form-data") => self.read_multipart(Some(inbox)).await,
            _ => Err(self.unsupported()),
        }
    }

    /// Reads a body in any of the three forms; files are passed over.
    pub(crate) async fn read_fields(self) -> Result<Fields, Problem> {
        match self.media_type() {
            _ if self.is_empty() => Ok(Fields::default()),
            Some("multipart/form-data") => Ok(self.read_multipart(None).await?.fields),
            Some("application/json") => self.read_json().await,
            Some("application/x-www-form-urlencoded") => self.read_urlencoded().await,
            _ => Err(self.unsupported()),
        }
    }

    fn content_type(&self) -> &str {
        self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn media_type(&self) -> Option<&'static str> {
        let given = self.content_type().split(';').next().unwrap_or_default().trim();
        let known = ["multipart/form-data", "application/json", "application/x-www-form-urlencoded"];
        known.into_iter().find(|known| known.eq_ignore_ascii_case(given))
    }

    fn unsupported(&self) -> Problem {
        Problem::UnsupportedMediaType(self.content_type().to_owned())
    }

    fn content_length(&self) -> Option<u64> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    fn is_empty(&self) -> bool {
        !self.headers.contains_key(TRANSFER_ENCODING) && self.content_length().unwrap_or(0) == 0
    }

    async fn read_json(self) -> Result<Fields, Problem> {
        let bytes = read_all(self.body, self.config.max_field_bytes).await?;
        match serde_json::from_slice(&bytes).map_err(|error| Problem::Json(error.to_string()))? {
            Value::Object(members) => Ok(Fields(members.into_iter().collect())),
            other => {
                // By the names of Python's types, as Django has it.
                let what = match other {
                    Value::Array(_) => "list",
                    Value::String(_) => "str",
                    Value::Number(number) if number.is_f64() => "float",
                    Value::Number(_) => "int",
                    Value::Bool(_) => "bool",
                    _ => "null",
                };
                let message = format!("Invalid data. Expected a dictionary, but got {what}.");
                Err(FieldErrors::one("non_field_errors", message).into())
            }
        }
    }

    async fn read_urlencoded(self) -> Result<Fields, Problem> {
        let bytes = read_all(self.body, self.config.max_field_bytes).await?;
        let parameters = crate::page::Parameters::parse(&String::from_utf8_lossy(&bytes));
        Ok(Fields(parameters.iter().map(|(name, value)| (name.to_owned(), value.into())).collect()))
    }

    async fn read_multipart(self, inbox: Option<&Inbox>) -> Result<Sent, Problem> {
        let config = self.config;
        // What a body may have beside the file: texts, and the headers of each part.
        let beside = (config.max_parts as u64).saturating_mul((config.max_field_bytes as u64).saturating_add(8 << 10));
        if self.content_length().is_some_and(|length| length > config.max_upload_bytes.saturating_add(beside)) {
            return Err(tintype_library::Error::TooLarge { limit: config.max_upload_bytes }.into());
        }
        let mut sent = Sent::default();
        let mut parts = Multipart::new(&self.headers, self.body);
        let mut count = 0;
        while let Some(mut part) = parts.try_next().await? {
            count += 1;
            if count > config.max_parts {
                return Err(Problem::Multipart(format!("there are more than {} parts", config.max_parts)));
            }
            let name = part.name().unwrap_or_default().to_owned();
            match (sent_file_name(&part)?, inbox) {
                (Some(file_name), Some(inbox)) if name == "f" => {
                    sent.fields.0.remove("f");
                    sent.file = Some(SentFile { content: spool(&mut part, inbox).await?, file_name });
                }
                (Some(_), _) => skip(&mut part, config.max_upload_bytes).await?,
                (None, _) => {
                    let bytes = read_all(part, config.max_field_bytes).await?;
                    sent.fields.0.insert(name, String::from_utf8_lossy(&bytes).into_owned().into());
                }
            }
        }
        Ok(sent)
    }
}

/// Returns the file name that a part has, perhaps an empty one; a part without is a text.
fn sent_file_name(part: &Field) -> Result<Option<String>, Problem> {
    let Some(header) = part.headers().get(CONTENT_DISPOSITION) else { return Ok(None) };
    let header = std::str::from_utf8(header.as_bytes())
        .map_err(|_| Problem::Multipart("a Content-Disposition header is not UTF-8".into()))?;
    Ok(file_name(header))
}

async fn spool(part: &mut Field, inbox: &Inbox) -> Result<Spooled, Problem> {
    let mut writer = inbox.open();
    while let Some(bytes) = part.try_next().await? {
        writer.write(bytes).await?;
    }
    Ok(writer.finish().await?)
}

/// Passes over a file that nobody asked for; it counts against the size of an upload all the same.
async fn skip(part: &mut Field, limit: u64) -> Result<(), Problem> {
    let mut size = 0u64;
    while let Some(bytes) = part.try_next().await? {
        size += bytes.len() as u64;
        if size > limit {
            return Err(tintype_library::Error::TooLarge { limit }.into());
        }
    }
    Ok(())
}

async fn read_all<E>(
    mut stream: impl Stream<Item = Result<bytes::Bytes, E>> + Unpin,
    limit: usize,
) -> Result<Vec<u8>, Problem>
where
    Problem: From<E>,
{
    let mut all = Vec::new();
    while let Some(bytes) = stream.try_next().await? {
        if all.len() + bytes.len() > limit {
            return Err(Problem::FieldTooLarge { limit });
        }
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

impl From<PayloadError> for Problem {
    fn from(error: PayloadError) -> Self {
        match Slow::of(&error) {
            Some(slow) => Self::TooSlow(slow),
            None => Self::Json(error.to_string()),
        }
    }
}

impl From<MultipartError> for Problem {
    fn from(error: MultipartError) -> Self {
        match &error {
            MultipartError::Payload(payload) => match Slow::of(payload) {
                Some(slow) => Self::TooSlow(slow),
                None => Self::Multipart("the body was cut short".into()),
            },
            MultipartError::Incomplete => Self::Multipart("the body was cut short".into()),
            _ => Self::Multipart(tintype_library::causes(&error)),
        }
    }
}
