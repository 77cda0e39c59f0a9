//! The fields of bodies, as the description of the API has them. How they are read stands in
//! `input`.
#![expect(dead_code, reason = "only the schemas of these types are used")]

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};
use tintype_library::domain::{EventKind, PersonName, TokenLifetime, Username, Visibility};

/// A new file.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "NewFile", transform = never_null)]
pub(crate) struct NewFileFields {
    #[schemars(schema_with = "file")]
    f: String,
    /// Default: the name of the file.
    #[schemars(length(max = 255))]
    name: Option<String>,
    description: Option<String>,
    #[schemars(schema_with = "visibility")]
    #[serde(default)]
    visibility: String,
    /// May be repeated, and may have several names with commas between them.
    tags: Option<Vec<String>>,
}

/// Where a new file is, and what it is to be like.
#[derive(JsonSchema, Deserialize)]
#[schemars(
    rename = "NewImport",
    transform = never_null,
    example = json!({"url": "https://www.example.org/photo.jpg", "tags": ["roofs"]})
)]
pub(crate) struct NewImportFields {
    /// `http` or `https`, of a public address, without a user name.
    #[schemars(length(min = 1))]
    url: String,
    /// Default: the name of the file in the answer's `Content-Disposition`, else in the URL.
    #[schemars(length(max = 255))]
    name: Option<String>,
    description: Option<String>,
    #[schemars(schema_with = "visibility")]
    #[serde(default)]
    visibility: String,
    tags: Option<Vec<String>>,
}

/// What is to change of a file. What is not sent stays.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "FileChange", transform = never_null, example = json!({"name": "Rooftop", "tags": ["roofs", "winter"]}))]
pub(crate) struct FileChangeFields {
    /// In a multipart form, the new content; as a text, the URL that the file has.
    #[schemars(schema_with = "file")]
    #[serde(default)]
    f: String,
    #[schemars(length(min = 1, max = 255))]
    name: Option<String>,
    description: Option<String>,
    #[schemars(schema_with = "visibility")]
    #[serde(default)]
    visibility: String,
    /// What stays in view when a picture of the file is cropped; `null` for its middle. In a form,
    /// `x,y`.
    #[schemars(schema_with = "focal_point")]
    #[serde(default)]
    focal_point: String,
    tags: Option<Vec<String>>,
}

/// A link to the content of a file, or to a rendition.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "NewLink", example = json!({"expires_in": 86_400, "rendition": {"width": 400, "height": 300, "fit": "cover"}}))]
pub(crate) struct NewLinkFields {
    /// In seconds, at most the server's `max_link_lifetime`.
    #[schemars(range(min = 1))]
    expires_in: Option<i64>,
    /// `true`: browsers save it by the name of the file; a text: by that name.
    download: Option<Download>,
    /// The parameters of a rendition, by name.
    rendition: Option<Rendition>,
}

/// Files to be downloaded as one archive: either `ids` or `filter`.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "NewArchive", example = json!({"filter": "type=image&tags=oslo", "expires_in": 86_400}))]
pub(crate) struct NewArchiveFields {
    /// The numbers of files, at most the server's `max_archive_files`.
    #[schemars(length(min = 1))]
    ids: Option<Vec<i64>>,
    /// The query of the list of files; all files that match, on whatever page.
    filter: Option<String>,
    /// In seconds, at most the server's `max_link_lifetime`.
    #[schemars(range(min = 1))]
    expires_in: Option<i64>,
}

/// What a rendition is to be like.
#[derive(JsonSchema, Deserialize)]
struct Rendition {
    #[schemars(range(min = 1))]
    width: Option<u32>,
    #[schemars(range(min = 1))]
    height: Option<u32>,
    #[schemars(range(min = 1, max = 4))]
    dpr: Option<f64>,
    /// `inside`, `cover`, `contain` or `fill`.
    fit: Option<String>,
    enlarge: Option<bool>,
    /// `center`, `smart`, or `x,y` between 0 and 1.
    focus: Option<String>,
    /// `auto`, `jpeg`, `png` or `webp`.
    format: Option<String>,
    #[schemars(range(min = 1, max = 100))]
    quality: Option<u8>,
    /// `rrggbb`.
    background: Option<String>,
    /// 90, 180 or 270.
    rotate: Option<u16>,
    /// `h` or `v`.
    flip: Option<String>,
    #[schemars(range(min = 0.3, max = 100))]
    blur: Option<f64>,
    #[schemars(range(min = 0, max = 10))]
    sharpen: Option<f64>,
    /// A name of the server's configuration.
    preset: Option<String>,
}

/// Whether browsers save a file, and by which name.
#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
#[schemars(inline)]
enum Download {
    Flag(bool),
    Name(String),
}

/// A link by which people without a token upload files.
#[derive(JsonSchema, Deserialize)]
#[schemars(
    rename = "NewUploadLink",
    transform = without_defaults,
    example = json!({"expires_in": 86_400, "allowed_types": ["image", "application/pdf"], "uploads": 10})
)]
pub(crate) struct NewUploadLinkFields {
    /// In seconds, at most the server's `max_link_lifetime`.
    #[schemars(range(min = 1))]
    expires_in: Option<i64>,
    /// The largest file, in bytes.
    #[schemars(range(min = 1))]
    max_size: Option<i64>,
    /// Types and media types; default: those of the server.
    allowed_types: Option<Vec<String>>,
    /// How many files may come by it; default 1.
    #[schemars(range(min = 1))]
    uploads: Option<i64>,
    /// Of the files; default: that of the server.
    #[schemars(schema_with = "visibility")]
    #[serde(default)]
    visibility: String,
    description: Option<String>,
}

