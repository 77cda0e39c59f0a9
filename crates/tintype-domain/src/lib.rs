#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod archive_names;
mod boolean;
mod bounds;
mod checksum;
mod crc32;
mod email_address;
mod facts;
mod field_errors;
mod file_name;
mod focal_point;
mod human_size;
mod ids;
mod job;
mod key;
mod kind;
mod list_query;
mod name;
mod new_user;
mod number;
mod permission;
mod person_name;
mod preview;
mod record;
mod redact;
mod search;
mod tags;
mod timestamp;
mod token_lifetime;
mod url_problem;
mod user_query;
mod username;
mod variant;
mod visibility;
mod webhook;

pub use archive_names::ArchiveNames;
pub use boolean::parse_boolean;
pub use bounds::Bounds;
pub use checksum::Checksum;
pub use crc32::Crc32;
pub use email_address::EmailAddress;
pub use facts::Facts;
pub use field_errors::{FieldErrors, FieldProblem};
pub use file_name::{FileName, Suffix, with_extension};
pub use focal_point::FocalPoint;
pub use human_size::HumanSize;
pub use ids::{DeliveryId, FileId, JobId, ThumbnailId, TokenId, UserId, WebhookId};
pub use job::JobKind;
pub use key::{InvalidKey, Key};
pub use kind::{ColourMode, Kind, UnknownName};
pub use list_query::{
    Counting, Cursor, DEFAULT_LIMIT, Direction, Filter, ListParameter, ListQuery, Listed, MAX_LIMIT, OrderBy,
    OrderField, Paging, Side, SortValue, Travel, page_limit, page_offset,
};
pub use name::{Description, Name};
pub use new_user::{NewUser, UserChange};
pub use permission::Permission;
pub use person_name::{InvalidPersonName, PersonName};
pub use preview::{Look, MetadataRecord, PreviewFacts, PreviewReason, PreviewSource, PreviewStatus};
pub use record::{FileRecord, PreviewRecord, ThumbnailRecord, TokenRecord, Trashed, UserRecord};
pub use redact::redact_url;
pub use search::fold_for_search;
pub use tags::{Tag, Tags};
pub use timestamp::Timestamp;
pub use token_lifetime::{InvalidTokenLifetime, TokenLifetime};
pub use url_problem::UrlProblem;
pub use user_query::{UserField, UserQuery};
pub use username::{InvalidUsername, Username};
pub use variant::Variant;
pub use visibility::Visibility;
pub use webhook::{
    DeliveryError, DeliveryRecord, DeliveryState, DisabledReason, EventFile, EventKind, EventKinds, FileEvent,
    NewWebhook, WebhookChange, WebhookRecord,
};
