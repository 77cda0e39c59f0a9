//! Waiting for a service that restarts.

use std::time::Duration;

/// How many seconds to wait before trying again what did not answer: long enough for a service to
/// restart.
const PAUSES_SECS: [u64; 5] = [1, 2, 5, 15, 30];

/// Tries until a storage or a database answers, for about a minute. Other errors are final.
pub(crate) async fn patiently<T, E>(
    attempt: impl AsyncFn() -> Result<T, E>,
    is_unavailable: impl Fn(&E) -> bool,
) -> Result<T, E> {
    for pause in PAUSES_SECS.map(Duration::from_secs) {
        match attempt().await {
            Err(error) if is_unavailable(&error) => tokio::time::sleep(pause).await,
            result => return result,
        }
    }
    attempt().await
}
