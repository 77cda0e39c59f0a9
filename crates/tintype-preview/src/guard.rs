//! Keeps a decoder's panic from reaching the caller.

use std::panic::{self, AssertUnwindSafe};

use crate::Error;

/// Runs `work`, turning a panic into [`Error::Panicked`].
///
/// What `work` borrowed may be left half-changed after a panic; callers pass only what they drop
/// afterwards.
pub(crate) fn catch<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Err(Error::Panicked { message: message.unwrap_or_else(|| "no message".to_owned()) })
    })
}
