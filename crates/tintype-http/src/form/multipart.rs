use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderMap};
use futures_util::TryStreamExt;
use tintype_library::storage::Spooled;
use tintype_library::{Error, Inbox, causes};

use super::file_name::file_name;
use crate::body::{Body, early_end, read_all};
use crate::config::HttpConfig;
use crate::fields::{FieldValue, Fields, Sent, SentFile};
use crate::problem::{Defect, Format, Problem};

/// Reads a form; its file `f` goes to the inbox, and without one is passed over as other files are.
pub(super) async fn read(
    headers: &HeaderMap,
    content_length: Option<u64>,
    body: Body,
    config: &HttpConfig,
    inbox: Option<&Inbox>,
) -> Result<Sent, Problem> {
    // What a body may have beside the file: texts, and the headers of each part.
    let beside = (config.max_parts as u64).saturating_mul((config.max_field_bytes as u64).saturating_add(8 << 10));
    if content_length.is_some_and(|length| length > config.max_upload_bytes.saturating_add(beside)) {
        return Err(Error::TooLarge { limit: config.max_upload_bytes }.into());
    }
    let mut fields = Fields::default();
    let mut file = None;
    let mut parts = Multipart::new(headers, body);
    let mut count = 0;
    while let Some(mut part) = parts.try_next().await.map_err(problem)? {
        count += 1;
        if count > config.max_parts {
            return Err(malformed(Defect::TooManyParts { limit: config.max_parts }));
        }
        let name = part.name().unwrap_or_default().to_owned();
        match (sent_file_name(&part)?, inbox) {
            (Some(file_name), Some(inbox)) if name == "f" => {
                file = Some(SentFile { content: spool(&mut part, inbox).await?, file_name });
            }
            (Some(_), _) => skip(&mut part, config.max_upload_bytes).await?,
            (None, _) => {
                let bytes = read_all(part, config.max_field_bytes, problem).await?;
                fields.insert(name, FieldValue::Text(String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    Ok(Sent { fields, file })
}

/// Returns the file name that a part has, perhaps an empty one; a part without is a text.
fn sent_file_name(part: &Field) -> Result<Option<String>, Problem> {
    let Some(header) = part.headers().get(CONTENT_DISPOSITION) else { return Ok(None) };
    let header = std::str::from_utf8(header.as_bytes()).map_err(|_| malformed(Defect::DispositionNotUtf8))?;
    Ok(file_name(header))
}

async fn spool(part: &mut Field, inbox: &Inbox) -> Result<Spooled, Problem> {
    let mut writer = inbox.open();
    while let Some(bytes) = part.try_next().await.map_err(problem)? {
        writer.write(bytes).await?;
    }
    Ok(writer.finish().await?)
}

/// Passes over a file that nobody asked for; it counts against the size of an upload all the same.
async fn skip(part: &mut Field, limit: u64) -> Result<(), Problem> {
    let mut size = 0u64;
    while let Some(bytes) = part.try_next().await.map_err(problem)? {
        size += bytes.len() as u64;
        if size > limit {
            return Err(Error::TooLarge { limit }.into());
        }
    }
    Ok(())
}

fn malformed(defect: Defect) -> Problem {
    Problem::Malformed { format: Format::Multipart, defect }
}

fn problem(error: MultipartError) -> Problem {
    match &error {
        MultipartError::Payload(payload) => early_end(Format::Multipart, payload),
        MultipartError::Incomplete => malformed(Defect::CutShort),
        _ => malformed(Defect::Syntax(causes(&error))),
    }
}
