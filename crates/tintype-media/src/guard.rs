//! Keeps a decoder's faults from reaching the caller.

use std::any::Any;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::panic::{self, AssertUnwindSafe};

use crate::{Error, Limits};

/// Runs `work`, turning a panic into [`Error::Panicked`].
///
/// What `work` borrowed may be left half-changed after a panic; callers pass only what they drop
/// afterwards.
pub(crate) fn catch<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|payload| Err(Error::Panicked { message: message(payload.as_ref()) }))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// A reader that fails once the deadline has passed or the work is cancelled, so that a decoder
/// that reads as it goes stops too.
pub(crate) struct Deadline<R> {
    inner: R,
    limits: Limits,
    /// Reads until the clock is looked at again: asking it on each one-byte read would cost more
    /// than the read.
    countdown: u32,
}

const READS_PER_LOOK: u32 = 256;

impl<R> Deadline<R> {
    pub(crate) fn new(inner: R, limits: &Limits) -> Self {
        Self { inner, limits: limits.clone(), countdown: 0 }
    }

    fn check(&mut self) -> io::Result<()> {
        if self.countdown > 0 {
            self.countdown -= 1;
            return Ok(());
        }
        self.countdown = READS_PER_LOOK;
        self.limits.check_deadline().map_err(|error| io::Error::new(io::ErrorKind::TimedOut, error))
    }
}

impl<R: Read> Read for Deadline<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for Deadline<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
    }
}

impl<R: Seek> Seek for Deadline<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        self.inner.stream_position()
    }
}

/// Tells a read that ran out of time, or was cancelled, from one that failed.
pub(crate) fn timeout(error: Error, limits: &Limits) -> Error {
    match error {
        Error::Io { source } if source.kind() == io::ErrorKind::TimedOut => {
            if limits.is_cancelled() {
                Error::Cancelled
            } else {
                Error::DeadlineExceeded
            }
        }
        other => other,
    }
}
