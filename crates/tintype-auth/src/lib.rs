#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod actor;
mod error;
mod password;
mod signature;
mod token;
mod weakness;
mod webhook_secret;

pub use actor::Actor;
pub use error::Error;
pub use password::{InvalidPassword, Password, PasswordMemory, django_password, hash_password, verify_password};
pub use signature::{Parameters, SigningKey, SigningKeys, window_end};
pub use token::TokenKey;
pub use webhook_secret::WebhookSecret;
