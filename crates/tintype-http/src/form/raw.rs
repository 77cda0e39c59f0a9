use actix_web::http::header::{CONTENT_DISPOSITION, HeaderMap};
use futures_util::TryStreamExt;
use tintype_library::{Error, Inbox};

use super::disposition::header_file_name;
use crate::body::{Body, early_end};
use crate::config::HttpConfig;
use crate::fields::{FieldValue, Fields, Sent, SentFile};
use crate::problem::{Format, Problem};

/// What a request says about a body that is nothing but a file.
pub(super) struct RawFile {
    file_name: String,
    /// What the file is to be called, if not as the uploaded file.
    name: Option<String>,
}

impl RawFile {
    /// Returns what the headers and the query say, or `None` if neither names the file.
    pub(super) fn of(headers: &HeaderMap, query: &str) -> Option<Self> {
        let header = headers.get(CONTENT_DISPOSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let file_name = header.and_then(|header| header_file_name(&header));
        let name = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "name").last();
        let name = name.map(|(_, value)| value.into_owned());
        match file_name {
            Some(file_name) => Some(Self { file_name, name }),
            None => name.map(|file_name| Self { file_name, name: None }),
        }
    }

    /// Writes the body to the inbox.
    pub(super) async fn read(
        self,
        content_length: Option<u64>,
        mut body: Body,
        config: &HttpConfig,
        inbox: &Inbox,
    ) -> Result<Sent, Problem> {
        if content_length.is_some_and(|length| length > config.max_upload_bytes) {
            return Err(Error::TooLarge { limit: config.max_upload_bytes }.into());
        }
        let mut writer = inbox.open();
        while let Some(bytes) = body.try_next().await.map_err(|error| early_end(Format::Raw, &error))? {
            writer.write(bytes).await?;
        }
        let content = writer.finish().await?;
        let fields = self.name.map(|name| ("name".to_owned(), FieldValue::Text(name)));
        let file = SentFile { content, file_name: self.file_name };
        Ok(Sent { fields: Fields::from_iter(fields), file: Some(file) })
    }
}
