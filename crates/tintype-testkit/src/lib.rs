#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod account;
mod builder;
mod client;
mod error;
mod form;
mod garage;
mod home;
mod ordered;
mod postgres;
mod process;
mod raw;
mod request;
mod response;
mod server;
mod setup;
mod wait;

pub use account::Account;
pub use builder::Builder;
pub use client::Client;
pub use error::Error;
pub use form::Form;
pub use garage::{Bucket, Garage};
pub use home::{CommandOutput, Home};
pub use ordered::Ordered;
pub use postgres::{FullTable, Postgres, PostgresDatabase};
pub use raw::RawConnection;
pub use request::Request;
pub use response::Response;
pub use server::Server;
pub use wait::{eventually, wait_for};
