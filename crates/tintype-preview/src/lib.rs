#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod alike;
mod archive;
#[cfg(feature = "audio")]
mod audio;
#[cfg(not(feature = "audio"))]
#[path = "no_audio.rs"]
mod audio;
mod boxes;
mod error;
mod exif;
mod format;
mod guard;
mod heif;
mod icc;
mod image;
mod input;
mod inspect;
mod iptc;
mod limits;
mod metadata;
mod office;
#[cfg(feature = "pdf")]
mod pdf;
mod pixels;
mod placeholder;
mod preview;
#[cfg(feature = "process")]
mod process;
mod psd;
mod raw;
mod strip;
mod text;
mod tiff;
mod time;
mod video;
mod xml;
mod xmp;
mod zip;

pub use alike::{PerceptualHash, perceptual_hash};
pub use error::{Error, Failure};
pub use format::Format;
pub use inspect::{Options, detect, metadata, preview};
pub use limits::Limits;
pub use metadata::{Gps, Metadata};
pub use placeholder::{Placeholder, placeholder};
pub use preview::{Layout, Picture, Pixels, Preview, Source};
#[cfg(feature = "process")]
pub use process::{Examined, Wanted, examine, run_previewer};
pub use strip::{Strip, strip_metadata};
