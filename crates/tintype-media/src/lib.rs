#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod colour;
mod decode;
mod detect;
mod encode;
mod encoding;
mod error;
mod exif;
mod format;
mod frame;
mod guard;
mod gzip;
mod limits;
mod mode;
mod orientation;
mod picture;
mod planes;
mod probe;
mod process;
mod resize;
mod rows;
mod simd;
mod source;
mod thumbnail;
mod thumbnailer;
mod xml;
mod ycbcr;

pub use detect::{Detected, Kind, detect};
pub use error::Error;
pub use format::Format;
pub use limits::Limits;
pub use mode::ColourMode;
pub use orientation::Orientation;
pub use probe::{Probe, probe};
pub use process::{DecoderProcess, run_decoder};
pub use resize::fit;
pub use thumbnail::{Encoding, Thumbnail, ThumbnailFormat, ThumbnailOptions, thumbnails};
pub use thumbnailer::Thumbnailer;
