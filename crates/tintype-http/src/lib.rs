#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod app;
mod auth;
mod base_url;
mod body;
mod caller;
mod config;
mod endpoint;
mod files;
mod form;
mod health;
mod media;
mod page;
mod problem;
mod range;
mod request_id;
mod request_log;
mod routes;
mod view;

pub use app::App;
pub use config::{Delivery, HttpConfig};
pub use request_log::log_request;
pub use routes::configure;
