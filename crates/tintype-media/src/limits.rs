use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::Error;

/// What one image may cost.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Pixels that a decoded image may have; 100,000,000 by default.
    pub max_pixels: u64,
    /// Memory in bytes that [`thumbnails`](crate::thumbnails) may use at its peak; 512 MiB by
    /// default.
    pub max_alloc_bytes: u64,
    /// When to give up; never by default. It is looked at on every read, between stages, and while
    /// a JPEG is decoded, not inside another stage that works in memory, so the end may come some
    /// hundred milliseconds late.
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

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.as_ref().is_some_and(|cancelled| cancelled.load(Ordering::Relaxed))
    }

    /// Fails once the work is cancelled or its deadline has passed.
    pub(crate) fn check_deadline(&self) -> Result<(), Error> {
        if self.is_cancelled() {
            return Err(Error::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Error::DeadlineExceeded),
            _ => Ok(()),
        }
    }
}
