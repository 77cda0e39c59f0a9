//! The contract, line by line, against the real binary.
//!
//! Every test starts a server of its own and knows nothing of the inside; `TINTYPE_BINARY` lets the
//! suite run against another build.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod authentication;
mod backup;
mod bucket;
mod check;
mod cli;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod clock;
mod configuration;
mod description;
mod documented;
mod errors;
mod faults;
mod file_object;
mod floods;
mod hostile;
mod images;
mod import;
mod list;
mod logs;
mod lost_media;
mod media;
mod metadata;
mod metrics;
mod migrate;
mod names;
mod page;
mod people;
mod permission;
mod postgres;
mod previews;
mod protection;
mod replicas;
mod resilience;
mod scrub;
mod support;
mod tags;
mod tokens;
mod trash;
mod tus;
mod types;
mod upload;
mod webhooks;
mod write;
