//! Sound in builds that leave it out.

use crate::input::Input;
use crate::{Error, Metadata, Pixels};

#[derive(Default)]
pub(crate) struct Sound {
    pub(crate) metadata: Metadata,
    pub(crate) cover: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Covers {
    Read,
    Skip,
}

pub(crate) fn read(_: &mut Input<'_>, _: Covers) -> Result<Sound, Error> {
    Ok(Sound::default())
}

pub(crate) fn waveform(_: &mut Input<'_>, _: Option<f64>, _: Option<u32>) -> Result<Pixels, Error> {
    Err(Error::unsupported("sound, which this build leaves out"))
}
