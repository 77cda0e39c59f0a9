use crate::Error;
use std::panic;
use tokio::task::{JoinError, JoinHandle};

/// Runs blocking work on the runtime's blocking pool and waits for it.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    join(tokio::task::spawn_blocking(work)).await
}

/// Waits for blocking work, and passes its panic on.
pub(crate) async fn join<T>(work: JoinHandle<Result<T, Error>>) -> Result<T, Error> {
    joined(work.await)
}

/// Unwraps the result of blocking work, and passes its panic on.
pub(crate) fn joined<T>(result: Result<Result<T, Error>, JoinError>) -> Result<T, Error> {
    result.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(payload) => panic::resume_unwind(payload),
        // Blocking work is cancelled only when the runtime shuts down.
        Err(cancelled) => Err(Error::unavailable(cancelled)),
    })
}
