//! The crate as its users see it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod allocation;
mod bmp;
mod colours;
mod detection;
mod differences;
mod exact;
mod files;
mod golden;
mod hostile;
mod isolated;
mod limits;
mod made;
mod memory;
mod orientation;
mod picture;
mod properties;
mod reference;
mod render;
mod rows;
mod scaled;
mod tiff;
mod types;
