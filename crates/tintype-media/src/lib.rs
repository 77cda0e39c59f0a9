#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod batch;
mod colour;
mod decoding;
mod descriptor;
mod detect;
mod effects;
mod encode;
mod encoding;
mod error;
mod exif;
mod filter;
mod format;
mod formats;
mod frame;
mod generic;
mod guard;
mod gzip;
#[cfg(any(feature = "avif", feature = "jxl"))]
mod hdr;
mod header;
mod isolation;
mod limits;
mod mode;
mod opened;
mod options;
mod orientation;
mod picture;
mod placement;
mod planes;
mod process;
mod reader;
mod renderer;
mod resize;
mod rows;
mod simd;
mod thumbnail;
mod tools;
mod xml;
mod ycbcr;

pub use detect::{Detected, Kind, detect};
pub use error::Error;
pub use format::Format;
pub use isolation::Isolation;
pub use limits::Limits;
pub use mode::ColourMode;
pub use opened::{Image, ImageFacts, probe};
pub use options::{Encoding, Fit, Flip, Focus, OutputFormat, RenderOptions, Rotation};
pub use orientation::Orientation;
pub use process::run_decoder;
pub use renderer::{Rendered, Renderer, RgbaPixels};
pub use resize::fit;
pub use thumbnail::{Thumbnail, ThumbnailOptions, Thumbnailer, thumbnails};
pub use tintype_sandbox::Program as DecoderProcess;
