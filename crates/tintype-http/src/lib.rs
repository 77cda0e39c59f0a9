#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod answer;
mod app;
mod auth;
mod base_url;
mod body;
mod caching;
mod caller;
mod client_address;
mod conditions;
mod config;
mod connection;
mod cors;
mod endpoint;
mod fields;
mod files;
mod form;
mod health;
mod input;
mod links;
mod media;
mod media_urls;
mod page_request;
mod path_id;
mod problem;
mod reply;
mod request_id;
mod request_log;
mod routes;
mod server;
mod tags;
mod tus;
mod upload_links;
mod uploads;
mod users;
mod validators;
mod view;

pub use app::App;
pub use config::{CorsOrigins, Delivery, HttpConfig, LinkCaching};
pub use routes::routes;
pub use server::{ServerOptions, server};
