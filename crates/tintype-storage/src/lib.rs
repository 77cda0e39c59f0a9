#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod blocking;
mod blocks;
#[cfg(feature = "s3")]
mod bucket;
pub mod conformance;
mod error;
mod local;
mod memory;
mod spool;
mod storage;

#[cfg(feature = "s3")]
pub use bucket::{BucketStorage, BucketUrl};
pub use error::Error;
pub use local::LocalStorage;
pub use memory::MemoryStorage;
pub use spool::{Spool, SpoolWriter, Spooled, open_regular};
pub use storage::{Attributes, Content, NewObject, Object, PresignOptions, PresignedFor, Storage};

// What the signatures above are made of.
pub use async_trait::async_trait;
pub use bytes::Bytes;
pub use futures_util::stream::BoxStream;
pub use tintype_domain::{Checksum, InvalidKey, Key};
