use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::error::PayloadError;
use actix_web::web::{Bytes, Payload};
use futures_util::Stream;
use tokio::time::Sleep;

use crate::config::HttpConfig;

/// A request's body that has to keep coming: a client may neither fall silent for longer than the idle timeout nor, once
/// that time has passed, stay below the minimum rate on average. actix times out headers, but never a body.
pub(crate) struct Body {
    payload: Payload,
    idle: Pin<Box<Sleep>>,
    idle_timeout: Duration,
    min_bytes_per_second: u64,
    start: Instant,
    received: u64,
}

/// What a body that is too slow ends with, inside [`PayloadError::Io`].
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum Slow {
    #[error("The request's body stopped coming.")]
    Idle,
    #[error("The request's body comes too slowly.")]
    Rate,
}

impl Body {
    pub(crate) fn new(payload: Payload, config: &HttpConfig) -> Self {
        Self {
            payload,
            idle: Box::pin(tokio::time::sleep(config.idle_timeout)),
            idle_timeout: config.idle_timeout,
            min_bytes_per_second: config.min_bytes_per_second,
            start: Instant::now(),
            received: 0,
        }
    }

    fn is_too_slow(&self) -> bool {
        let elapsed = self.start.elapsed();
        elapsed > self.idle_timeout && self.received < self.min_bytes_per_second.saturating_mul(elapsed.as_secs())
    }
}

fn slow(why: Slow) -> PayloadError {
    PayloadError::Io(io::Error::new(io::ErrorKind::TimedOut, why))
}

impl Slow {
    /// Returns why a body ended, if it was for its slowness.
    pub(crate) fn of(error: &PayloadError) -> Option<Self> {
        match error {
            PayloadError::Io(error) => error.get_ref()?.downcast_ref().copied(),
            _ => None,
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.payload).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                self.received += bytes.len() as u64;
                if self.is_too_slow() {
                    return Poll::Ready(Some(Err(slow(Slow::Rate))));
                }
                let deadline = tokio::time::Instant::now() + self.idle_timeout;
                self.idle.as_mut().reset(deadline);
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Pending if self.idle.as_mut().poll(cx).is_ready() => Poll::Ready(Some(Err(slow(Slow::Idle)))),
            other => other,
        }
    }
}