/// A user name and a password.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "Credentials", example = json!({"username": "behrooz", "password": "correct horse battery"}))]
pub(crate) struct CredentialFields {
    #[schemars(length(min = 1))]
    username: String,
    #[schemars(length(min = 1), extend("format" = "password"))]
    password: String,
    /// For how long the token is to be valid at most, in seconds.
    #[schemars(range(min = 1, max = TokenLifetime::MAX.as_secs()))]
    expires_in: Option<i64>,
}

/// The present password and another one.
#[derive(JsonSchema, Deserialize)]
#[schemars(
    rename = "PasswordChange",
    example = json!({"old_password": "correct horse battery", "new_password": "staple of a donkey"})
)]
pub(crate) struct PasswordChangeFields {
    #[schemars(length(min = 1), extend("format" = "password"))]
    old_password: String,
    #[schemars(length(min = 8), extend("format" = "password"))]
    new_password: String,
}

/// A new token.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "NewToken", example = json!({"label": "laptop", "expires_in": 86_400}))]
pub(crate) struct NewTokenFields {
    /// What it is for.
    #[schemars(length(max = 255))]
    label: Option<String>,
    /// For how long it is valid, in seconds; default: for ever.
    #[schemars(range(min = 1, max = TokenLifetime::MAX.as_secs()))]
    expires_in: Option<i64>,
}

/// A new user.
#[derive(JsonSchema, Deserialize)]
#[schemars(
    rename = "NewUser",
    transform = never_null,
    example = json!({"username": "mina", "is_staff": true, "permissions": ["file.view"], "password": "correct horse battery"})
)]
pub(crate) struct NewUserFields {
    #[schemars(length(min = 1, max = Username::MAX_CHARS))]
    username: String,
    #[serde(flatten)]
    other: UserFields,
}

/// What is to change of a user. What is not sent stays.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "UserChange", transform = never_null, example = json!({"is_active": false}))]
pub(crate) struct UserChangeFields {
    #[schemars(length(min = 1, max = Username::MAX_CHARS))]
    username: Option<String>,
    #[serde(flatten)]
    other: UserFields,
}

#[derive(JsonSchema, Deserialize)]
struct UserFields {
    #[schemars(length(max = PersonName::MAX_CHARS))]
    first_name: Option<String>,
    #[schemars(length(max = PersonName::MAX_CHARS))]
    last_name: Option<String>,
    email: Option<String>,
    is_staff: Option<bool>,
    is_admin: Option<bool>,
    /// A new user is active unless this is `false`.
    is_active: Option<bool>,
    /// Codes or names, instead of all that were granted.
    permissions: Option<Vec<PermissionCode>>,
    #[schemars(length(min = 8), extend("format" = "password"))]
    password: Option<String>,
}

/// Where events are to be sent.
#[derive(JsonSchema, Deserialize)]
#[schemars(
    rename = "NewWebhook",
    transform = never_null,
    example = json!({"url": "https://www.example.org/tintype", "events": ["file.created", "preview.ready"]})
)]
pub(crate) struct NewWebhookFields {
    /// `http` or `https`, of a public address, without a user name.
    #[schemars(length(min = 1, max = 2048))]
    url: String,
    /// Default: all.
    #[schemars(schema_with = "events")]
    #[serde(default)]
    events: String,
    /// What it is for.
    description: Option<String>,
}

/// What is to change of a webhook. What is not sent stays.
#[derive(JsonSchema, Deserialize)]
#[schemars(rename = "WebhookChange", transform = never_null, example = json!({"is_active": true}))]
pub(crate) struct WebhookChangeFields {
    #[schemars(length(min = 1, max = 2048))]
    url: Option<String>,
    #[schemars(schema_with = "events")]
    #[serde(default)]
    events: String,
    description: Option<String>,
    is_active: Option<bool>,
}

/// A permission by its code or its name.
#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
#[schemars(inline)]
enum PermissionCode {
    Code(u16),
    Name(String),
}

/// Fields that may be left out, but not be `null`. They have no default that clients should send.
fn never_null(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        property.remove("default");
        if let Some(Value::Array(types)) = property.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = &types[..] {
                let only = only.clone();
                property.insert("type".to_owned(), only);
            }
        }
    }
}

/// No default that clients should send.
fn without_defaults(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    properties.values_mut().filter_map(Value::as_object_mut).for_each(|property| drop(property.remove("default")));
}

fn file(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"})
}

/// A point, or nothing.
fn focal_point(_: &mut SchemaGenerator) -> Schema {
    let part = json!({"type": "number", "minimum": 0, "maximum": 1});
    json_schema!({
        "anyOf": [{"type": "object", "properties": {"x": part, "y": part}, "required": ["x", "y"]}, {"type": "null"}],
    })
}

fn visibility(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Visibility::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>()})
}

fn events(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    json_schema!({"type": "array", "minItems": 1, "items": {"type": "string", "enum": names}})
}
