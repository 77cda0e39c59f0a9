use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::{Stream, TryStreamExt};
use serde_json::json;
use tokio::time::Sleep;

use crate::app::App;
use crate::config::HttpConfig;
use crate::describe::{Describe, Operation, bytes};
use crate::problem::{Defect, Format, Problem, Slow};

/// The body of a request, with limits on how slow it may be: it may not stall for longer than the
/// idle timeout, and once that time has passed, its average rate may not be below the minimum.
/// actix has a timeout for headers but none for bodies.
pub(crate) struct Body {
    payload: Payload,
    idle: Pin<Box<Sleep>>,
    idle_timeout: Duration,
    min_bytes_per_second: u64,
    start: Instant,
    received: u64,
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

/// Returns all bytes of a body of at most `limit` bytes.
pub(crate) async fn read_all(mut body: Body, format: Format, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut all = Vec::new();
    while let Some(bytes) = body.try_next().await.map_err(|error| early_end(format, &error))? {
        if all.len() + bytes.len() > limit {
            return Err(Problem::FieldTooLarge { limit });
        }
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

/// Returns the problem of a body that ended early.
pub(crate) fn early_end(format: Format, error: &PayloadError) -> Problem {
    match error {
        PayloadError::Io(error) => match error.get_ref().and_then(|error| error.downcast_ref()) {
            Some(slow) => Problem::TooSlow(*slow),
            None => Problem::Malformed { format, defect: Defect::CutShort },
        },
        PayloadError::Incomplete(_) => Problem::Malformed { format, defect: Defect::CutShort },
        other => Problem::Malformed { format, defect: Defect::Syntax(other.to_string()) },
    }
}

fn slow(why: Slow) -> PayloadError {
    PayloadError::Io(io::Error::new(io::ErrorKind::TimedOut, why))
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = App::of(request).map(|app| Self::new(payload.take(), &app.config));
        ready(body.map_err(Problem::from))
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

impl Describe for Body {
    fn describe(operation: &mut Operation<'_>) {
        let content = json!({"schema": bytes()});
        operation.body("application/offset+octet-stream", content).errors([400, 408, 413, 415]);
    }
}
