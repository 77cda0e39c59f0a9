//! Pictures of any size, made when somebody asks for them.

mod flights;
mod make;
mod parameters;
mod picture;
mod policy;
mod serve;
mod source;
mod state;

pub use parameters::{Accepted, RenditionFormat, RenditionParameters};
pub use policy::{NeedsLink, RenditionOptions, RenditionPolicy};
pub use serve::RenditionRequest;

pub(crate) use state::Renditions;
