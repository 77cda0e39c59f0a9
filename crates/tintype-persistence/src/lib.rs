#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod connection;
mod database;
mod dialect;
mod error;
mod export;
mod files;
mod group_commit;
mod import;
mod import_lease;
mod jobs;
mod leases;
mod list;
mod migrations;
mod objects;
mod page;
mod pool;
mod postgres;
mod refold;
mod reserve;
mod rows;
mod schema;
mod server_lock;
mod signing_keys;
mod sql;
mod sqlite;
mod strays;
mod tokens;
mod upload_links;
mod url;
mod users;

pub use database::{ConnectOptions, Database};
pub use error::Error;
pub use export::{Export, StoredFile};
pub use files::{Changed, FileChange, NewContent, NewDerived, NewFile};
pub use import::Import;
pub use jobs::Job;
pub use list::FilePage;
pub use objects::{MediaRecord, ObjectRecord};
pub use server_lock::ServerLock;
pub use signing_keys::SigningKeyRecord;
pub use strays::Claim;
pub use tokens::NewToken;
pub use upload_links::{NewUploadLink, Reserved, UploadLinkRecord};
pub use users::{NewUser, UserChange};
