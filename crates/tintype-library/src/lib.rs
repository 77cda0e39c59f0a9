#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod access;
mod account_problem;
mod accounts;
mod admission;
mod adoption;
mod archives;
mod calls;
mod check;
mod content;
mod digest;
mod django;
mod error;
mod facts;
mod figures;
mod folder;
mod imports;
mod jobs;
mod library;
mod media_access;
mod media_cache;
mod metadata;
mod meters;
mod options;
mod outgoing;
mod pace;
mod passwords;
mod patience;
mod picture;
mod place;
mod prepare;
mod previews;
mod problem;
mod rate;
mod rebuild;
mod remove;
mod renditions;
mod repair;
mod reservation;
mod resumable;
mod scrub;
pub mod serving;
mod strip;
mod throttle;
mod thumbnailers;
mod transfer;
mod upload_links;
mod upload_problem;
mod view;
mod webhooks;

pub use account_problem::AccountProblem;
pub use accounts::Accounts;
pub use admission::Waiting;
pub use adoption::AdoptionError;
pub use archives::{Archive, ArchiveBody, ArchiveSelection, CreatedArchive};
pub use check::{Check, CheckOptions, CheckProgress, Finding};
pub use content::{Change, ContentChange, Details, Inbox, Upload};
pub use django::DjangoImport;
pub use error::{Error, PictureProblem, causes};
pub use figures::Figures;
pub use folder::{FileProblem, FolderContents, FolderImport, FolderProgress, FoundFile, Outcome, Transport};
pub use imports::{Fetched, Import};
pub use library::{Library, NotReady, Room};
pub use media_access::{Grant, LinkSigner, MediaAccess, MediaRequest, Rotation};
pub use meters::Meters;
pub use options::{AllowedType, ImportOptions, Options, RateLimit, Reach, WebhookOptions};
pub use outgoing::parse_url;
pub use previews::Rereading;
pub use problem::Problem;
pub use rebuild::{Rebuild, RebuildFailure, RebuildProgress};
pub use renditions::{
    Accepted, NeedsLink, RenditionFormat, RenditionOptions, RenditionParameters, RenditionPolicy, RenditionRequest,
};
pub use resumable::{Append, Appending, Becomes, Concatenation, NewResumable, PartChecksum};
pub use transfer::{
    BackedUp, Backup, BackupStore, ObjectFailure, ObjectTransfer, Place, Progress, RowTransfer, Transfer,
    TransferError, Transferred,
};
pub use upload_links::{LinkUpload, UploadLinkOptions};
pub use upload_problem::UploadProblem;
pub use view::{Content, Media};
pub use webhooks::Webhooks;

// What a caller has to name to use this crate.
pub use picture::run_decoder;
pub use tintype_auth as auth;
pub use tintype_domain as domain;
pub use tintype_media::{DecoderProcess, Encoding};
pub use tintype_persistence as persistence;
pub use tintype_preview::Strip;
pub use tintype_storage as storage;
