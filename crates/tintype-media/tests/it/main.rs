//! The crate as its users see it.

mod allocation;
mod colours;
mod detection;
mod files;
mod golden;
mod hostile;
mod limits;
mod memory;
mod orientation;
mod picture;
mod properties;
