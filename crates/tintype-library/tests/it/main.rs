//! The use cases on a real database and a storage that can be told to fail.
#![expect(clippy::unwrap_used, reason = "a test may unwrap anywhere")]

mod access;
mod accounts;
mod archives;
mod backup;
mod check;
mod content;
mod django;
mod jobs;
mod renditions;
mod strays;
mod support;
mod thumbnails;
mod transfer;
