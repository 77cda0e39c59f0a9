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

/// Returns the id that came with a request if it is valid, else a random one.
pub(crate) fn of(headers: &HeaderMap) -> String {
    let sent = headers.get(X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| is_valid(id));
    sent.map_or_else(random, str::to_owned)
}

fn is_valid(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn random() -> String {
    let mut random = [0; 8];
    // The id only helps to find a line in the log. Without randomness it is not unique.
    let _ = getrandom::fill(&mut random);
    format!("{:016x}", u64::from_ne_bytes(random))
}
