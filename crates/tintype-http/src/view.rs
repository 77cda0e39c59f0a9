use serde::Serialize;
use tintype_library::domain::{Facts, FileRecord, HumanSize, ThumbnailRecord, UserRecord};

use crate::base_url::BaseUrl;

/// The file object. The order of its fields is part of the contract.
#[derive(Serialize)]
pub(crate) struct FileView<'a> {
    id: i64,
    r#type: &'static str,
    user: Option<OwnerView<'a>>,
    f: String,
    name: &'a str,
    description: &'a str,
    size: u64,
    human_readable_size: String,
    width: Option<u32>,
    height: Option<u32>,
    mode: Option<&'static str>,
    created_at: String,
    updated_at: String,
    thumbnails: Vec<ThumbnailView>,
    mime_type: &'a str,
    checksum: String,
}

#[derive(Serialize)]
struct OwnerView<'a> {
    id: i64,
    username: &'a str,
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

impl<'a> FileView<'a> {
    pub(crate) fn new(file: &'a FileRecord, base: &BaseUrl) -> Self {
        let Facts { kind, mime_type, width, height, mode } = &file.facts;
        Self {
            id: file.id.0,
            r#type: kind.as_str(),
            user: file.user.as_ref().map(OwnerView::new),
            f: base.of_object(&file.key),
            name: file.name.as_str(),
            description: file.description.as_str(),
            size: file.size,
            human_readable_size: HumanSize(file.size).to_string(),
            width: *width,
            height: *height,
            mode: mode.map(|mode| mode.as_str()),
            created_at: file.created_at.to_string(),
            updated_at: file.updated_at.to_string(),
            thumbnails: file.thumbnails.iter().map(|thumbnail| ThumbnailView::new(thumbnail, base)).collect(),
            mime_type,
            checksum: file.checksum.to_string(),
        }
    }
}

impl<'a> OwnerView<'a> {
    fn new(user: &'a UserRecord) -> Self {
        Self { id: user.id.0, username: &user.username, full_name: user.full_name() }
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
pub(crate) struct PageView<'a> {
    pub(crate) count: u64,
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) results: Vec<FileView<'a>>,
}

/// The user who asks.
#[derive(Serialize)]
pub(crate) struct MeView<'a> {
    id: i64,
    username: &'a str,
    full_name: String,
    is_staff: bool,
    is_admin: bool,
    permissions: Vec<u16>,
}

impl<'a> MeView<'a> {
    pub(crate) fn new(user: &'a UserRecord) -> Self {
        Self {
            id: user.id.0,
            username: &user.username,
            full_name: user.full_name(),
            is_staff: user.is_staff,
            is_admin: user.is_admin,
            permissions: user.permissions.iter().map(|permission| permission.code()).collect(),
        }
    }
}
