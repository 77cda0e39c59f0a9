use std::thread;
use std::time::{Duration, Instant};

/// The pause between two looks: short enough not to delay tests, long enough not to keep a core
/// busy.
const PAUSE: Duration = Duration::from_millis(5);

/// Returns what `look` finds, asking again until it finds something or `limit` has passed.
///
/// `look` is called at least once, and once more after the limit, so that a test does not fail
/// because the machine stalled between two looks.
///
/// ```
/// let mut calls = 0;
/// let found = tintype_testkit::wait_for(std::time::Duration::from_secs(1), || {
///     calls += 1;
///     (calls == 3).then_some(calls)
/// });
/// assert_eq!(found, Some(3));
/// ```
pub fn wait_for<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let over = start.elapsed() >= limit;
        if let Some(found) = look() {
            return Some(found);
        }
        if over {
            return None;
        }
        thread::sleep(PAUSE);
    }
}

/// Waits until `condition` holds, at most a minute: the machine may be busy, and tests do not
/// measure speed.
///
/// # Panics
///
/// When it does not hold by then. `what` says in the message what the test waited for.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let limit = Duration::from_secs(60);
    assert!(wait_for(limit, || condition().then_some(())).is_some(), "not within {limit:?}: {what}");
}
