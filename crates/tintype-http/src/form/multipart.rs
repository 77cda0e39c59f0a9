use tintype_library::domain::Tags;
use tintype_library::storage::Spooled;
use tintype_library::{Error, Inbox};

use super::base64::{Base64, Incomplete};
use super::disposition::{Disposition, boundary};
use super::parts::{MAX_HEADER_BYTES, Parts};
use crate::body::Body;
use crate::config::HttpConfig;
use crate::fields::{Fields, Sent, SentFile, TAGS};
use crate::problem::{Defect, Format, Problem};

/// Reads a form and writes its file `f` to the inbox. Other files are ignored, and so is `f`
/// without an inbox.
pub(super) async fn read(
    content_type: &str,
    content_length: Option<u64>,
    body: Body,
    config: &HttpConfig,
    inbox: Option<&Inbox>,
) -> Result<Sent, Problem> {
    let boundary = boundary(content_type).ok_or_else(|| malformed(Defect::NoBoundary))?;
    let max_bytes = max_body_bytes(config);
    if content_length.is_some_and(|length| length > max_bytes) {
        return Err(Error::TooLarge { limit: config.max_upload_bytes }.into());
    }
    let mut fields = Fields::default();
    let mut file = None;
    let mut parts = Parts::new(&boundary, body, max_bytes);
    // As many tags as a file may have do not count.
    let (mut count, mut tags) = (0, 0);
    while let Some(part) = parts.next_part().await? {
        let is_tags = part.disposition.name.as_deref() == Some(TAGS) && part.disposition.file_name.is_none();
        if is_tags && tags < Tags::MAX {
            tags += 1;
        } else {
            count += 1;
        }
        if count > config.max_parts {
            return Err(malformed(Defect::TooManyParts { limit: config.max_parts }));
        }
        let Disposition { name: Some(name), file_name } = part.disposition else { continue };
        match (file_name, inbox) {
            (Some(file_name), Some(inbox)) if name == "f" => {
                let content = spool(&mut parts, part.is_base64, inbox).await?;
                file = Some(SentFile { content, file_name });
            }
            (Some(_), _) => {}
            (None, _) => {
                let text = read_text(&mut parts, part.is_base64, config.max_field_bytes).await?;
                fields.insert_text(name, text);
            }
        }
    }
    Ok(Sent { fields, file })
}

/// Returns the largest possible form in bytes: a file, texts, and the headers of each part.
fn max_body_bytes(config: &HttpConfig) -> u64 {
    let part = config.max_field_bytes.saturating_add(MAX_HEADER_BYTES) as u64;
    config.max_upload_bytes.saturating_add(part.saturating_mul((config.max_parts + Tags::MAX) as u64))
}

async fn spool(parts: &mut Parts<Body>, is_base64: bool, inbox: &Inbox) -> Result<Spooled, Problem> {
    let mut writer = inbox.open();
    let mut decoder = Base64::default();
    let not_base64 = |Incomplete| malformed(Defect::NotBase64);
    while let Some(bytes) = parts.next_bytes().await? {
        let bytes = if is_base64 { decoder.decode(&bytes).map_err(not_base64)?.into() } else { bytes };
        writer.write(bytes).await?;
    }
    decoder.finish().map_err(not_base64)?;
    Ok(writer.finish().await?)
}

/// Reads a text. As in Django, invalid Base64 is kept undecoded.
async fn read_text(parts: &mut Parts<Body>, is_base64: bool, limit: usize) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(bytes) = parts.next_bytes().await? {
        if text.len() + bytes.len() > limit {
            return Err(Problem::FieldTooLarge { limit });
        }
        text.extend_from_slice(&bytes);
    }
    let decoded = if is_base64 { Base64::decode_all(&text).unwrap_or(text) } else { text };
    Ok(String::from_utf8_lossy(&decoded).into_owned())
}

fn malformed(defect: Defect) -> Problem {
    Problem::Malformed { format: Format::Multipart, defect }
}
