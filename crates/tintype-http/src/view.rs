use serde::Serialize;
use tintype_library::auth::TokenKey;
use tintype_library::domain::{Facts, FileRecord, HumanSize, ThumbnailRecord, UserRecord};
use tintype_library::persistence::FilePage;

use crate::base_url::BaseUrl;
use crate::page_request::PageLinks;

/// The file object. The order of its fields is part of the contract.
#[derive(Serialize)]
pub(crate) struct FileView {
    id: i64,
    r#type: &'static str,
    user: Option<OwnerView>,
    f: String,
    name: String,
    description: String,
    size: u64,
    human_readable_size: String,
    width: Option<u32>,
    height: Option<u32>,
    mode: Option<&'static str>,
    created_at: String,
    updated_at: String,
    thumbnails: Vec<ThumbnailView>,
    mime_type: String,
    checksum: String,
}

#[derive(Serialize)]
struct OwnerView {
    id: i64,
    username: String,
    full_name: String,
}

#[derive(Serialize)]
struct ThumbnailView {
    id: i64,
    f: String,
    size: u32,
    width: u32,
    height: u32,
    bytes: u64,
}

impl FileView {
    pub(crate) fn new(file: &FileRecord, base: &BaseUrl) -> Self {
        let Facts { kind, mime_type, width, height, mode } = &file.facts;
        Self {
            id: file.id.0,
            r#type: kind.as_str(),
            user: file.user.as_ref().map(OwnerView::new),
            f: base.of_object(&file.key),
            name: file.name.as_str().to_owned(),
            description: file.description.as_str().to_owned(),
            size: file.size,
            human_readable_size: HumanSize(file.size).to_string(),
            width: *width,
            height: *height,
            mode: mode.map(|mode| mode.as_str()),
            created_at: file.created_at.to_string(),
            updated_at: file.updated_at.to_string(),
            thumbnails: file.thumbnails.iter().map(|thumbnail| ThumbnailView::new(thumbnail, base)).collect(),
            mime_type: mime_type.clone(),
            checksum: file.checksum.to_string(),
        }
    }
}

impl OwnerView {
    fn new(user: &UserRecord) -> Self {
        Self { id: user.id.0, username: user.username.clone(), full_name: user.full_name() }
    }
}

impl ThumbnailView {
    fn new(thumbnail: &ThumbnailRecord, base: &BaseUrl) -> Self {
        Self {
            id: thumbnail.id.0,
            f: base.of_object(&thumbnail.key),
            size: thumbnail.edge,
            width: thumbnail.width,
            height: thumbnail.height,
            bytes: thumbnail.size,
        }
    }
}

/// A page of a list.
#[derive(Serialize)]
pub(crate) struct PageView {
    count: Option<u64>,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<FileView>,
}

impl PageView {
    pub(crate) fn new(page: &FilePage, links: PageLinks, base: &BaseUrl) -> Self {
        let results = page.files.iter().map(|file| FileView::new(file, base)).collect();
        Self { count: page.count, next: links.next, previous: links.previous, results }
    }
}

/// The authenticated user.
#[derive(Serialize)]
pub(crate) struct MeView {
    id: i64,
    username: String,
    full_name: String,
    is_staff: bool,
    is_admin: bool,
    permissions: Vec<u16>,
}

impl MeView {
    pub(crate) fn new(user: &UserRecord) -> Self {
        Self {
            id: user.id.0,
            username: user.username.clone(),
            full_name: user.full_name(),
            is_staff: user.is_staff,
            is_admin: user.is_admin,
            permissions: user.permissions.iter().map(|permission| permission.code()).collect(),
        }
    }
}

/// A new token. This is the only time it is shown.
#[derive(Serialize)]
pub(crate) struct TokenView {
    token: String,
}

impl TokenView {
    pub(crate) fn new(key: &TokenKey) -> Self {
        Self { token: key.reveal().to_owned() }
    }
}

/// The health of the server.
#[derive(Serialize)]
pub(crate) struct HealthView {
    status: &'static str,
}

impl HealthView {
    pub(crate) const OK: Self = Self { status: "ok" };
    pub(crate) const FULL: Self = Self { status: "full" };
}
