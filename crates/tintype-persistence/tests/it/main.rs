//! What every database must do. A test gets its database from [`support::fresh`] alone, so that the
//! same tests run on both: on SQLite, and once more on PostgreSQL, which `postgres.rs` sees to.
//! What only one of them can do wrong is in `sqlite.rs` and `postgres.rs`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod claims;
mod django;
mod files;
mod import;
mod jobs;
mod leases;
mod list;
mod migrations;
mod postgres;
mod previews;
mod renditions;
mod scrub;
mod sqlite;
mod support;
mod thumbnails;
mod tokens;
mod upgrade;
mod uploads;
mod users;
mod webhooks;
