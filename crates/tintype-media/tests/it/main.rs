//! The crate as its users see it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod allocation;
mod bmp;
mod colours;
mod cut;
mod detection;
mod differences;
mod exact;
mod files;
mod fits;
mod golden;
mod heif;
mod hostile;
mod ico;
mod isolated;
mod limits;
mod made;
mod memory;
mod old;
mod orientation;
mod picture;
mod properties;
mod reference;
mod render;
mod render_limits;
mod rows;
mod scaled;
mod tiff;
mod types;
