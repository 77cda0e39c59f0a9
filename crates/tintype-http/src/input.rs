//! The bodies that handlers accept, and how each is built from fields.

use tintype_library::domain::{Description, FieldErrors, FieldProblem, Name};
use tintype_library::{Change, ContentChange, Upload};

use crate::base_url::BaseUrl;
use crate::fields::{Fields, Sent};
use crate::form::FormBody;
use crate::problem::Format;

/// A new file: `f`, and optionally `name` and `description`; or nothing but the file.
pub(crate) struct NewFile {
    pub(crate) upload: Upload,
    pub(crate) name: Option<Name>,
    pub(crate) description: Description,
}

impl FormBody for NewFile {
    const FORMATS: &'static [Format] = &[Format::Multipart];
    const IS_PERHAPS_RAW: bool = true;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", optional_name(&sent.fields));
        let description = errors.take("description", description(&sent.fields));
        let upload = errors.take("f", required_file(sent));
        match (upload, name, description) {
            (Some(upload), Some(name), Some(description)) => {
                Ok(Self { upload, name, description: description.unwrap_or_default() })
            }
            _ => Err(errors),
        }
    }
}

impl FormBody for Change {
    const FORMATS: &'static [Format] = &[Format::Multipart, Format::Json, Format::UrlEncoded];

    fn from_sent(sent: Sent, base: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", name(&sent.fields));
        let description = errors.take("description", description(&sent.fields));
        let content = errors.take("f", content_change(sent, base));
        match (name, description, content) {
            (Some(name), Some(description), Some(content)) => Ok(Self { expected: None, name, description, content }),
            _ => Err(errors),
        }
    }
}

/// A user name and a password.
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: String,
}

impl FormBody for Credentials {
    const FORMATS: &'static [Format] = &[Format::Multipart, Format::Json, Format::UrlEncoded];

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let username = errors.take("username", required_text(sent.fields.text("username"), str::trim));
        let password = errors.take("password", required_text(sent.fields.text("password"), |password| password));
        match (username, password) {
            (Some(username), Some(password)) => Ok(Self { username, password }),
            _ => Err(errors),
        }
    }
}

fn name(fields: &Fields) -> Result<Option<Name>, FieldProblem> {
    fields.text("name")?.map(Name::new).transpose()
}

/// Returns the name of a new file. An empty name counts as missing: forms send one for a field that
/// was left empty.
fn optional_name(fields: &Fields) -> Result<Option<Name>, FieldProblem> {
    fields.text("name")?.filter(|text| !text.trim().is_empty()).map(Name::new).transpose()
}

fn description(fields: &Fields) -> Result<Option<Description>, FieldProblem> {
    fields.text("description")?.map(Description::new).transpose()
}

fn required_text(sent: Result<Option<&str>, FieldProblem>, trim: fn(&str) -> &str) -> Result<String, FieldProblem> {
    match sent?.map(trim) {
        None => Err(FieldProblem::Missing),
        Some("") => Err(FieldProblem::Blank),
        Some(text) if text.contains('\0') => Err(FieldProblem::NulCharacter),
        Some(text) => Ok(text.to_owned()),
    }
}

fn required_file(sent: Sent) -> Result<Upload, FieldProblem> {
    match sent.file {
        Some(file) => Upload::new(file.content, &file.file_name),
        None if sent.fields.contains("f") => Err(FieldProblem::NotAFile),
        None => Err(FieldProblem::NoFile),
    }
}

fn content_change(sent: Sent, base: &BaseUrl) -> Result<ContentChange, FieldProblem> {
    if let Some(file) = sent.file {
        return Upload::new(file.content, &file.file_name).map(ContentChange::Replace);
    }
    match sent.fields.text("f") {
        Ok(None) => Ok(ContentChange::Keep),
        Ok(Some(text)) => Ok(ContentChange::Confirm(base.to_key(text))),
        Err(_) => Err(FieldProblem::NotAFile),
    }
}
