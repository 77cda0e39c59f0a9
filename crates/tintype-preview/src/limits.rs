use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::Error;

/// What one file may cost.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Pixels that a decoded picture or frame may have; 100,000,000 by default.
    pub max_pixels: u64,
    /// Memory in bytes that the work may use at its peak; 512 MiB by default. Checked against an
    /// estimate made from headers before anything is decoded.
    pub max_alloc_bytes: u64,
    /// When to give up; never by default. It is looked at on every read and between stages, not
    /// inside a decoder, so whoever needs a hard end runs the work in a process that can be killed.
    pub deadline: Option<Instant>,
    /// Becomes true when nobody wants the result any more; looked at where the deadline is.
    pub cancelled: Option<Arc<AtomicBool>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 100_000_000, max_alloc_bytes: 512 << 20, deadline: None, cancelled: None }
    }
}

impl Limits {
    /// Sets [`Limits::max_pixels`].
    #[must_use]
    pub fn with_max_pixels(mut self, pixels: u64) -> Self {
        self.max_pixels = pixels;
        self
    }

    /// Sets [`Limits::max_alloc_bytes`].
    #[must_use]
    pub fn with_max_alloc_bytes(mut self, bytes: u64) -> Self {
        self.max_alloc_bytes = bytes;
        self
    }

    /// Sets [`Limits::deadline`].
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets [`Limits::cancelled`].
    #[must_use]
    pub fn with_cancelled(mut self, cancelled: Arc<AtomicBool>) -> Self {
        self.cancelled = Some(cancelled);
        self
    }

    /// Fails once the work is cancelled or its deadline has passed.
    pub(crate) fn check_deadline(&self) -> Result<(), Error> {
        if self.cancelled.as_ref().is_some_and(|cancelled| cancelled.load(Ordering::Relaxed)) {
            return Err(Error::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Error::TimedOut),
            _ => Ok(()),
        }
    }

    /// Fails for a picture of no or too many pixels.
    pub(crate) fn check_sides(&self, width: u32, height: u32) -> Result<(), Error> {
        let actual = u64::from(width) * u64::from(height);
        if actual == 0 {
            return Err(Error::damaged(format!("a picture of {width}x{height} pixels")));
        }
        if actual > self.max_pixels {
            return Err(Error::TooLarge { what: "number of pixels", limit: self.max_pixels, actual });
        }
        Ok(())
    }

    /// Fails when work would need more than `bytes` of memory.
    pub(crate) fn check_memory(&self, bytes: u64) -> Result<(), Error> {
        if bytes > self.max_alloc_bytes {
            return Err(Error::TooLarge { what: "memory in bytes", limit: self.max_alloc_bytes, actual: bytes });
        }
        Ok(())
    }
}
