//! What answers look like in JSON.

mod accounts;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use tintype_library::domain::{
    Facts, FileId, FileRecord, FocalPoint, HumanSize, Kind, Look, PreviewFacts, PreviewReason, PreviewRecord,
    PreviewSource, PreviewStatus, ThumbnailRecord, UserRecord, Visibility,
};
use tintype_library::persistence::{TagCount, UploadKind, UploadRecord, UploadState};

use crate::media_urls::MediaUrls;
use crate::page_request::PageLinks;
use crate::reply::{Entity, to_json};
use crate::validators::Validators;

pub(crate) use self::accounts::{KeyView, MeView, NewTokenView, TokenView, UserView};

/// The file object. The order of its fields is part of the contract.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "File", example = file_example())]
pub(crate) struct FileView {
    id: i64,
    /// What sort of file it is, by its content.
    #[schemars(schema_with = "kinds")]
    r#type: &'static str,
    /// The uploader; `null` if that user was deleted.
    user: Option<OwnerView>,
    /// The URL of the content.
    #[schemars(extend("format" = "uri"))]
    f: String,
    name: String,
    description: String,
    size: u64,
    /// In binary multiples: `1.65 MB`.
    human_readable_size: String,
    width: Option<u32>,
    height: Option<u32>,
    /// The colour mode as stored, by its Pillow name; `null` for what is no image.
    mode: Option<&'static str>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    thumbnails: Vec<ThumbnailView>,
    mime_type: String,
    /// `sha256:` and the hexadecimal digest of the content.
    checksum: String,
    /// Who may fetch the content.
    #[schemars(schema_with = "visibilities")]
    visibility: &'static str,
    focal_point: Option<PointView>,
    tags: Vec<String>,
    preview: PreviewView,
    /// What the file tells about itself, such as `duration`, `pages` or `camera`.
    #[schemars(schema_with = "any_object")]
    metadata: Box<RawValue>,
    /// Of a file in the trash: when it was put there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    trashed_at: Option<String>,
    /// Of a file in the trash: until when it can be restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    trashed_until: Option<String>,
    /// In lists of files that look alike: how many bits of the perceptual hashes differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<u32>,
    /// When its URLs expire, in seconds since 1970.
    #[serde(skip)]
    expires: Option<u64>,
}

/// A point of a picture.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "Point")]
struct PointView {
    x: f64,
    y: f64,
}

impl From<FocalPoint> for PointView {
    fn from(point: FocalPoint) -> Self {
        Self { x: point.x(), y: point.y() }
    }
}

/// The answer to an upload: the file object, and for whoever may view them the other files of the
/// same content.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreatedFile")]
pub(crate) struct CreatedView {
    #[serde(flatten)]
    file: FileView,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The numbers of other files of the same content, for callers who may view files.
    duplicates: Option<Vec<i64>>,
}

#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "Owner")]
struct OwnerView {
    id: i64,
    username: String,
    full_name: String,
}

#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "Preview")]
struct PreviewView {
    /// How far the picture is.
    #[schemars(schema_with = "statuses")]
    status: &'static str,
    /// Why it failed: `damaged`, `encrypted`, `unsupported`, `too_large` or `timed_out`.
    reason: Option<&'static str>,
    /// What it shows: `image`, `page`, `frame`, `cover`, `waveform` or `embedded`.
    source: Option<&'static str>,
    /// Its ThumbHash in Base64.
    placeholder: Option<String>,
    /// Its dominant colour, as in style sheets.
    colour: Option<String>,
    /// Of what is no image.
    thumbnails: Vec<ThumbnailView>,
}

#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "Thumbnail")]
struct ThumbnailView {
    id: i64,
    /// The URL of the content.
    #[schemars(extend("format" = "uri"))]
    f: String,
    /// The nominal edge of its box, in pixels.
    size: u32,
    width: u32,
    height: u32,
    bytes: u64,
}

