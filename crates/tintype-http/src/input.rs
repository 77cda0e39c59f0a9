//! The bodies that handlers accept, and how each is built from fields.

use std::time::Duration;

use tintype_library::domain::{Description, FieldErrors, FieldProblem, Name, Visibility};
use tintype_library::{AllowedType, Change, ContentChange, Details, Upload};

use crate::base_url::BaseUrl;
use crate::fields::{Fields, Sent};
use crate::form::FormBody;
use crate::problem::Format;

/// A new file: `f`, and optionally `name`, `description` and `visibility`; or nothing but the file.
pub(crate) struct NewFile {
    pub(crate) upload: Upload,
    pub(crate) details: Details,
}

impl FormBody for NewFile {
    const FORMATS: &'static [Format] = &[Format::Multipart];
    const IS_PERHAPS_RAW: bool = true;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", optional_name(&sent.fields));
        let description = errors.take("description", description(&sent.fields));
        let visibility = errors.take("visibility", optional_visibility(&sent.fields));
        let upload = errors.take("f", required_file(sent));
        match (upload, name, description, visibility) {
            (Some(upload), Some(name), Some(description), Some(visibility)) => {
                let details = Details { name, description: description.unwrap_or_default(), visibility };
                Ok(Self { upload, details })
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
        let visibility = errors.take("visibility", visibility(&sent.fields));
        let content = errors.take("f", content_change(sent, base));
        match (name, description, visibility, content) {
            (Some(name), Some(description), Some(visibility), Some(content)) => {
                Ok(Self { expected: None, name, description, visibility, content })
            }
            _ => Err(errors),
        }
    }
}

/// What a link to a file is to be like.
pub(crate) struct NewLink {
    /// How long it is valid.
    pub(crate) lifetime: Option<Duration>,
    /// The name to save the content by, empty for that of the file; `None` to show it.
    pub(crate) download: Option<String>,
}

impl FormBody for NewLink {
    const FORMATS: &'static [Format] = &[Format::Json, Format::UrlEncoded, Format::Multipart];

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let lifetime = errors.take("expires_in", lifetime(&sent.fields));
        let download = errors.take("download", download(&sent.fields));
        // A link to the original would be wrong, and may show too much.
        let rendition = errors.take("rendition", refuse(&sent.fields, "rendition"));
        match (lifetime, download, rendition) {
            (Some(lifetime), Some(download), Some(())) => Ok(Self { lifetime, download }),
            _ => Err(errors),
        }
    }
}

/// What an upload link is to be like.
pub(crate) struct NewUploadLink {
    pub(crate) lifetime: Option<Duration>,
    pub(crate) max_size: Option<u64>,
    pub(crate) allowed_types: Vec<AllowedType>,
    pub(crate) uploads: u64,
    pub(crate) visibility: Option<Visibility>,
    pub(crate) description: String,
}

impl FormBody for NewUploadLink {
    const FORMATS: &'static [Format] = &[Format::Json, Format::UrlEncoded, Format::Multipart];

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let lifetime = errors.take("expires_in", lifetime(fields));
        let max_size = errors.take("max_size", positive(fields, "max_size"));
        let allowed_types = errors.take("allowed_types", allowed_types(fields));
        let uploads = errors.take("uploads", positive(fields, "uploads"));
        let visibility = errors.take("visibility", optional_visibility(fields));
        let description = errors.take("description", description(fields));
        match (lifetime, max_size, allowed_types, uploads, visibility, description) {
            (Some(lifetime), Some(max_size), Some(types), Some(uploads), Some(visibility), Some(description)) => {
                Ok(Self {
                    lifetime,
                    max_size,
                    allowed_types: types,
                    uploads: uploads.unwrap_or(1),
                    visibility,
                    description: description.unwrap_or_default().as_str().to_owned(),
                })
            }
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

fn visibility(fields: &Fields) -> Result<Option<Visibility>, FieldProblem> {
    let choice = |text: &str| text.parse().map_err(|_| FieldProblem::InvalidChoice { value: text.to_owned() });
    fields.text("visibility")?.map(choice).transpose()
}

/// Returns the visibility of a new file. An empty one counts as missing, as an empty name does.
fn optional_visibility(fields: &Fields) -> Result<Option<Visibility>, FieldProblem> {
    if fields.text("visibility")?.is_some_and(|text| text.trim().is_empty()) { Ok(None) } else { visibility(fields) }
}

/// Returns a number of seconds, at least 1.
fn lifetime(fields: &Fields) -> Result<Option<Duration>, FieldProblem> {
    Ok(positive(fields, "expires_in")?.map(Duration::from_secs))
}

/// Returns a whole number, at least 1.
fn positive(fields: &Fields, name: &str) -> Result<Option<u64>, FieldProblem> {
    let Some(text) = fields.optional_text(name)? else { return Ok(None) };
    match text.trim().parse::<i64>() {
        Err(_) => Err(FieldProblem::NotAnInteger),
        Ok(..=0) => Err(FieldProblem::TooSmall { limit: 1 }),
        Ok(number) => Ok(Some(number.unsigned_abs())),
    }
}

/// Returns types, a list of texts or one text with commas.
fn allowed_types(fields: &Fields) -> Result<Vec<AllowedType>, FieldProblem> {
    let texts = match fields.texts("allowed_types") {
        Some(texts) => texts.to_vec(),
        None => fields.optional_text("allowed_types")?.unwrap_or_default().split(',').map(str::to_owned).collect(),
    };
    let texts = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    texts.map(|text| text.parse().map_err(|_| FieldProblem::InvalidChoice { value: text.to_owned() })).collect()
}

/// Returns the name to save by: `true` stands for the name of the file.
fn download(fields: &Fields) -> Result<Option<String>, FieldProblem> {
    if let Some(flag) = fields.boolean("download") {
        return Ok(flag.then(String::new));
    }
    Ok(match fields.optional_text("download")? {
        None | Some("false" | "False") => None,
        Some("true" | "True") => Some(String::new()),
        Some(name) => Some(name.to_owned()),
    })
}

/// Refuses a field that would be ignored.
fn refuse(fields: &Fields, name: &str) -> Result<(), FieldProblem> {
    if fields.is_null(name) || !fields.contains(name) { Ok(()) } else { Err(FieldProblem::NotSupported) }
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
