//! Storages as their users see them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[cfg(feature = "s3")]
mod bucket;
mod conformance;
mod local;
mod spool;
mod support;
