//! The bodies that handlers accept, and how each is built from fields.

mod accounts;
mod parse;
mod webhooks;

use std::time::Duration;

use tintype_library::domain::{FieldErrors, FieldProblem, FileId, FocalPoint, Name, Visibility};
use tintype_library::{AllowedType, Change, ContentChange, Details, Upload};

pub(crate) use accounts::{Credentials, NewToken, PasswordChange};
use parse::{ALL_FORMATS, description, lifetime, positive, required_text};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::fields::{Fields, Sent};
use crate::form::FormBody;
use crate::problem::Format;
use crate::schemas::{
    FileChangeFields, NewArchiveFields, NewFileFields, NewImportFields, NewLinkFields, NewUploadLinkFields,
};

/// A new file: `f`, and optionally `name`, `description`, `visibility` and `tags`; or nothing but
/// the file.
pub(crate) struct NewFile {
    pub(crate) upload: Upload,
    pub(crate) details: Details,
}

impl FormBody for NewFile {
    const FORMATS: &'static [Format] = &[Format::Multipart];
    const IS_PERHAPS_RAW: bool = true;

    type Fields = NewFileFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let details = details(&sent.fields, &mut errors);
        let upload = errors.take("f", required_file(sent));
        match (upload, details) {
            (Some(upload), Some(details)) => Ok(Self { upload, details }),
            _ => Err(errors),
        }
    }
}

/// Where a new file is, and what it is to be like.
pub(crate) struct NewImport {
    pub(crate) url: String,
    pub(crate) details: Details,
}

impl FormBody for NewImport {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewImportFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let url = errors.take("url", required_text(sent.fields.text("url"), str::trim));
        match (url, details(&sent.fields, &mut errors)) {
            (Some(url), Some(details)) => Ok(Self { url, details }),
            _ => Err(errors),
        }
    }
}

impl FormBody for Change {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = FileChangeFields;

