use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::{HeaderMap, HeaderName};

/// The header with the id of a request, in requests and answers.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// Returns the id of the request that is being answered.
pub(crate) fn current() -> String {
    CURRENT.try_with(String::clone).unwrap_or_default()
}

/// Runs `work` as part of the answer to the request with this id.
pub(crate) async fn scope<F: Future>(id: String, work: F) -> F::Output {
    CURRENT.scope(id, work).await
}

/// Returns the id that came with a request if it is valid, else a new one.
pub(crate) fn of(headers: &HeaderMap) -> String {
    let sent = headers.get(X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| is_valid(id));
    sent.map_or_else(new, str::to_owned)
}

fn is_valid(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// Returns an id that this process has not given out before, and others hardly ever will.
///
/// SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
/// 2014) from a random start: no two numbers of its sequence are the same, and none needs the
/// kernel.
fn new() -> String {
    static START: LazyLock<u64> = LazyLock::new(|| {
        let mut random = [0; 8];
        // The id only helps to find a line in the log. Without randomness, other processes give out
        // the same ones.
        let _ = getrandom::fill(&mut random);
        u64::from_ne_bytes(random)
    });
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    let number = GIVEN.fetch_add(1, Ordering::Relaxed);
    let mut id = START.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    id = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    id = (id ^ (id >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("{:016x}", id ^ (id >> 31))
}