impl FileView {
    pub(crate) fn new(file: &FileRecord, urls: &MediaUrls) -> Self {
        let Facts { kind, mime_type, width, height, mode } = &file.facts;
        Self {
            id: file.id.0,
            r#type: kind.as_str(),
            user: file.user.as_ref().map(OwnerView::new),
            f: urls.of_object(&file.key, file.visibility),
            name: file.name.as_str().to_owned(),
            description: file.description.as_str().to_owned(),
            size: file.size,
            human_readable_size: HumanSize(file.size).to_string(),
            width: *width,
            height: *height,
            mode: mode.map(|mode| mode.as_str()),
            created_at: file.created_at.to_string(),
            updated_at: file.updated_at.to_string(),
            thumbnails: file.thumbnails.iter().map(|thumbnail| ThumbnailView::new(thumbnail, file, urls)).collect(),
            mime_type: mime_type.clone(),
            checksum: file.checksum.to_string(),
            visibility: file.visibility.as_str(),
            focal_point: file.focal_point.map(PointView::from),
            tags: file.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            preview: PreviewView::new(file, urls),
            // It was JSON when it was stored.
            metadata: RawValue::from_string(file.metadata.json.clone()).unwrap_or_default(),
            trashed_at: file.trashed.map(|trashed| trashed.at.to_string()),
            trashed_until: file.trashed.map(|trashed| trashed.until.to_string()),
            distance: None,
            expires: urls.expires(file.visibility),
        }
    }

    /// Adds how far it is from the file that it looks like, if that was asked for.
    pub(crate) fn at_distance(self, distance: Option<u32>) -> Self {
        Self { distance, ..self }
    }

    /// Returns the object with URLs that are not signed.
    fn unsigned(&self) -> Self {
        let mut object = self.clone();
        let thumbnails = object.thumbnails.iter_mut().chain(&mut object.preview.thumbnails);
        for url in std::iter::once(&mut object.f).chain(thumbnails.map(|thumbnail| &mut thumbnail.f)) {
            url.truncate(url.find('?').unwrap_or(url.len()));
        }
        object
    }
}

impl Entity for FileView {
    /// Signed URLs are others in every window, but that is no change of the file.
    fn validators(&self, json: &[u8]) -> Validators {
        match self.expires {
            None => Validators::of_json(json),
            Some(expires) => Validators::of_json(&to_json(&self.unsigned())).until(expires),
        }
    }
}

impl CreatedView {
    pub(crate) fn new(file: FileView, duplicates: Option<Vec<FileId>>) -> Self {
        Self { file, duplicates: duplicates.map(|ids| ids.into_iter().map(|id| id.0).collect()) }
    }
}

impl Entity for CreatedView {
    /// They are those of the file, as it will be retrieved.
    fn validators(&self, _: &[u8]) -> Validators {
        self.file.validators(&to_json(&self.file))
    }
}

/// A tag and how many files have it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tag")]
pub(crate) struct TagView {
    name: String,
    count: u64,
}

impl From<TagCount> for TagView {
    fn from(tag: TagCount) -> Self {
        Self { name: tag.name, count: tag.files }
    }
}

impl OwnerView {
    fn new(user: &UserRecord) -> Self {
        Self { id: user.id.0, username: user.username.clone(), full_name: user.full_name() }
    }
}

impl PreviewView {
    fn new(file: &FileRecord, urls: &MediaUrls) -> Self {
        let PreviewRecord { facts, thumbnails } = &file.preview;
        let PreviewFacts { status, reason, source, look } = facts;
        Self {
            status: status.as_str(),
            reason: reason.map(PreviewReason::as_str),
            source: source.map(PreviewSource::as_str),
            placeholder: look.as_ref().map(|look| STANDARD.encode(&look.thumb_hash)),
            colour: look.as_ref().map(Look::colour_hex),
            thumbnails: thumbnails.iter().map(|thumbnail| ThumbnailView::new(thumbnail, file, urls)).collect(),
        }
    }
}

