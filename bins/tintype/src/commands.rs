//! What the command line does besides serving.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod config;
mod copying;
pub(crate) mod files;
pub(crate) mod import;
mod import_django;
mod import_report;
pub(crate) mod manual;
pub(crate) mod migrate;
pub(crate) mod previews;
pub(crate) mod restore;
pub(crate) mod signing_key;
pub(crate) mod thumbnails;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod webhook;
