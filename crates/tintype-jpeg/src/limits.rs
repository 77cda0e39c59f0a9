use std::{fmt, time::Instant};

use crate::Error;

/// What one decode may cost. The default allows 512 MiB, 500 scans and any time.
#[derive(Clone, Copy)]
pub struct DecodeLimits<'a> {
    /// Most memory to allocate, in bytes; compared with the estimate before anything is allocated.
    pub max_alloc_bytes: u64,
    /// Most scans to accept. Real files have at most about a dozen.
    pub max_scans: u32,
    /// When to give up; looked at once per row of blocks.
    pub deadline: Option<Instant>,
    /// Asked once per row of blocks; decoding stops when it answers true.
    pub cancelled: Option<&'a (dyn Fn() -> bool + 'a)>,
}

impl Default for DecodeLimits<'_> {
    fn default() -> Self {
        Self { max_alloc_bytes: 512 << 20, max_scans: 500, deadline: None, cancelled: None }
    }
}

impl fmt::Debug for DecodeLimits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeLimits")
            .field("max_alloc_bytes", &self.max_alloc_bytes)
            .field("max_scans", &self.max_scans)
            .field("deadline", &self.deadline)
            .field("cancelled", &self.cancelled.map(|_| "…"))
            .finish()
    }
}

impl DecodeLimits<'_> {
    pub(crate) fn poll(&self) -> Result<(), Error> {
        if self.cancelled.is_some_and(|cancelled| cancelled()) {
            return Err(Error::Cancelled);
        }
        if self.deadline.is_some_and(|at| Instant::now() >= at) {
            return Err(Error::DeadlineExceeded);
        }
        Ok(())
    }
}