impl ThumbnailView {
    fn new(thumbnail: &ThumbnailRecord, file: &FileRecord, urls: &MediaUrls) -> Self {
        Self {
            id: thumbnail.id.0,
            f: urls.of_object(&thumbnail.key, file.visibility),
            size: thumbnail.edge,
            width: thumbnail.width,
            height: thumbnail.height,
            bytes: thumbnail.size,
        }
    }
}

fn kinds(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()})
}

fn visibilities(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Visibility::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>()})
}

fn statuses(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": PreviewStatus::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>()})
}

fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "additionalProperties": true})
}

fn file_example() -> serde_json::Value {
    let url = "http://127.0.0.1:8000/media/core_media/2026/11/23";
    json!({
        "id": 1,
        "type": "image",
        "user": {"id": 2, "username": "behrooz", "full_name": "بهروز قربانی"},
        "f": format!("{url}/wallpaper.jpg"),
        "name": "wallpaper.jpg",
        "description": "View from the roof",
        "size": 250_114,
        "human_readable_size": "244.25 KB",
        "width": 2560,
        "height": 1600,
        "mode": "RGB",
        "created_at": "2026-11-23T23:45:58.768356Z",
        "updated_at": "2026-11-23T23:45:58.768356Z",
        "thumbnails": [{
            "id": 1,
            "f": format!("{url}/thumbnails/wallpaper_thumbnail_64x64.jpg"),
            "size": 64,
            "width": 64,
            "height": 40,
            "bytes": 913,
        }],
        "mime_type": "image/jpeg",
        "checksum": "sha256:24906f0ed5edb8070e773c1194260346369192d9889545bfaec237d6fdeb6a9b",
        "visibility": "public",
        "focal_point": null,
        "tags": ["roofs"],
        "preview": {
            "status": "ready",
            "reason": null,
            "source": "image",
            "placeholder": "3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
            "colour": "#7a6b52",
            "thumbnails": [],
        },
        "metadata": {"taken_at": "2026-11-23T18:40:12+01:00", "camera": "NIKON Z 8", "iso": 400},
    })
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(crate) struct PageView<T> {
    /// How many there are in all; `null` if they were not counted.
    count: Option<u64>,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

impl<T> PageView<T> {
    pub(crate) fn new(count: Option<u64>, links: PageLinks, results: Vec<T>) -> Self {
        Self { count, next: links.next, previous: links.previous, results }
    }
}

/// The health of the server.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Health", example = json!({"status": "ok"}))]
pub(crate) struct HealthView {
    #[schemars(extend("enum" = ["ok", "full"]))]
    status: &'static str,
}

impl HealthView {
    pub(crate) const OK: Self = Self { status: "ok" };
    pub(crate) const FULL: Self = Self { status: "full" };
}

/// A resumable upload.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Upload", example = json!({"id": "6f1d0c37b0a94b6f9a53c2f6c1d2e3f4", "state": "finished", "offset": 250114, "length": 250114, "expires_at": "2026-11-24T09:30:00.000000Z", "file": "/api/media/files/1"}))]
pub(crate) struct UploadView {
    id: String,
    #[schemars(extend("enum" = ["receiving", "received", "processing", "finished", "refused"]))]
    state: &'static str,
    offset: u64,
    length: Option<u64>,
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    /// The path of the file that it has become.
    file: Option<String>,
}

impl UploadView {
    pub(crate) fn new(upload: &UploadRecord) -> Self {
        let state = match (&upload.state, upload.kind) {
            (UploadState::Finished(_), _) => "finished",
            (UploadState::Refused(_), _) => "refused",
            (UploadState::Receiving, UploadKind::Partial) if upload.is_complete() => "received",
            (UploadState::Receiving, _) if upload.is_complete() => "processing",
            (UploadState::Receiving, _) => "receiving",
        };
        let file = match upload.state {
            UploadState::Finished(file) => file.map(|file| format!("/api/media/files/{file}")),
            _ => None,
        };
        Self {
            id: upload.name.clone(),
            state,
            offset: upload.received,
            length: upload.length,
            expires_at: upload.expires_at.to_string(),
            file,
        }
    }
}
