#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod bits;
mod block;
mod channel;
mod code_lengths;
mod codes;
mod decode;
mod encode;
mod entropy;
mod error;
mod fdct;
mod first_scan;
mod frame;
mod header;
mod huffman;
mod idct;
mod limits;
mod memory;
mod options;
mod plan;
mod planes;
mod progressive;
mod quality;
mod refinement_scan;
mod scale;
mod segments;
mod sequential;
mod simd;
mod standard_tables;
mod stuffing;
mod table_cache;

pub use decode::Decoder;
pub use encode::{EncodeOptions, Encoder, PlaneView};
pub use error::{Error, Unsupported};
pub use frame::{Coding, Component};
pub use header::{ColorFamily, JpegHeader};
pub use limits::DecodeLimits;
pub use options::{DecodeOptions, Refinement};
pub use planes::{DecodedPlanes, Plane};
pub use scale::Scale;
