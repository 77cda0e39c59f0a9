use crate::{
    Checksum, Crc32, Description, Facts, FileId, FocalPoint, Key, MetadataRecord, Name, Permission, PreviewFacts, Tags,
    ThumbnailId, Timestamp, TokenId, UserId, Visibility,
};
use std::collections::BTreeSet;

/// A stored file: facts, owner and thumbnails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// The number of the file.
    pub id: FileId,
    /// The uploader; `None` once that user is gone.
    pub user: Option<UserRecord>,
    /// Where the content lies.
    pub key: Key,
    /// The name of the file.
    pub name: Name,
    /// What the user says about it.
    pub description: Description,
    /// Bytes of the content.
    pub size: u64,
    /// SHA-256 of the content.
    pub checksum: Checksum,
    /// CRC-32 of the content; `None` if an older version stored the file and the job that computes
    /// it has not run yet.
    pub crc32: Option<Crc32>,
    /// What the content is.
    pub facts: Facts,
    /// Who may fetch the content.
    pub visibility: Visibility,
    /// What stays in view when a picture of it is cropped; `None` for its middle.
    pub focal_point: Option<FocalPoint>,
    /// When the file was uploaded.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// What groups it with other files.
    pub tags: Tags,
    /// Its thumbnails, by edge; empty for what is not a readable image.
    pub thumbnails: Vec<ThumbnailRecord>,
    /// Its picture.
    pub preview: PreviewRecord,
    /// What it tells about itself.
    pub metadata: MetadataRecord,
    /// Since when it is in the trash, if it is.
    pub trashed: Option<Trashed>,
}

/// How long a file has been in the trash, and will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trashed {
    /// When it was put there.
    pub at: Timestamp,
    /// Until when it can be restored.
    pub until: Timestamp,
}

impl FileRecord {
    /// Returns the keys of the content, the thumbnails and the preview's.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        let thumbnails = self.thumbnails.iter().chain(&self.preview.thumbnails);
        std::iter::once(&self.key).chain(thumbnails.map(|thumbnail| &thumbnail.key))
    }
}

/// A thumbnail as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThumbnailRecord {
    /// The number of the thumbnail.
    pub id: ThumbnailId,
    /// Its key.
    pub key: Key,
    /// The edge in pixels of the square box it fits in.
    pub edge: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes of the encoded thumbnail.
    pub size: u64,
    /// The media type, such as `image/jpeg`.
    pub mime_type: String,
    /// SHA-256 of the encoded thumbnail.
    pub checksum: Checksum,
}

/// The picture of a file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRecord {
    /// Whether there is one, and what it looks like.
    pub facts: PreviewFacts,
    /// The picture in several sizes, by edge; empty for images, which have thumbnails.
    pub thumbnails: Vec<ThumbnailRecord>,
}

/// A user and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The number of the user.
    pub id: UserId,
    /// The unique name the user logs in with.
    pub username: String,
    /// Given name, perhaps empty.
    pub first_name: String,
    /// Family name, perhaps empty.
    pub last_name: String,
    /// Whether permissions granted to the user count.
    pub is_staff: bool,
    /// Whether the user may do everything.
    pub is_admin: bool,
    /// Whether the user may log in and use its tokens.
    pub is_active: bool,
    /// Where mail reaches the user, perhaps empty.
    pub email: String,
    /// Whether the user has a password, and so can log in.
    pub has_password: bool,
    /// What the user was granted.
    pub permissions: BTreeSet<Permission>,
    /// When the user last exchanged its password for a token.
    pub last_login: Option<Timestamp>,
    /// When the user was created.
    pub created_at: Timestamp,
}

impl UserRecord {
    /// Returns first and last name joined by one space, trimmed.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name.trim(), self.last_name.trim()).trim().to_owned()
    }
}

/// A token as an operator sees it; its key is known only to its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// The number of the token.
    pub id: TokenId,
    /// Whose token it is.
    pub username: String,
    /// What its user calls it, perhaps empty.
    pub label: String,
    /// When it was minted.
    pub created_at: Timestamp,
    /// When it stops being taken.
    pub expires_at: Option<Timestamp>,
    /// When it was last taken, to about a minute.
    pub last_used_at: Option<Timestamp>,
}

impl TokenRecord {
    /// The label of tokens that were given for a password. They end when the password is changed.
    pub const LOGIN_LABEL: &str = "password login";
}
