//! Reading no faster than at a rate.

use std::time::Duration;

use tokio::time::Instant;

/// Shorter pauses are put off until they add up to this: timers are no more exact.
const LEAST_PAUSE: Duration = Duration::from_millis(20);

/// Holds work back to a number of bytes a second.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes_per_second: Option<u64>,
    free_at: Instant,
}

impl Pace {
    /// Returns a pace of so many bytes a second.
    pub(crate) fn new(bytes_per_second: u64) -> Self {
        Self { bytes_per_second: Some(bytes_per_second.max(1)), free_at: Instant::now() }
    }

    /// Returns one that holds nothing back.
    pub(crate) fn unlimited() -> Self {
        Self { bytes_per_second: None, free_at: Instant::now() }
    }

    /// Waits until work with so many more bytes is not too fast.
    pub(crate) async fn take(&mut self, bytes: usize) {
        let Some(rate) = self.bytes_per_second else { return };
        let now = Instant::now();
        // What was not used is not caught up with.
        self.free_at = self.free_at.max(now) + Duration::from_secs_f64(bytes as f64 / rate as f64);
        if self.free_at >= now + LEAST_PAUSE {
            tokio::time::sleep_until(self.free_at).await;
        }
    }
}
