//! What every database must do. A test gets its database from [`support::fresh`] alone, so that the same tests run on
//! another database by that function giving out another one; what only SQLite can do wrong is in `sqlite.rs`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod claims;
mod files;
mod list;
mod sqlite;
mod support;
mod tokens;
mod users;
