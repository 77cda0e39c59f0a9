//! The bodies that handlers accept, and how each is built from fields.

use std::collections::BTreeSet;
use std::time::Duration;

use tintype_library::auth::{InvalidPassword, Password};
use tintype_library::domain::{
    Description, EmailAddress, EventKinds, FieldErrors, FieldProblem, FileId, FocalPoint, InvalidPersonName,
    InvalidUsername, Name, NewUser, NewWebhook, Permission, PersonName, TokenLifetime, UserChange, Username,
    Visibility, WebhookChange,
};
use tintype_library::{AllowedType, Change, ContentChange, Details, Upload};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::fields::{Fields, Sent};
use crate::form::FormBody;
use crate::problem::Format;
use crate::schemas::{
    CredentialFields, FileChangeFields, NewArchiveFields, NewFileFields, NewImportFields, NewLinkFields,
    NewTokenFields, NewUploadLinkFields, NewUserFields, NewWebhookFields, PasswordChangeFields, UserChangeFields,
    WebhookChangeFields,
};

/// Every format that fields can come in.
const ALL_FORMATS: &[Format] = &[Format::Multipart, Format::Json, Format::UrlEncoded];

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

/// A user name and a password, and how long the token is to be valid.
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) lifetime: Option<TokenLifetime>,
}

impl FormBody for Credentials {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = CredentialFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let username = errors.take("username", required_text(sent.fields.text("username"), str::trim));
        let password = errors.take("password", required_text(sent.fields.text("password"), |password| password));
        let lifetime = errors.take("expires_in", token_lifetime(&sent.fields));
        match (username, password, lifetime) {
            (Some(username), Some(password), Some(lifetime)) => Ok(Self { username, password, lifetime }),
            _ => Err(errors),
        }
    }
}

/// The present password and another one.
pub(crate) struct PasswordChange {
    pub(crate) old_password: String,
    pub(crate) new_password: Password,
}

impl FormBody for PasswordChange {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = PasswordChangeFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let old_password = errors.take("old_password", required_text(sent.fields.text("old_password"), |text| text));
        let new_password = errors.take("new_password", required(password(&sent.fields, "new_password")));
        match (old_password, new_password) {
            (Some(old_password), Some(new_password)) => Ok(Self { old_password, new_password }),
            _ => Err(errors),
        }
    }
}

/// What a new token is called, and how long it is valid.
pub(crate) struct NewToken {
    pub(crate) label: String,
    pub(crate) lifetime: Option<TokenLifetime>,
}

impl NewToken {
    /// The most characters of a label.
    const MAX_LABEL_CHARS: usize = 255;
}

impl FormBody for NewToken {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewTokenFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let label = errors.take("label", label(&sent.fields));
        let lifetime = errors.take("expires_in", token_lifetime(&sent.fields));
        match (label, lifetime) {
            (Some(label), Some(lifetime)) => Ok(Self { label, lifetime }),
            _ => Err(errors),
        }
    }
}

impl FormBody for NewUser<Password> {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewUserFields;

    fn from_sent(sent: Sent, base: &BaseUrl) -> Result<Self, FieldErrors> {
        let is_named = sent.fields.contains("username");
        let sent = UserChange::from_sent(sent, base).map_err(|mut errors| {
            if !is_named {
                errors.push("username", FieldProblem::Missing);
            }
            errors
        })?;
        let username = sent.username.ok_or_else(|| FieldErrors::one("username", FieldProblem::Missing))?;
        Ok(Self {
            first_name: sent.first_name.unwrap_or_default(),
            last_name: sent.last_name.unwrap_or_default(),
            email: sent.email.unwrap_or_default(),
            is_staff: sent.is_staff.unwrap_or(false),
            is_admin: sent.is_admin.unwrap_or(false),
            is_active: sent.is_active.unwrap_or(true),
            permissions: sent.permissions.unwrap_or_default(),
            password: sent.password,
            ..Self::new(username)
        })
    }
}

impl FormBody for UserChange<Password> {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = UserChangeFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let change = Self {
            username: errors.take("username", username(fields)).flatten(),
            first_name: errors.take("first_name", person_name(fields, "first_name")).flatten(),
            last_name: errors.take("last_name", person_name(fields, "last_name")).flatten(),
            email: errors.take("email", email(fields)).flatten(),
            is_staff: errors.take("is_staff", fields.flag("is_staff")).flatten(),
            is_admin: errors.take("is_admin", fields.flag("is_admin")).flatten(),
            is_active: errors.take("is_active", fields.flag("is_active")).flatten(),
            permissions: errors.take("permissions", permissions(fields)).flatten(),
            password: errors.take("password", password(fields, "password")).flatten(),
        };
        errors.or(change)
    }
}

/// The most characters of the URL of a webhook.
pub(crate) const MAX_WEBHOOK_URL_CHARS: usize = 2048;

impl FormBody for NewWebhook {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewWebhookFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let url = errors.take("url", required(webhook_url(fields)));
        let events = errors.take("events", events(fields));
        let description = errors.take("description", description(fields));
        match (url, events, description) {
            (Some(url), Some(events), Some(description)) => Ok(Self {
                url,
                events: events.unwrap_or_else(EventKinds::all),
                description: description.unwrap_or_default().as_str().to_owned(),
            }),
            _ => Err(errors),
        }
    }
}

