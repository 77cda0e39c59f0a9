#![doc = include_str!("../README.md")]

mod decode;
mod encode;
mod error;

pub use decode::{DecodedPicture, Features, PixelLayout, decode, features};
pub use encode::{encode, encode_yuv};
pub use error::Error;
