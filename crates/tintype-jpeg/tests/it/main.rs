//! What the decoder promises, through its public interface.

#![expect(clippy::unwrap_used, reason = "what fails here has failed the test")]

mod damage;
mod encode;
mod encoder;
mod files;
mod header;
mod limits;
mod pictures;
mod reference;