impl FormBody for WebhookChange {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = WebhookChangeFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let description = errors.take("description", description(fields)).flatten();
        let change = Self {
            url: errors.take("url", webhook_url(fields)).flatten(),
            events: errors.take("events", events(fields)).flatten(),
            description: description.map(|description| description.as_str().to_owned()),
            is_active: errors.take("is_active", fields.flag("is_active")).flatten(),
        };
        errors.or(change)
    }
}

fn webhook_url(fields: &Fields) -> Result<Option<String>, FieldProblem> {
    let Some(text) = fields.text("url")? else { return Ok(None) };
    match text.trim() {
        "" => Err(FieldProblem::Blank),
        text if text.contains('\0') => Err(FieldProblem::NulCharacter),
        text if text.chars().count() > MAX_WEBHOOK_URL_CHARS => {
            Err(FieldProblem::TooLong { limit: MAX_WEBHOOK_URL_CHARS })
        }
        text => Ok(Some(text.to_owned())),
    }
}

/// Returns events, at least one.
fn events(fields: &Fields) -> Result<Option<EventKinds>, FieldProblem> {
    let Some(names) = fields.list("events")? else { return Ok(None) };
    let kind = |name: &str| name.parse().map_err(|_| FieldProblem::InvalidChoice { value: name.to_owned() });
    let kinds: EventKinds = names.into_iter().map(kind).collect::<Result<_, _>>()?;
    if kinds.is_empty() { Err(FieldProblem::Blank) } else { Ok(Some(kinds)) }
}

fn username(fields: &Fields) -> Result<Option<Username>, FieldProblem> {
    let username = fields.text("username")?.map(|text| Username::new(text.trim())).transpose();
    username.map_err(|error| match error {
        InvalidUsername::Empty => FieldProblem::Blank,
        InvalidUsername::Character(_) => FieldProblem::NotAUsername,
        InvalidUsername::TooLong(_) => FieldProblem::TooLong { limit: Username::MAX_CHARS },
    })
}

fn person_name(fields: &Fields, field: &str) -> Result<Option<PersonName>, FieldProblem> {
    fields.text(field)?.map(PersonName::new).transpose().map_err(|error| match error {
        InvalidPersonName::Nul => FieldProblem::NulCharacter,
        InvalidPersonName::TooLong => FieldProblem::TooLong { limit: PersonName::MAX_CHARS },
    })
}

fn email(fields: &Fields) -> Result<Option<EmailAddress>, FieldProblem> {
    fields.text("email")?.map(EmailAddress::new).transpose()
}

fn permissions(fields: &Fields) -> Result<Option<BTreeSet<Permission>>, FieldProblem> {
    let permission = |text: &str| {
        let by_code = text.parse().ok().and_then(Permission::from_code);
        let permission = by_code.or_else(|| text.parse().ok());
        permission.ok_or_else(|| FieldProblem::NotAChoice { value: text.to_owned() })
    };
    fields.list("permissions")?.map(|texts| texts.into_iter().map(permission).collect()).transpose()
}

fn password(fields: &Fields, field: &str) -> Result<Option<Password>, FieldProblem> {
    let Some(text) = fields.text(field)? else { return Ok(None) };
    if text.contains('\0') {
        return Err(FieldProblem::NulCharacter);
    }
    Password::new(text).map(Some).map_err(|error| match error {
        InvalidPassword::Empty => FieldProblem::Blank,
        InvalidPassword::TooLong => FieldProblem::TooLong { limit: Password::MAX_BYTES },
    })
}

fn label(fields: &Fields) -> Result<String, FieldProblem> {
    let label = fields.text("label")?.unwrap_or_default().trim();
    if label.contains('\0') {
        return Err(FieldProblem::NulCharacter);
    }
    if label.chars().count() > NewToken::MAX_LABEL_CHARS {
        return Err(FieldProblem::TooLong { limit: NewToken::MAX_LABEL_CHARS });
    }
    Ok(label.to_owned())
}

/// Returns for how long a token is to be valid.
fn token_lifetime(fields: &Fields) -> Result<Option<TokenLifetime>, FieldProblem> {
    let too_great = |_| FieldProblem::TooGreat { limit: TokenLifetime::MAX.as_secs() };
    lifetime(fields)?.map(TokenLifetime::try_from).transpose().map_err(too_great)
}

fn required<T>(sent: Result<Option<T>, FieldProblem>) -> Result<T, FieldProblem> {
    sent?.ok_or(FieldProblem::Missing)
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

/// Returns numbers of files.
fn ids(fields: &Fields) -> Result<Option<Vec<FileId>>, FieldProblem> {
    if fields.is_null("ids") {
        return Ok(None);
    }
    let id = |text: &str| text.trim().parse().map(FileId).map_err(|_| FieldProblem::NotAnInteger);
    fields.list("ids")?.map(|texts| texts.into_iter().map(id).collect()).transpose()
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
