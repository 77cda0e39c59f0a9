#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod blocking;
mod blocks;
mod bucket;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod local;
mod memory;
mod spool;
mod storage;

pub use bucket::{BucketStorage, BucketUrl};
pub use error::Error;
pub use local::LocalStorage;
pub use memory::MemoryStorage;
pub use spool::{Spool, SpoolWriter, Spooled};
pub use storage::{Attributes, Content, NewObject, Object, PresignedFor, Storage};
