//! What the command line does besides serving.

pub(crate) mod config;
pub(crate) mod migrate;
pub(crate) mod token;
pub(crate) mod user;