    fn from_sent(sent: Sent, base: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", name(&sent.fields));
        let description = errors.take("description", description(&sent.fields));
        let visibility = errors.take("visibility", visibility(&sent.fields));
        let focal_point = errors.take("focal_point", focal_point(&sent.fields));
        let tags = errors.take("tags", sent.fields.tags());
        let content = errors.take("f", content_change(sent, base));
        match (name, description, visibility, focal_point, tags, content) {
            (Some(name), Some(description), Some(visibility), Some(focal_point), Some(tags), Some(content)) => {
                Ok(Self { expected: None, name, description, visibility, focal_point, tags, content })
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
    /// The parameters of a rendition, not checked yet, nor whether there are such; `None` for the
    /// content itself.
    pub(crate) rendition: Option<Vec<(String, String)>>,
}

impl FormBody for NewLink {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewLinkFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let lifetime = errors.take("expires_in", lifetime(&sent.fields));
        let download = errors.take("download", download(&sent.fields));
        let rendition = errors.take("rendition", sent.fields.object("rendition"));
        match (lifetime, download, rendition) {
            (Some(lifetime), Some(download), Some(rendition)) => {
                Ok(Self { lifetime, download, rendition: rendition.map(Fields::as_texts) })
            }
            _ => Err(errors),
        }
    }
}

/// Which files to give as one archive.
pub(crate) struct NewArchive {
    pub(crate) selected: Selected,
    /// How long its link is valid.
    pub(crate) lifetime: Option<Duration>,
}

/// How files are selected.
pub(crate) enum Selected {
    /// By their numbers.
    Ids(Vec<FileId>),
    /// By the query of a list, not parsed yet.
    Filter(String),
}

impl FormBody for NewArchive {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewArchiveFields;

    /// As many numbers as an archive may have files, of up to 19 digits each.
    fn max_bytes(app: &App) -> usize {
        app.config.max_field_bytes.saturating_add(app.library.options().max_archive_files.saturating_mul(24))
    }

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let lifetime = errors.take("expires_in", lifetime(fields));
        let ids = errors.take("ids", ids(fields));
        let filter = errors.take("filter", fields.optional_text("filter"));
        let (Some(lifetime), Some(ids), Some(filter)) = (lifetime, ids, filter) else { return Err(errors) };
        let selected = match (ids, filter) {
            (Some(ids), None) => Selected::Ids(ids),
            (None, Some(filter)) => Selected::Filter(filter.to_owned()),
            (None, None) => return Err(FieldErrors::one("ids", FieldProblem::Missing)),
            (Some(_), Some(_)) => return Err(FieldErrors::one("filter", FieldProblem::NotSupported)),
        };
        Ok(Self { selected, lifetime })
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
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewUploadLinkFields;

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

/// Returns what a new file is to be like, unless anything of that is wrong.
fn details(fields: &Fields, errors: &mut FieldErrors) -> Option<Details> {
    let name = errors.take("name", optional_name(fields));
    let description = errors.take("description", description(fields));
    let visibility = errors.take("visibility", optional_visibility(fields));
    let tags = errors.take("tags", fields.tags());
    Some(Details {
        name: name?,
        description: description?.unwrap_or_default(),
        visibility: visibility?,
        tags: tags?.unwrap_or_default(),
    })
}

fn name(fields: &Fields) -> Result<Option<Name>, FieldProblem> {
    fields.text("name")?.map(Name::new).transpose()
}

/// Returns the name of a new file. An empty name counts as missing: forms send one for a field that
/// was left empty.
fn optional_name(fields: &Fields) -> Result<Option<Name>, FieldProblem> {
    fields.text("name")?.filter(|text| !text.trim().is_empty()).map(Name::new).transpose()
}

fn visibility(fields: &Fields) -> Result<Option<Visibility>, FieldProblem> {
    let choice = |text: &str| text.parse().map_err(|_| FieldProblem::InvalidChoice { value: text.to_owned() });
    fields.text("visibility")?.map(choice).transpose()
}

/// Returns the visibility of a new file. An empty one counts as missing, as an empty name does.
fn optional_visibility(fields: &Fields) -> Result<Option<Visibility>, FieldProblem> {
    if fields.text("visibility")?.is_some_and(|text| text.trim().is_empty()) { Ok(None) } else { visibility(fields) }
}

/// Returns numbers of files.
fn ids(fields: &Fields) -> Result<Option<Vec<FileId>>, FieldProblem> {
    if fields.is_null("ids") {
        return Ok(None);
    }
    let id = |text: &str| text.trim().parse().map(FileId).map_err(|_| FieldProblem::NotAnInteger);
    fields.list("ids")?.map(|texts| texts.into_iter().map(id).collect()).transpose()
}

/// Returns types, a list of texts or one text with commas.
fn allowed_types(fields: &Fields) -> Result<Vec<AllowedType>, FieldProblem> {
    let texts = match fields.texts("allowed_types") {
        Some(texts) => texts,
        None => fields.optional_text("allowed_types")?.unwrap_or_default().split(',').collect(),
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

/// Returns the focal point to set: `null` or an empty text removes it. Forms send `x,y`.
fn focal_point(fields: &Fields) -> Result<Option<Option<FocalPoint>>, FieldProblem> {
    if !fields.contains("focal_point") {
        return Ok(None);
    }
    let (x, y) = match fields.object("focal_point") {
        Ok(None) => return Ok(Some(None)),
        Ok(Some(point)) => point.as_text("x").zip(point.as_text("y")).ok_or(FieldProblem::NotAPoint)?,
        Err(_) => match fields.text("focal_point").map_err(|_| FieldProblem::NotAPoint)?.unwrap_or_default().trim() {
            "" => return Ok(Some(None)),
            text => text.split_once(',').map(|(x, y)| (x.to_owned(), y.to_owned())).ok_or(FieldProblem::NotAPoint)?,
        },
    };
    let number = |text: String| text.trim().parse::<f64>().ok();
    let point = number(x).zip(number(y)).and_then(|(x, y)| FocalPoint::new(x, y));
    point.map(|point| Some(Some(point))).ok_or(FieldProblem::NotAPoint)
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
