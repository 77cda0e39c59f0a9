//! Containers of sound and films: what is inside decides which of the two a file is.

pub(super) mod ebml;
pub(super) mod iso;
pub(super) mod mpeg;
pub(super) mod ogg;
pub(super) mod riff;
